/**
 * Records taken apart, for a fold of many of them: a store that keeps what repeats apart from what differs hands out the
 * operations of each record without building the record, with paths that were parsed once for all records of a kind.
 */
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import type { FoldableEvent } from './fold.js'
import type { Revision } from './revision.js'

/** What operations may copy from, and what lists of records say of one. */
export interface ReplayedRecord {
  readonly revision: number
  readonly type: string
  /** Of its input. */
  readonly kind: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The effect or the timer that its input names. */
  about(): JsonValue | undefined
  /** The owner from it on, where its header says so. */
  owner(): JsonValue | undefined
  /** What says all of this of it, and of those beside it. Absent: ask the record itself. */
  readonly page?: RecordLines | undefined
  /** The event's id. May be put together on demand: ask only when it is needed. */
  readonly id: string
  /** The whole of the record's data, parsed on demand. */
  data(): JsonValue
  /** The member of the data that the store keeps by itself: it need not be read to be copied. */
  readonly payloadKey: string | undefined
  /** The value of that member, made again at each call, until the replay has ended. */
  makePayload(): JsonValue
  /** The value that an operation of this record named so. Made again at each call, until the replay has ended. */
  make(name: unknown): JsonValue
}

/** What lists say of records in a row, by their revisions: put together when it is asked for, also after the replay. */
export interface RecordLines {
  idOf(revision: number): string
  /** The newest of them with this id. */
  revisionOf(id: string): number | undefined
  typeOf(revision: number): string
  /** Of its input. */
  kindOf(revision: number): string
  /** Epoch milliseconds. */
  timeOf(revision: number): number
  /** The effect or the timer that its input names. */
  aboutOf(revision: number): JsonValue | undefined
}

/** One operation of a patch, its paths parsed: keys below the document `{state, data, id}`. */
export interface ReplayedOperation {
  readonly op: PatchOperation['op']
  readonly keys: readonly string[]
  /**
   * So many of the first keys are the same whenever this very object is given. Its other keys, and those of `from`, are others by then:
   * it counts for one call. Absent: it comes once.
   */
  readonly fixed?: number
  /** Of a copy. */
  readonly from: readonly string[] | undefined
}

/** A whole event: what a store's `read` gives is one. */
export interface ReplayedEvent extends FoldableEvent {
  readonly revision: Revision
  readonly type: string
}

/** Takes records in the order of revisions. */
export interface ReplayTarget {
  /** A record of which the store keeps no operations apart, or an event that is none. */
  readonly event: (event: ReplayedEvent) => void
  /** A record whose operations follow. */
  readonly begin: (record: ReplayedRecord) => void
  /**
   * `value` is never written. In its place an object or an array may be named by `later`: most are
   * replaced before anyone looks into them, and need not be made.
   */
  readonly operation: (operation: ReplayedOperation, value: JsonValue | undefined, later?: unknown) => void
  /** That was the last record. What is named by `later`, and payloads, are to be had until this returns. */
  readonly end: () => void
}

/** Which records are replayed. Default: all of the stream. */
export interface ReplayOptions {
  /** Inclusive. Default: the first revision. */
  readonly from?: Revision
  /** Inclusive. Default: the last revision. */
  readonly to?: Revision
  /** Records will be listed: each is to have a `page`. Default: `false`. */
  readonly lists?: boolean
}
