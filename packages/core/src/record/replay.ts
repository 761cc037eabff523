/**
 * Records taken apart, for a fold of many of them: a store that keeps what repeats apart from what differs hands out the
 * operations of each record without building the record, with paths that were parsed once for all records of a kind.
 */
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import type { FoldableEvent } from './fold.js'
import type { Revision } from './revision.js'

/** What operations may copy from. */
export interface ReplayedRecord {
  readonly revision: number
  /** The event's id. May be put together on demand: ask only when it is needed. */
  readonly id: string
  /** The whole of the record's data, parsed on demand. */
  data(): JsonValue
  /** The member of the data that `payload` is the JSON text of: it need not be parsed to be copied. */
  readonly payloadKey: string | undefined
  readonly payload: string | null
}

/** One operation of a patch, its paths parsed: keys below the document `{state, data, id}`. */
export interface ReplayedOperation {
  readonly op: PatchOperation['op']
  readonly keys: readonly string[]
  /** Of a copy. */
  readonly from: readonly string[] | undefined
}

/** A whole event: what a store's `read` gives is one. */
export interface ReplayedEvent extends FoldableEvent {
  readonly revision: Revision
}

/** Takes records in the order of revisions. */
export interface ReplayTarget {
  /** A record of which the store keeps no operations apart, or an event that is none. */
  readonly event: (event: ReplayedEvent) => void
  /** A record whose operations follow. */
  readonly begin: (record: ReplayedRecord) => void
  /** `value` belongs to the target: no one else has it. */
  readonly operation: (operation: ReplayedOperation, value: JsonValue | undefined) => void
}

/** Which records are replayed. Default: all of the stream. */
export interface ReplayOptions {
  /** Inclusive. Default: the first revision. */
  readonly from?: Revision
  /** Inclusive. Default: the last revision. */
  readonly to?: Revision
}
