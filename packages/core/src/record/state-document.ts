/**
 * The state of an agent as data: what the fold builds and the snapshot stores. `specs/` has the same as a JSON Schema.
 *
 * Invariants: only JSON; no key `__proto__`, `constructor` or `prototype`; the order of keys in user data (contexts,
 * inputs, outputs, events) is kept; in Refold's own objects it means nothing but is deterministic.
 */
import type { JsonObject, JsonValue } from '../json/json-value.js'

/** Names an actor of the tree: `'0'` for the root, else `<revision of the record that made it>.<ordinal>`. */
export type ActorId = string
/** An effect is named by the actor that stands for it in the tree. */
export type EffectId = ActorId
/** `<revision of the record that set it>.t<ordinal>` */
export type TimerId = string

/** What logic an actor runs. */
export type ActorKind = 'machine' | 'transition' | 'promise' | 'callback' | 'observable'
/** What logic an effect runs. */
export type EffectKind = 'promise' | 'callback' | 'observable'

/** An error as data: compared by fields, never by stack. Its own members stand beside these, as far as JSON can say them. */
export interface ErrorData {
  readonly name: string
  readonly message: string
  readonly code?: string | number
  readonly cause?: JsonValue
}

/** The whole state of an agent. */
export interface StateDocument {
  readonly agent: AgentPart
  readonly root: ActorDocument
  readonly effects: { readonly [effect: EffectId]: EffectDocument }
  readonly timers: { readonly [timer: TimerId]: TimerDocument }
  /** Actors that live although their parent's `children` names another under their id. */
  readonly unlisted: { readonly [actor: ActorId]: UnlistedActor }
  /**
   * Ids that outside callers gave to their events, within the definition's window: in buckets, oldest first, each named
   * by the revision of its first.
   */
  readonly dedup: { readonly [bucket: string]: DedupBucket }
  /** Absent until the agent sends its first message. */
  readonly outbox?: Outbox
  /** The newest message heard of each sender, by the sender's stream; absent until the first comes. */
  readonly inbox?: { readonly [sender: string]: InboxEntry }
  /** Detached children that were started and have not told their end: by stream, the number of the message that starts each. Absent: none. */
  readonly detachedChildren?: { readonly [child: string]: number }
}

/** Messages to other agents that were sent and are not known to have arrived. */
export interface Outbox {
  /** The number of the newest message: numbers grow over all receivers, so they grow for each. */
  readonly last: number
  /** By the receiver's stream, oldest first. */
  readonly to: { readonly [receiver: string]: readonly OutgoingMessage[] }
}

/** A message that was sent and is not known to have arrived. */
export interface OutgoingMessage {
  readonly seq: number
  /** Event id of the record that sent it. */
  readonly sentBy: string
  /**
   * Absent: an event. `report`: of the agent's own end, which is made of its state. `undelivered`: the answer to a message.
   * `cancel`: a cancellation that goes on to a detached child.
   */
  readonly kind?: 'start' | 'report' | 'undelivered' | 'cancel'
  /** Absent for a report. A start is `{ type: 'refold.started', input }`. */
  readonly event?: JsonObject
  /** Types of the events by which a started agent reports its end to this one. */
  readonly done?: string
  readonly failed?: string
  /** Of the record that sent it: the receiver's record has it too. */
  readonly traceparent?: string
}

/** The newest message of one sender, so that an older one is known when it comes once more. */
export interface InboxEntry {
  /** Of the sender: another life of a stream counts again. */
  readonly incarnation: string
  readonly seq: number
  /** It was not taken. */
  readonly refused?: { readonly code: string; readonly message: string }
}

/** The agent's own part: who runs it and what holds it up. */
export interface AgentPart {
  readonly definition: string
  readonly version: number
  readonly fingerprint: string
  /** Some chart that has decided it says that a field is secret. Never taken back: what was given stays secret. */
  readonly hasSecrets?: true
  readonly id: string
  /** The event id of the record that began this stream. */
  readonly incarnation: string
  readonly epoch: number
  readonly owner?: string
  /**
   * Of a fork: the stream of its origin, the record that it was forked after, and how many records its life has before this
   * stream: those of its origin, and of the origins of that. 0: it shares none, as it was started otherwise.
   */
  readonly forked?: { readonly from: string; readonly revision: number; readonly records: number }
  /** `bulk`: by a hold. */
  readonly paused?: { readonly at: number; readonly by?: string; readonly reason?: string; readonly bulk?: true }
  readonly blocked?: { readonly at: number; readonly error: ErrorData }
  /** Which worker gave the agent up on purpose, and why. Gone with the next claim. */
  readonly released?: { readonly at: number; readonly worker: string; readonly by?: string; readonly reason?: string }
  /** Absent until an owner dies with effects pending; gone with the next outcome. */
  readonly suspicion?: Suspicion
  /** Inputs that are stored but not decided, oldest first. */
  readonly waiting?: readonly WaitingInput[]
  /** Events that came before a state took them, oldest first. */
  readonly deferred?: readonly DeferredInput[]
  /** The agent whose message started this one, and the types of the events by which it is told the end; without a type no chart hears of it. */
  readonly reportsTo?: { readonly agent: string; readonly done?: string; readonly failed?: string }
  /** The chart has until then to end by itself. */
  readonly cancelling?: {
    readonly at: number
    readonly deadlineAt: number
    readonly by?: string
    readonly reason?: string
  }
}

/** Whether the agent kills its workers. */
export interface Suspicion {
  /** Owner deaths since the last outcome. */
  readonly deaths: number
  /** Of them, while the agent was on probation. */
  readonly probations: number
  /** Probations that its owner outlived; absent: none. */
  readonly clearances?: number
  /** How the current owner tries it, until its probation ends. */
  readonly probation?: 'shared' | 'isolated'
}

/** An input whose record is stored and whose transition is still to come. */
export interface WaitingInput {
  /** Below 0: in the stream of a fork's origin, -1 being the record that it was forked after. */
  readonly revision: number
  readonly input: JsonObject
  readonly traceparent?: string
}

/** An event that is kept: since when. */
export interface DeferredInput extends WaitingInput {
  readonly at: number
}

/** The library that decides an actor, by its major version: another one gives its state another meaning. */
export interface DecidingLibrary {
  readonly name: string
  readonly major: number
}

/** One actor of the tree, with those below it: what XState must be given to go on with it. */
export interface ActorDocument {
  readonly sid: ActorId
  readonly kind: ActorKind
  /** What decides it: always with the root; a child has its own only when another library decides it than its parent. */
  readonly lib?: DecidingLibrary
  /** Name of its logic in the parent's `setup({ actors })`; absent for the root. */
  readonly src?: string
  /**
   * The id of the state node that invoked it. Absent when an action spawned it, and when its own id, made by XState as
   * `<n>.<node>`, says it already: `nodeOf` reads both.
   */
  readonly node?: string
  /** How many unnamed invocations of its node have its source, if more than one: only its position tells which it is. */
  readonly among?: number
  /** Its own id is its `sid`: XState lists a child that was spawned without an id under `undefined`. */
  readonly unnamed?: true
  /** No state of its parent invoked it: a later chart need not do so either. */
  readonly spawned?: true
  /** No state of its parent took its outcome when it began: a later chart need not do so either. Never for callbacks. */
  readonly ignoresOutcome?: true
  /** Only while it holds the name. */
  readonly systemId?: string
  /** `onSnapshot` of the parent is wanted. */
  readonly sync?: true
  /** XState's status; absent while `active`. */
  readonly status?: 'done' | 'error' | 'stopped'
  /** Where the actor stands in its own life when the status does not tell. */
  readonly life?: 'new' | 'running' | 'stopped'
  readonly value?: JsonValue
  /** Ids of the active nodes, in order, when the value alone would give another order. */
  readonly nodes?: readonly string[]
  readonly history?: { readonly [node: string]: readonly string[] }
  readonly context?: JsonValue
  /** JSON pointers into `context`, `input`, `output` where an actor reference stands (as `null`), beside the data. */
  readonly refs?: { readonly [pointer: string]: ActorId }
  readonly input?: JsonValue
  readonly output?: JsonValue
  readonly error?: JsonValue
  readonly children?: { readonly [id: string]: ActorDocument }
  /** Ids of the children, in order, when it is not that of their creation. */
  readonly sequence?: readonly string[]
}

/** An actor that its parent's `children` does not name, and whose it is. */
export interface UnlistedActor {
  readonly id: string
  readonly parent: ActorId
  readonly actor: ActorDocument
}

/** An effect that the chart has asked for and whose outcome is not recorded yet. */
export interface EffectDocument {
  readonly kind: EffectKind
  /** The policy's name: `draft`, or `child.charge` in a child machine. */
  readonly src: string
  /** The id of the state node that invoked it; absent when an action spawned it. */
  readonly node?: string
  readonly input?: JsonValue
  /** Event id of the record that started it; the idempotency key is made of it. */
  readonly scheduledBy: string
  /** Event id of the fork that gave it another key than its origin's. */
  readonly keyedBy?: string
  /** Of the record that started it: its body gets it, and the records of what it does have it. */
  readonly traceparent?: string
  /** Attempts that count against the policy. Absent: none. */
  readonly attempts?: number
  /** The attempt that was begun and has no outcome yet (recorded for guarded effects and after a takeover). */
  readonly attempt?: Attempt
  /** Epoch milliseconds before which the next attempt must not begin. */
  readonly retryAt?: number
  readonly lastError?: ErrorData
  /** `revision`: of the record from which on. */
  readonly inDoubt?: {
    readonly since: number
    readonly revision: number
    readonly why: 'interrupted' | 'timeout' | 'unknown' | 'forked'
  }
  /** The chart left it while a guarded attempt was begun: kept until its outcome is known. */
  readonly abandoned?: { readonly at: number; readonly revision: number }
  /** Results of `step()`, by `<name>#<ordinal>`. */
  readonly steps?: { readonly [step: string]: JsonValue }
}

/** One try of an effect, by one worker. */
export interface Attempt {
  readonly attempt: number
  readonly epoch: number
  readonly at: number
  readonly worker: string
  /** The policy that it began under, unless idempotent: a later definition may say otherwise, but not of this attempt. */
  readonly safety?: 'never-retry' | 'reconcilable'
}

/** An event that comes to an actor at a time. */
export interface TimerDocument {
  readonly source: ActorId
  readonly target: ActorId
  /** XState's id of the delayed event. */
  readonly id: string
  /** The id of the state node whose `after` it is; absent for an event that an action delays. */
  readonly node?: string
  /** Epoch milliseconds. */
  readonly due: number
  readonly event: JsonObject
  /** XState's index no longer names it: it fires, but cannot be cancelled. */
  readonly lost?: true
  /** JSON pointers into `event` where an actor reference stands (as `null`). */
  readonly refs?: { readonly [pointer: string]: ActorId }
}

/** Ids of outside events that were taken in one part of the window. */
export interface DedupBucket {
  readonly [id: string]: DedupEntry
}

/** When an id was taken, and by which record. */
export interface DedupEntry {
  readonly at: number
  readonly revision: number
}
