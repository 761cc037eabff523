/** An agent at a revision, as the command line names it. */
import type { Store } from '@refold/core'
import { parseAddress } from './agent-argument.js'

export interface AgentMoment {
  readonly stream: string
  /** `undefined`: now. */
  readonly revision: number | undefined
}

/** `research-42`, or `research-42@12`. An id may hold an `@` itself: where there is an agent of the whole name, it is meant. Throws `INVALID_ID`. */
export async function parseMoment(text: string, store: Pick<Store, 'directory'>): Promise<AgentMoment> {
  parseAddress(text)
  const [, stream, revision] = /^(.+)@(\d{1,15})$/.exec(text) ?? []
  if (stream === undefined || (await store.directory.get(text)) !== undefined)
    return { stream: text, revision: undefined }
  return { stream, revision: Number(revision) }
}
