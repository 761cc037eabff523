/** An agent as the command line names it. */
import { isRefoldError, RefoldError } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import { definitionNamed } from './project.js'
import type { Project } from './project.js'
import { named } from './reading/past-agent.js'
import { namesIn } from './store-only.js'

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

/** By the version of its definition that the agent is at. Rejects with `NOT_FOUND` and a name that is near. */
export async function attachTo({ agents, runtime, store }: Project, { name, id }: Address): Promise<AnyAgent> {
  const attach = (version?: number): Promise<AnyAgent> => runtime.attach(definitionNamed(agents, name, version), id)
  return named({ names: () => namesIn(store) }, `${name}-${id}`, () =>
    attach().catch((error: unknown) => {
      if (!isRefoldError(error, 'WRONG_VERSION')) throw error
      return attach(error.facts['version'] as number)
    }),
  )
}
