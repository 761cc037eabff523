/** The order in which actors were made, as their ids tell it: `0` is the root, the others are `<revision>.<ordinal>`. */
import type { ActorId } from '../record/state-document.js'

/** For sorting. */
export function byCreation(one: { readonly sid: ActorId }, other: { readonly sid: ActorId }): number {
  const [revision = 0, ordinal = -1] = one.sid.split('.').map(Number)
  const [otherRevision = 0, otherOrdinal = -1] = other.sid.split('.').map(Number)
  return revision - otherRevision || ordinal - otherOrdinal
}
