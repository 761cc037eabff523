/** What one input did to the actor tree: the port between XState and the rest of Refold. */
import type { JsonObject, JsonValue } from '../json/json-value.js'
import type { EventData } from '../record/event-data.js'
import type { Delivery } from '../record/record.js'
import type { UsageTold } from '../record/usage.js'
import type {
  ActorDocument,
  ActorId,
  UnlistedActor,
  EffectId,
  EffectKind,
  ErrorData,
  StateDocument,
  TimerDocument,
  TimerId,
} from '../record/state-document.js'

/** An input that the chart must decide. Everything in it is JSON already. */
export type ChartInput =
  | {
      readonly kind: 'started'
      readonly input: JsonValue | undefined
      /** Another agent's message started it. */
      readonly by?: MessageOrigin & Reports
    }
  | { readonly kind: 'event'; readonly event: EventData }
  | { readonly kind: 'effect.done'; readonly effect: EffectId; readonly output: JsonValue | undefined }
  | EffectFailed
  /** A callback's `sendBack`, or an event of `fromEventObservable`. */
  | { readonly kind: 'effect.event'; readonly effect: EffectId; readonly event: EventData }
  /** A value of `fromObservable`. */
  | { readonly kind: 'effect.next'; readonly effect: EffectId; readonly value: JsonValue | undefined }
  /** `ref.send()` outside of a step, as a custom action does it. */
  | { readonly kind: 'actor.event'; readonly to: ActorId; readonly event: EventData }
  | { readonly kind: 'timer.fired'; readonly timer: TimerId }
  | ReceivedMessage
  /** A message could not be delivered; `data` is the record's. */
  | {
      readonly kind: 'message.undelivered'
      readonly seq: number
      readonly event: EventData
      readonly data: JsonObject
    }

/** An effect has no success. */
export interface EffectFailed {
  readonly kind: 'effect.failed'
  readonly effect: EffectId
  /** `undefined`: the body rejected with that. */
  readonly error: ErrorData | JsonValue | undefined
  /** Absent when it is the outcome of no attempt: someone resolved the effect, or `reconcile` did. */
  readonly final?: FinalReason
}

/**
 * Why no attempt follows the last: none is left; the error says that repeating is of no use; `retry.if` said no; what the
 * effect told cannot be stored.
 */
export type FinalReason = 'attempts' | 'not-retryable' | 'policy' | 'unstorable'

/** Which message it is: numbers grow in each sender's life. */
export interface MessageOrigin {
  /** The sender's stream. */
  readonly from: string
  /** The sender's incarnation. */
  readonly incarnation: string
  readonly seq: number
}
/** Types of the events by which a detached child tells its end. */
export interface Reports {
  readonly done?: string
  readonly failed?: string
}
/** Another agent's message, not checked by a schema yet. */
export interface ReceivedMessage extends MessageOrigin {
  readonly kind: 'message'
  readonly event: EventData
  /**
   * Made by Refold: a detached child's report, the news that a message was not delivered, a parent's cancellation. No schema stands
   * before it. `forked`: one that waited at the origin of a fork; its sender hears nothing of the fork.
   */
  readonly own?: 'report' | 'undelivered' | 'cancel' | 'forked'
}

export interface ScheduledEffect {
  readonly effect: EffectId
  readonly kind: EffectKind
  /** `draft`, or `child.charge` in a child machine. */
  readonly src: string
  /** The state node that invoked it; `undefined`: an action spawned it. */
  readonly node: string | undefined
  readonly input: JsonValue | undefined
}

/** A custom action that is to run once, after the append. */
export interface ActionCall {
  readonly type: string
  /** Only when it is JSON. */
  readonly params?: JsonValue
  /** Runs it; may throw what user code throws, or return a promise that rejects with it. */
  readonly run: () => unknown
}

/** A message to another agent. */
export interface SentMessage extends Reports {
  /** The receiver's stream. */
  readonly to: string
  /** A start is `{ type: 'refold.started', input }`. */
  readonly event: EventData
  readonly kind?: 'start'
}

export interface TreeStep {
  /** The documents after the input. What did not change is the same reference as before. */
  readonly root: ActorDocument
  readonly timers: { readonly [timer: TimerId]: TimerDocument }
  readonly unlisted: { readonly [actor: ActorId]: UnlistedActor }
  readonly scheduled: readonly ScheduledEffect[]
  readonly stopped: readonly EffectId[]
  readonly deliveries: readonly Delivery[]
  readonly emitted: readonly JsonObject[]
  readonly actions: readonly ActionCall[]
  readonly messages: readonly SentMessage[]
  readonly path: readonly string[]
  /** What became a copy in the documents, with its original: the patch copies it too. */
  readonly copies: ReadonlyMap<JsonValue, JsonValue>
}

/** What a running effect body is given. */
export interface EffectHost {
  readonly input: JsonValue | undefined
  readonly signal: AbortSignal
  readonly key: string
  readonly attempt: number
  /** W3C trace context of what caused the effect, if it was given. */
  readonly traceparent?: string | undefined
  readonly step: <R>(
    name: string,
    run: (step: { key: string; signal: AbortSignal }) => R | PromiseLike<R>,
  ) => Promise<R>
  readonly progress: (chunk: unknown) => void
  readonly usage: (used: UsageTold) => void
  /** A callback's `sendBack`, an event of `fromEventObservable`. */
  readonly event: (event: unknown) => void
  /** A value of `fromObservable`. */
  readonly next: (value: unknown) => void
}

export interface RunningEffect {
  /** The output of a promise; `undefined` when an observable completes; never settles for a callback that does not throw. */
  readonly outcome: Promise<unknown>
  /** An event sent to a callback. */
  readonly deliver: (delivery: Delivery) => void
  /** Cleans up: unsubscribes, calls the callback's disposer. What that throws is returned. */
  readonly stop: () => unknown
}

export interface StepOptions {
  /** Epoch milliseconds: due times are counted from it. */
  readonly now: number
  /** Of the record that this step makes, counted over the agent's whole life: new ids are made of it. */
  readonly revision: number
}

/** What a migration's patch was made for. */
export type PatchedDocuments = Pick<StateDocument, 'root' | 'unlisted'>

export interface PlaceOptions extends StepOptions {
  /** What is missing begins in states, too, that the agent did not reach by the patch. */
  readonly beginsMissing: boolean
}

/**
 * The live actor tree of one agent: a mutable cache of its documents. After any throw it must be thrown away and
 * hydrated again. `hydrateTree` and `createTree` (in `tree.ts`) make one.
 */
export interface Tree {
  /**
   * One input, run to completion through the tree, as XState would.
   * Throws `EVENT_REFUSED` (root transition threw; `cause`), `NOT_SERIALIZABLE`, `NOT_RESTORABLE`, `MUTATED`, `LOOPS_FOREVER`.
   */
  step(input: ChartInput, options: StepOptions): TreeStep
  /**
   * The first step of a tree that a migration's patch changed: what left states had ends, what reached ones ask for begins,
   * with no action of theirs. `before`: the documents that were patched. Throws as `step` does.
   */
  place(before: PatchedDocuments, options: PlaceOptions): TreeStep
  /** Whether some transition of the root would take the event now (XState's `can`). Throws nothing. */
  can(event: EventData): boolean
  /** Event types for which the active states of the root have transitions (without XState's own; wildcards as they stand: `*`, `a.*`). */
  eventDescriptors(): readonly string[]
  /** Starts the body of a pending effect; `undefined` when the tree has none of that id any more. */
  runEffect(effect: EffectId, host: EffectHost): RunningEffect | undefined
}

export interface TreeOptions {
  readonly agentId: string
  /** `ref.send()` outside of a step: from a custom action or an effect body. */
  readonly onActorSend: (to: ActorId, event: unknown) => void
  /** The machine's own `log()` actions and XState's warnings. */
  readonly onLog: (args: readonly unknown[]) => void
}
