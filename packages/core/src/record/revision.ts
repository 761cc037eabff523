/** Revisions (in a stream, 0-based) and positions (in the whole log). Arithmetic on them happens here only. */
import { RefoldError } from '../errors.js'

/** A place in a stream, from 0. */
export type Revision = bigint & { readonly '~revision': true }
/** A place in the whole log. Positions grow; some numbers may name no event. */
export type Position = bigint & { readonly '~position': true }

/** What `append` expects of the stream: its last revision, or that it has none. */
export type Expected = Revision | 'no_stream'

/** Of the record that began the stream. */
export const FIRST_REVISION = 0n as Revision

/** A number of the stream as a revision: `toRevision(0)` is the first. Throws `INVALID_INPUT` for a fraction. */
export function toRevision(value: bigint | number): Revision {
  return whole(value) as Revision
}
/**
 * A number of the log as a position, for one that was kept as text or as a number. Throws `INVALID_INPUT` for a
 * fraction.
 */
export function toPosition(value: bigint | number): Position {
  return whole(value) as Position
}
function whole(value: bigint | number): bigint {
  try {
    return BigInt(value)
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', 'a revision, or a position, is a whole number', {
      cause,
      hint: 'Give a bigint, or a number without a fraction.',
    })
  }
}

/** The revision after `by` more records; after none of them, `no_stream` counts as one before the first. */
export function advance(from: Expected, by = 1): Revision {
  return (from === 'no_stream' ? BigInt(by - 1) : from + BigInt(by)) as Revision
}
/** How many records a stream has whose last revision is this. */
export function lengthOf(last: Expected): number {
  return last === 'no_stream' ? 0 : Number(last) + 1
}
