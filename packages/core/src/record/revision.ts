/** Revisions (in a stream, 0-based) and positions (in the whole log). Arithmetic on them happens here only. */
export type Revision = bigint & { readonly '~revision': true }
/** A place in the whole log. Positions grow; some numbers may name no event. */
export type Position = bigint & { readonly '~position': true }

/** What `append` expects of the stream: its last revision, or that it has none. */
export type Expected = Revision | 'no_stream'

/** Of the record that began the stream. */
export const FIRST_REVISION = 0n as Revision

/** A number of the stream as a revision: `toRevision(0)` is the first. Throws a `RangeError` for a fraction. */
export function toRevision(value: bigint | number): Revision {
  return BigInt(value) as Revision
}
/**
 * A number of the log as a position, for one that was kept as text or as a number. Throws a `RangeError` for a
 * fraction.
 */
export function toPosition(value: bigint | number): Position {
  return BigInt(value) as Position
}
/** The revision after `by` more records; after none of them, `no_stream` counts as one before the first. */
export function advance(from: Expected, by = 1): Revision {
  return (from === 'no_stream' ? BigInt(by - 1) : from + BigInt(by)) as Revision
}
/** How many records a stream has whose last revision is this. */
export function lengthOf(last: Expected): number {
  return last === 'no_stream' ? 0 : Number(last) + 1
}
