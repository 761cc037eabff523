/** That unchanged code decides every history as it was recorded, whatever befell the processes that made it. */
import { verifyHistory } from '@refold/core'
import type { AgentDefinition, VerifiedHistory } from '@refold/core'
import type { History } from './history.js'
import type { SimulatedProcess } from './simulated-process.js'

/** What differs, in words. Histories of definitions that no process has are passed over. */
export async function checkVerified(
  { streams }: History,
  processes: readonly SimulatedProcess[],
): Promise<readonly string[]> {
  const agents = [...definitionsOf(processes).values()]
  const found: string[] = []
  for (const [stream, steps] of streams) {
    if (!agents.some(({ name }) => stream.startsWith(`${name}-`))) continue
    const source = {
      read: async function* () {
        yield steps.map(({ event }) => event)
      },
    }
    const verified = await verifyHistory(source, stream, { agents })
    found.push(...differencesOf(verified))
  }
  return found
}

function definitionsOf(processes: readonly SimulatedProcess[]): ReadonlyMap<string, AgentDefinition> {
  const all = processes.flatMap(({ definitions }) => definitions)
  return new Map(all.map((definition) => [`${definition.name}@${definition.version}`, definition]))
}

function differencesOf({ stream, differences, unsteady, noPlace, trouble }: VerifiedHistory): readonly string[] {
  return [
    ...differences.map((one) => `unchanged code differs in ${stream}: ${JSON.stringify(one)}`),
    ...unsteady.map((one) => `code of ${stream} is not deterministic: ${JSON.stringify(one)}`),
    ...noPlace.map((one) => `unchanged code has no place in ${stream}: ${one}`),
    ...(trouble === undefined ? [] : [`${stream} cannot be verified: ${trouble.error.message}`]),
  ]
}
