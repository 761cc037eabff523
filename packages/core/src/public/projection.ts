/** Projections as their users write and hold them: documents that are made from the records of many agents, for reading. */
import type { AgentAddress } from '../definition/agent-address.js'
import type { AgentDefinition, TypesOf } from '../definition/agent-types.js'
import type { Revision } from '../record/revision.js'
import type { AnyAgent } from './agent.js'
import type { AgentEvent } from './events.js'
import type { Cursor, DirectoryChanges } from './follow.js'
import type { AgentFault } from './state.js'

/** A record as a projection is given it. Its members are parsed when they are asked for. */
export interface ProjectionRecord<D extends AgentDefinition = AgentDefinition> {
  readonly agent: AgentAddress
  /** Of the definition that the agent is at with this record. */
  readonly version: number
  readonly event: AgentEvent<TypesOf<D>>
  /** What the record changes of what the directory says of the agent. What is absent stays as it was. */
  readonly changes: DirectoryChanges
  readonly cursor: Cursor
}

/** What `defineProjection` takes. */
export interface ProjectionConfig<D extends AgentDefinition, S> {
  /** Small letters, digits and `_`, the first a letter: on sqlite it names a view, `projection_<name>`. */
  readonly name: string
  /** A positive integer. Raise it when `evolve`, `key`, `initial` or `agents` change: the new version is built beside the old one. */
  readonly version: number
  /** Agents of these definitions, at whatever version. Absent: all agents of the store. */
  readonly agents?: readonly D[]
  /**
   * The document that a record belongs to; `undefined`: none. Default: one for each agent, under the agent's id where `agents`
   * names one definition, else under `<definition>-<id>`.
   */
  readonly key?: (record: ProjectionRecord<D>) => string | undefined
  /** What a document is before its first record: plain JSON. */
  readonly initial: S
  /**
   * The document after the record; the same one again where nothing changes, `undefined` to remove it. Pure: it may run again
   * for the same record. What it is given is frozen. Where it throws, the projection is parked before that record.
   */
  readonly evolve: (document: S, record: ProjectionRecord<D>) => S | undefined
}

/** What `defineProjection` returns: give it to `client.project`. */
export interface ProjectionDefinition<out S = unknown> {
  readonly name: string
  readonly version: number
  /** Type only, never set. */
  readonly '~document'?: S | undefined
}

/** How a projection is opened. */
export interface ProjectOptions {
  /** Told of each status that differs from the one before: about once for every commit. */
  readonly onStatus?: (status: ProjectionStatus) => void
  /** Makes it again from the first record although its checkpoint is lost, beside what there is. Default: false. */
  readonly rebuild?: boolean
}

/** Before which record a projection stands, and why. */
export interface ParkedProjection {
  readonly agent: AgentAddress
  /** Absent where the record could not be read. */
  readonly revision?: number
  readonly type?: string
  readonly error: AgentFault
  /** Epoch milliseconds. */
  readonly at: number
}

/** How far a projection is. */
export interface ProjectionStatus {
  readonly version: number
  /**
   * `building`: it has not caught up yet. `live`: it has, and this process keeps it up. `following`: another process does.
   * `parked`: it waits for `retry`. `waiting`: the store fails, and is tried again. `stopped`: it cannot go on, or is closed.
   */
  readonly phase: 'building' | 'live' | 'following' | 'parked' | 'waiting' | 'stopped'
  /** Whether its documents are what readers without the code are shown. */
  readonly isCurrent: boolean
  /** The last record that it holds. Absent: none yet. */
  readonly checkpoint: Cursor | undefined
  /** How many records it has taken, from the first on. */
  readonly records: number
  /** How much of the log it has passed, 0 to 1, by positions: of the log as it was at the last look at its end. */
  readonly share: number
  readonly parked?: ParkedProjection
  /** Why it waits or has stopped. */
  readonly trouble?: AgentFault
}

/** What a projection is to hold: the records up to a cursor, or up to a state of an agent that someone has seen. */
export type ProjectionPlace = Cursor | AnyAgent | (AgentAddress & { readonly revision: Revision })

/** How long `at` waits. */
export interface AtOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Which documents are read. */
export interface EntriesOptions {
  /** Only those with a key behind this one, in the order of UTF-8. */
  readonly after?: string
  /** At most so many. */
  readonly limit?: number
}

/** A projection in this process. It keeps its documents up while it is open. */
export interface Projection<out S = unknown> extends AsyncDisposable {
  readonly name: string
  readonly version: number
  readonly status: ProjectionStatus
  /** Resolves when this version has caught up for the first time. Rejects when it is parked or stopped before. */
  readonly ready: Promise<void>
  /** The stored document, of this version. */
  get(key: string): Promise<S | undefined>
  /** Stored documents in the order of their keys. */
  entries(options?: EntriesOptions): AsyncIterable<readonly [key: string, document: S]>
  /**
   * Resolves when the stored documents hold this place: `at(agent)` after a `send` or a `start` reads your own write. Rejects
   * with `PROJECTION_PARKED` when it stands before it, with `CURSOR_LOST` for a record that the log does not hold, with
   * `TIMEOUT`, `ABORTED` or `CLOSED`.
   */
  at(place: ProjectionPlace, options?: AtOptions): Promise<void>
  /** Goes on with the record before which it is parked. Does nothing where it is not. */
  retry(): Promise<void>
  /**
   * Makes the documents of this version again, beside those that answer meanwhile: `at` waits for new ones until then. Resolves
   * when they have taken their place.
   * Aborted, or closed, it is left as it is, and the next `rebuild`, or opening, goes on from there.
   */
  rebuild(options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Makes this version the current one, in the place of whichever is. Waits until it has caught up. */
  rollback(): Promise<void>
  /** What is under way is stored or left for the next opening. */
  close(): Promise<void>
}
