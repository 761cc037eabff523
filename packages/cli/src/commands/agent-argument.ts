/** An agent as the command line names it. */
import { RefoldError } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import { definitionNamed } from './project.js'
import type { Project } from './project.js'

export interface Address {
  readonly name: string
  readonly id: string
}

/** `research-42`: a definition's name has no hyphen, an id may. Throws `INVALID_ID`. */
export function parseAddress(address: string): Address {
  const hyphen = address.indexOf('-')
  if (hyphen > 0 && hyphen < address.length - 1)
    return { name: address.slice(0, hyphen), id: address.slice(hyphen + 1) }
  throw new RefoldError('INVALID_ID', `"${address}" names no agent`, {
    hint: 'An agent is named <definition>-<id>, as `refold ls` shows it.',
  })
}

/** By the version of its definition that the agent is at. */
export async function attachTo({ agents, runtime, store }: Project, { name, id }: Address): Promise<AnyAgent> {
  const entry = await store.directory.get(`${name}-${id}`)
  return runtime.attach(definitionNamed(agents, name, entry?.version), id)
}
