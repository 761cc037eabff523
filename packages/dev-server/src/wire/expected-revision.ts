/** What an append or a delete expects, from the requests that say it and into the answers that repeat it. */
import type { ExpectedRevision } from '../log/event.js'

/** What the four kinds of request have in common. */
export interface ExpectingOptions {
  hasAny(): boolean
  hasNoStream(): boolean
  hasStreamExists(): boolean
}

/** How some clients write "no stream": -1, as an unsigned number. */
const MINUS_ONE = (1n << 64n) - 1n

/** `revision`: the number as it was sent. */
export function expectedRevision(
  options: ExpectingOptions,
  { revision }: { readonly revision: string },
): ExpectedRevision {
  if (options.hasAny()) return 'any'
  if (options.hasNoStream()) return 'no_stream'
  if (options.hasStreamExists()) return 'stream_exists'
  const number = BigInt(revision)
  return number === MINUS_ONE ? 'no_stream' : number
}
