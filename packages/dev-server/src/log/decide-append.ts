/** Whether an append may be stored: the rules of the real server, as a pure function. */
import type { ExpectedRevision } from './event.js'
import { METADATA_OF_METADATA, NO_METADATA } from './stream-metadata.js'
import type { StreamState } from './stream-states.js'

export type AppendDecision =
  | { readonly kind: 'append' }
  /** Every event is there already, in this order; the last of them has this revision. */
  | { readonly kind: 'repeat'; readonly last: number }
  | { readonly kind: 'wrong-version'; readonly last: number }
  | { readonly kind: 'deleted' }

/** Revisions at which the events of this append are known to stand, in their order; `undefined`: not known there. */
export type KnownRevisions = readonly (number | undefined)[]

/** `known` tells the events of a repeated append; it is empty for a delete. */
export function decideAppend(
  state: StreamState,
  { expected, known }: { readonly expected: ExpectedRevision; readonly known: KnownRevisions },
): AppendDecision {
  if (state.isTombstoned) return { kind: 'deleted' }
  if (expected === 'stream_exists' && state.metadata.isDeleted === true) return { kind: 'deleted' }
  const revision = explicitRevision(expected)
  return revision === undefined ? decideByIds(state, { expected, known }) : decideByRevision(state, { revision, known })
}

/** The last revision that is expected, -1 for `no_stream`; `undefined` for `any` and `stream_exists`. */
export function explicitRevision(expected: ExpectedRevision): number | undefined {
  if (expected === 'no_stream') return -1
  return typeof expected === 'bigint' ? Number(expected) : undefined
}

function decideByIds(
  state: StreamState,
  { expected, known }: { readonly expected: ExpectedRevision; readonly known: KnownRevisions },
): AppendDecision {
  const { last } = state
  if (known[0] === undefined) {
    const isThere = last >= 0 || hasMetadata(state)
    return expected === 'any' || isThere ? { kind: 'append' } : { kind: 'wrong-version', last }
  }
  const repeated = known.at(-1)
  return repeated !== undefined && !known.includes(undefined)
    ? { kind: 'repeat', last: repeated }
    : { kind: 'wrong-version', last }
}

/** Whether someone wrote metadata. That of metadata streams is the server's own. */
function hasMetadata({ metadata }: StreamState): boolean {
  return metadata !== NO_METADATA && metadata !== METADATA_OF_METADATA
}

function decideByRevision(
  state: StreamState,
  { revision, known }: { readonly revision: number; readonly known: KnownRevisions },
): AppendDecision {
  const { last } = state
  if (revision === last) return { kind: 'append' }
  if (revision > last) return { kind: 'wrong-version', last }
  const isThere = (at: number | undefined, index: number): boolean => at === revision + 1 + index
  if (known.length > 0 && known.every(isThere)) return { kind: 'repeat', last: revision + known.length }
  const goesOn = revision === -1 && state.metadata.isDeleted === true && !isThere(known[0], 0)
  return goesOn ? { kind: 'append' } : { kind: 'wrong-version', last }
}
