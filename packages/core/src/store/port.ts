/**
 * The store port: the few operations that an agent needs of an event store. `@refold/testing` publishes the contract
 * suite that every store passes; `memoryStore` is the readable explanation.
 *
 * Invariants (each a guarantee in `specs/`):
 * - an append is atomic, and is stored only if the stream's last revision is the expected one;
 * - a conflict is a value; a rejected append is surely not stored; after `STORE_UNKNOWN` the identical append may be
 *   repeated: if it was stored, the answer is the original success, whatever came after it;
 * - what an append reported as stored is read back, in order, by every later read;
 * - an append that names the event it was decided on is not stored behind another one;
 * - a subscription gives every event once, in order, without a gap between the past and the live part.
 */
import type { JsonValue } from '../json/json-value.js'
import type { AgentStatus, Condition } from '../record/record.js'
import type { Expected, Position, Revision } from '../record/revision.js'
import type { ReplayOptions, ReplayTarget } from '../record/replay.js'
import type { Projections, ScannedPage, ScanOptions } from './projection-port.js'

/** An event to append. */
export interface NewEvent {
  /** A UUID. The same id in an identical append is the same event. */
  readonly id: string
  readonly type: string
  readonly data: JsonValue
  readonly metadata: JsonValue
}

/** An event and its place. */
export interface StoredEvent extends NewEvent {
  readonly stream: string
  readonly revision: Revision
  readonly position: Position
}

/** Where the last event stands; or, in a conflict, the last revision of the stream, which was not the expected one. */
export type AppendResult =
  | { readonly ok: true; readonly revision: Revision; readonly position: Position }
  | { readonly ok: false; readonly actual: Expected }

/** What an append expects of the stream. */
export interface AppendOptions {
  readonly expected: Expected
  /**
   * Id of the event at the expected revision, when the append was decided on it. Where another event stands there, or
   * none, the store was put back under a running process: the append rejects with `STORE_FATAL` and stores nothing
   * ([APP-10](../../../../specs/04-store-port.md)).
   */
  readonly expectedId?: string | undefined
}

/** Which part of the stream is read. Default: all of it, forwards. */
export interface ReadOptions {
  /** Inclusive. Default: the first revision, backwards the last. */
  readonly from?: Revision
  readonly direction?: 'forwards' | 'backwards'
  /** Number of events. Default: all. */
  readonly limit?: number
}

/** Which part of the log is read. Default: all of it, forwards. */
export interface ReadAllOptions {
  /** Exclusive. Default: before the first event, backwards after the last. */
  readonly after?: Position
  readonly direction?: 'forwards' | 'backwards'
  readonly limit?: number
}

/** One stream or the whole log, from behind a place. Default: from the first event. */
export type SubscribeTarget =
  | { readonly stream: string; readonly after?: Revision }
  | { readonly all: true; readonly after?: Position }

/** `caught-up` comes whenever the subscription has reached the end of what is stored; it may repeat. */
export type SubscriptionItem = { readonly kind: 'event'; readonly event: StoredEvent } | { readonly kind: 'caught-up' }

/** A stream that got events from another connection, for waking what depends on it. May coalesce; `revision` is the newest known. */
export interface ExternalAppend {
  readonly stream: string
  readonly revision: Revision
}

/** What a store can do, for those that must keep to it. */
export interface StoreCapabilities {
  /** Largest append in bytes, all events together. */
  readonly maxAppendBytes: number
  /** Appends survive the death of the process. */
  readonly durable: boolean
}

/** A connection to stored events. Close it when it is no longer used. */
export interface Store {
  readonly capabilities: StoreCapabilities
  /**
   * Appends all events or none. Never empty. A conflict may be told a moment before the events in the way can be read.
   * Rejects with `STORE_REJECTED` or `TOO_LARGE` (surely not stored), `STORE_UNKNOWN` (may be stored), `STORE_FATAL`,
   * `CLOSED`.
   */
  append(stream: string, events: readonly NewEvent[], options: AppendOptions): Promise<AppendResult>
  /** Pages of events; an unknown stream has none. Leaving the loop early frees what the read holds. */
  read(stream: string, options?: ReadOptions): AsyncIterable<readonly StoredEvent[]>
  readAll(options?: ReadAllOptions): AsyncIterable<readonly StoredEvent[]>
  /**
   * Hands the records of a stream to a fold, in order, without building them: many times faster than `read`. Absent where
   * a store keeps whole records only; `StateReplay` then takes the events of `read`. Rejects with what the target throws.
   */
  replay?(stream: string, options: ReplayOptions, target: ReplayTarget): Promise<void>
  /**
   * The log as projections read it, to its end: the events of some definitions, without what only a fold needs. Absent where a
   * store has nothing faster than `subscribe`.
   */
  scan?(options?: ScanOptions): AsyncIterable<ScannedPage>
  /** Catch-up, then live. Ends when the signal aborts or the store closes; a slow consumer holds only itself up. */
  subscribe(target: SubscribeTarget, options?: { readonly signal?: AbortSignal }): AsyncIterable<SubscriptionItem>
  /** What other connections to the same data appended since this call. Ends when the signal aborts or the store closes. */
  externalAppends(options?: { readonly signal?: AbortSignal }): AsyncIterable<readonly ExternalAppend[]>
  /** The last value put under a name: heartbeats, snapshots, checkpoints. */
  readonly registers: Registers
  /** The built-in projection of record headers. A cache: rebuilt from the log it is equal. */
  readonly directory: Directory
  /** Documents of projections, where the store can keep them together with their checkpoint. */
  readonly projections?: Projections
  /** Proof of life and death of processes on one machine, where the store can give it. */
  readonly presence?: Presence
  /**
   * Looks at what the store stands on, its file or its server, and changes nothing. What is wrong is in the answer, also that it
   * cannot be opened. Absent: there is nothing to look at.
   */
  examine?(): Promise<StoreExamination>
  close(): Promise<void>
}

/** What a store says of what it stands on. */
export interface StoreExamination {
  /** By name, for people: sizes in bytes, counts, versions. */
  readonly facts: Readonly<Record<string, string | number>>
  readonly findings: readonly StoreFinding[]
}

/** Something that was found. */
export interface StoreFinding {
  /** `wrong`: something is lost, or will be. `note`: worth knowing. */
  readonly kind: 'wrong' | 'note'
  readonly message: string
  /** It is of the directory, and a rebuild repairs it. */
  readonly trouble?: 'DIRECTORY'
  /** What to do, where something can be done. */
  readonly remedy?: string
}

/** Values by name, each put in the place of the one before. Not part of the log. */
export interface Registers {
  put(name: string, value: JsonValue): Promise<void>
  /** `undefined`: never put, or removed. */
  get(name: string): Promise<JsonValue | undefined>
  remove(name: string): Promise<void>
}

/** One agent as the record headers describe it. */
export interface DirectoryEntry {
  readonly stream: string
  readonly definition: string
  readonly version: number
  readonly id: string
  readonly status: AgentStatus
  readonly condition: Condition
  readonly active: readonly string[]
  readonly owner?: string
  readonly epoch: number
  readonly pending: number
  readonly inDoubt: number
  readonly nextDueAt?: number
}

/** Which entries are wanted: those that every given field fits. */
export interface DirectoryQuery {
  readonly definition?: string
  /** Of the definition. */
  readonly version?: number
  readonly status?: AgentStatus
  readonly condition?: Condition
  /** Path of an active leaf state: `review`, `work.draft`. */
  readonly state?: string
  readonly owner?: string | null
  /** Only agents with something to perform: effects, or a due time. */
  readonly hasWork?: boolean
  /** Only agents with effects to be performed. */
  readonly pending?: true
  /** Due at or before, epoch milliseconds. */
  readonly dueBefore?: number
  /** Only entries behind that of this stream, for the next page. An unknown stream has none behind it. */
  readonly after?: string
  readonly limit?: number
}

/** One entry for each agent that the log knows. */
export interface Directory {
  /** Pages of entries, in the order in which their streams began. */
  find(query?: DirectoryQuery): AsyncIterable<readonly DirectoryEntry[]>
  get(stream: string): Promise<DirectoryEntry | undefined>
  /** Makes the directory again from the log, while others append. It is there all the time. */
  rebuild(): Promise<RebuiltDirectory>
}

/** What a rebuild found. */
export interface RebuiltDirectory {
  readonly agents: number
  /** Entries that were not what the log says. A directory that was kept has none. */
  readonly repaired: number
}

/** An operating-system lock that dies with its process. */
export interface Presence {
  /** Holds the lock of this worker until the returned function is called or the process dies. */
  announce(worker: string): Promise<() => Promise<void>>
  /** `true` only when the worker announced itself on this machine and its lock is free: surely dead. */
  provenDead(worker: string): Promise<boolean>
}
