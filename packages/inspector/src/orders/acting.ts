/** What orders are carried out with. */
import { RefoldError } from '@refold/core/store'
import type { AgentDefinition, AnyAgent, Client, Store } from '@refold/core'
import type { CommandPlaces } from '../commands/shell-words.js'

export interface Acting {
  readonly client: Client
  readonly agents: readonly AgentDefinition[]
  readonly store: Pick<Store, 'directory'>
  /** Of the commands that do the same. */
  readonly places: CommandPlaces
  /** Who gives orders that name no one. */
  readonly by?: string | undefined
}

/** The parts of `research-42`: a definition's name has no hyphen. Throws `NOT_FOUND`. */
export function addressOf(stream: string): { readonly name: string; readonly id: string } {
  const hyphen = stream.indexOf('-')
  if (hyphen > 0 && hyphen < stream.length - 1) return { name: stream.slice(0, hyphen), id: stream.slice(hyphen + 1) }
  throw new RefoldError('NOT_FOUND', `${JSON.stringify(stream)} names no agent`)
}

/** By the version of its definition that it is at. Rejects with `NOT_FOUND`, and `UNKNOWN_DEFINITION` where that is not loaded. */
export async function attached({ client, agents, store }: Acting, stream: string): Promise<AnyAgent> {
  const { name, id } = addressOf(stream)
  const entry = await store.directory.get(stream)
  if (entry === undefined) throw new RefoldError('NOT_FOUND', `there is no agent ${JSON.stringify(stream)}`)
  return client.attach(definitionOf(agents, { name, version: entry.version }), id)
}

/** Throws `UNKNOWN_DEFINITION`. */
export function definitionOf(
  agents: readonly AgentDefinition[],
  { name, version }: { readonly name: string; readonly version: number },
): AgentDefinition {
  const found = agents.find((agent) => agent.name === name && agent.version === version)
  if (found !== undefined) return found
  const known = agents.map((agent) => `${agent.name}@${agent.version}`).join(', ')
  throw new RefoldError('UNKNOWN_DEFINITION', `the definition ${name}@${version} is not loaded`, {
    hint: `Loaded are: ${known}.`,
  })
}
