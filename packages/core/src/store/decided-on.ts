/** Whether a stream still is the one that an append was decided on. */
import { RefoldError } from '../errors.js'
import type { AppendOptions } from './port.js'

/** What to do when a store is not the one any more that a running process has read. */
export const PUT_BACK_HINT =
  'Was a backup put back, or a file copied over, under a running process? Stop all processes that use this store, make sure that it holds what is to count, and start them again.'

/**
 * `found`: the id at the expected revision; `undefined`: nothing stands there. Throws `STORE_FATAL` where it is not the event
 * that the append was decided on.
 */
export function assertDecidedOn(
  found: string | undefined,
  { stream, expected, expectedId }: AppendOptions & { readonly stream: string },
): void {
  if (expectedId === undefined || expected === 'no_stream' || found === expectedId) return
  throw anotherHistory(stream, { revision: expected, found })
}

/** The stream does not hold the event any more that this process knows at this revision. */
export function anotherHistory(
  stream: string,
  { revision, found }: { readonly revision: bigint; readonly found: string | undefined },
): RefoldError {
  const what = found === undefined ? 'does not hold' : 'holds another event at'
  return new RefoldError('STORE_FATAL', `${stream} ${what} revision ${revision}, which was read before`, {
    hint: PUT_BACK_HINT,
    facts: { stream, revision },
  })
}
