/**
 * One stored event of an agent's stream. `data` is the input's payload and nothing else, so that any consumer in any
 * language reads clean domain events; `metadata` is the transition it caused.
 */
import type { JsonObject, JsonValue, PatchOperation } from '../json/json-value.js'
import type { ActorId, EffectId, TimerId } from './state-document.js'

/** The format's version. `0` may still break; `1` will load for ever. */
export const RECORD_FORMAT = 0

/** Types of the records of inputs that are not an outside event. An outside event's type is its own. */
export type OwnRecordType =
  | 'refold.started'
  | 'refold.forked'
  | 'refold.effect.started'
  | 'refold.effect.done'
  | 'refold.effect.failed'
  | 'refold.effect.event'
  | 'refold.effect.step'
  | 'refold.effect.resolved'
  | 'refold.effect.doubted'
  | 'refold.actor.event'
  | 'refold.timer.fired'
  | 'refold.message.acknowledged'
  | 'refold.message.undelivered'
  | 'refold.message.refused'
  | 'refold.child.ended'
  | 'refold.claimed'
  | 'refold.released'
  | 'refold.cleared'
  | 'refold.paused'
  | 'refold.resumed'
  | 'refold.cancel'
  | 'refold.cancelled'
  | 'refold.retried'
  | 'refold.recalled'
  | 'refold.migrated'

/** A record's metadata. The ids with `$` are those that EventStoreDB knows by these names. */
export interface RecordMetadata {
  readonly $correlationId?: string
  readonly $causationId?: string
  readonly refold: RecordHeader
}

/** Readable without a key: routing and the directory. Fields from `status` on only when they change. */
export interface RecordHeader {
  readonly v: number
  /** `research@3` */
  readonly agent: string
  readonly fingerprint?: string
  /** As its state says: readers who hide what is secret need look no further where it is absent. */
  readonly hasSecrets?: true
  /** Epoch milliseconds, never decreasing in a stream: for order only. */
  readonly at: number
  /** Epoch milliseconds by the clock of the process that decided, where that was behind `at`: times in the state are counted from it. */
  readonly now?: number
  readonly by?: string
  /** Why someone decided so. */
  readonly reason?: string
  readonly approved?: Approved
  /** W3C trace context: given by the caller, or that of the effect or message whose outcome it is. */
  readonly traceparent?: string
  readonly input: InputHeader
  /**
   * Of what a caller really gave, before its schema filled in defaults: the first 32 hexadecimal digits of the SHA-256 of its
   * canonical JSON (RFC 8785). With a start, and with an event that has the caller's id: the same again is told by it.
   */
  readonly given?: string
  /** The owner's epoch, when an owner wrote it. */
  readonly epoch?: number
  /** The process that appended, when it is not the owner. */
  readonly worker?: string
  readonly status?: AgentStatus
  /** Paths of the active leaf states of the root machine: `review`, `work.draft`. */
  readonly active?: readonly string[]
  /** The same, where they stay as they were and the agent is at another version from the record on, or comes to wait for someone: it is blocked by it, or more of it is in doubt. */
  readonly standsIn?: readonly string[]
  /** `null`: given up. */
  readonly owner?: string | null
  readonly condition?: Condition
  /** Number of effects that are to be performed; one more while inputs wait to be decided, and one while messages do to be delivered. */
  readonly pending?: number
  readonly inDoubt?: number
  /**
   * Effects that the chart left with this record, by their ids: the source of one that is abandoned, and waits for someone's word;
   * `null`: it was in doubt, and nothing is to be known of it any more.
   */
  readonly left?: Readonly<Record<EffectId, string | null>>
  /** Epoch milliseconds; `null`: nothing is due. */
  readonly nextDueAt?: number | null
  readonly body: RecordBody
}

/** What someone had before them when they approved. */
export interface Approved {
  /** Which of several questions of the event's type, if it was one of several. */
  readonly about?: JsonObject
  /** Of the state that they were shown. */
  readonly revision: number
  /** SHA-256 of the canonical JSON of what they were shown, hexadecimal. */
  readonly payloadHash: string
}

/** Whether the chart still runs, and how it ended. */
export type AgentStatus = 'active' | 'done' | 'error' | 'stopped'
/** `suspected`: its owners died again and again, so it is tried by itself. */
export type Condition = 'running' | 'paused' | 'blocked' | 'in-doubt' | 'suspected'

/** What the record is an answer to, and whom it concerns. */
export interface InputHeader {
  readonly kind: string
  readonly to?: ActorId
  readonly effect?: EffectId
  readonly timer?: TimerId
  readonly attempt?: number
  /** The stream of the agent whose message it is. */
  readonly from?: string
  /** The message's number in its sender's life. */
  readonly seq?: number
  /** The caller's own id of the event. */
  readonly dedupId?: string
  /** It is the first event of the start before it: one append holds both. */
  readonly withStart?: true
  /** The state did not take the event: it is kept. */
  readonly deferred?: true
  /** It came from an older epoch, or after its effect was gone. */
  readonly late?: true
}

/** An event that the chart sent to a callback. */
export interface Delivery {
  readonly effect: EffectId
  readonly event: JsonObject
  /** References to actors in the event, by their place in it; each stands there as `null`. */
  readonly refs?: { readonly [pointer: string]: ActorId }
}

/** The transition. Goes, with `data`, through one codec. */
export interface RecordBody {
  /** Over the document `{state, data, id}`: from the state before to the state after. `id` is the record's event id. */
  readonly patch: readonly PatchOperation[]
  /** Edges taken, in order: `<node order>.<n>`, in a child `<actor>/<node order>.<n>`. */
  readonly path?: readonly string[]
  readonly actions?: readonly JsonObject[]
  readonly deliver?: readonly Delivery[]
  readonly emit?: readonly JsonObject[]
  readonly diagnostics?: Diagnostics
}

/** Where an error came from: of a failed attempt, or of an input whose transition threw. For people, beside the state and never in it. */
export interface Diagnostics {
  /** Of what was thrown, at most 4 KiB. */
  readonly stack?: string
  /** Active leaf states of the root machine when the transition threw. */
  readonly state?: readonly string[]
  /** XState's type of the event that the chart could not take. */
  readonly event?: string
  /** The action that threw, where it is known. */
  readonly action?: string
  /** The guard that threw, where XState names it. */
  readonly guard?: string
}

/** A record before it is stored. */
export interface NewRecord {
  readonly id: string
  readonly type: string
  readonly data: JsonValue
  readonly metadata: RecordMetadata
}
