/** What code of the project tells of an agent, without what is secret in the agent's records. */
import { openHistory } from '@refold/core/history'
import { headerOf } from '@refold/core/record'
import type { Project } from './project.js'

export type Hide = <T>(value: T) => T

/**
 * `undefined`: the agent has no secrets, and all that was read to know it is its newest record. Rejects with `NOT_FOUND` where no one
 * knows what is secret.
 */
export async function hideOf(
  { store, codecs }: Pick<Project, 'store' | 'codecs'>,
  stream: string,
): Promise<Hide | undefined> {
  for await (const [newest] of store.read(stream, { direction: 'backwards', limit: 1 })) {
    if (headerOf(newest?.metadata)?.hasSecrets !== true) return undefined
    const history = await openHistory(store, stream, { codecs, hideSecrets: true })
    return (value) => history.hide(value)
  }
  return undefined
}
