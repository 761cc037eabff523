/** Agents that the configuration could not perform, as `refold doctor --agents` tells of them. */
import type { ExaminedFinding, RecoveryPlan, RefoldErrorCode } from '@refold/core'
import { counted } from '@refold/core/store'
import { shellWord } from '@refold/inspector/commands'

/** A finding, and the commands to paste. */
export interface Advised extends Omit<ExaminedFinding, 'trouble'> {
  readonly trouble: ExaminedFinding['trouble'] | 'PLACE'
  readonly commands: readonly string[]
}

/** Told already by the look at the records themselves. */
const OF_RECORDS: ReadonlySet<string> = new Set<RefoldErrorCode>(['UNREADABLE', 'NEWER_FORMAT'])
/** The store did not answer. */
const OF_STORE: ReadonlySet<string> = new Set<RefoldErrorCode>(['STORE_REJECTED', 'TIMEOUT'])

/** Agents for which nothing that is registered here has a place, and those of which that is not known. */
export function unplacedIn({ troubled, unregistered }: Pick<RecoveryPlan, 'troubled' | 'unregistered'>): Advised[] {
  const agents = troubled
    .filter(({ code }) => !OF_RECORDS.has(code))
    .map(({ agent, code, message }): Advised => {
      const stream = `${agent.name}-${agent.id}`
      const found = { kind: 'wrong', stream, message, commands: ['refold plan'] } as const
      return OF_STORE.has(code)
        ? { ...found, trouble: 'STORE', remedy: 'Look again when the store answers.' }
        : { ...found, trouble: 'PLACE', remedy: 'Register the version that it is at, or migrate it.' }
    })
  const definitions = Object.entries(unregistered).map(([name, count]): Advised => {
    const message = `the configuration does not have "${name}": ${counted(count, 'agent')} with something to do`
    return {
      trouble: 'PLACE',
      kind: 'wrong',
      message,
      remedy: 'Register it.',
      commands: [`refold ls ${shellWord(name)}`],
    }
  })
  return [...agents, ...definitions]
}
