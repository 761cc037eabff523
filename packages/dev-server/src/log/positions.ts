/**
 * Positions as clients see them: one more than the store's, so that 0 stands before the first event in every store, as
 * "from the beginning" is often written.
 */
import { toPosition, type Position } from '@refold/core/store'

export function seenPosition(stored: Position): number {
  return Number(stored) + 1
}

/** Of a position that clients may have made up. */
export function storedPosition(seen: number): Position {
  return toPosition(BigInt(seen) - 1n)
}
