/** Every input that an agent can get, and the envelope it comes in. Inputs are data: payloads are JSON already. */
import type { JsonObject, JsonValue, StateOperation } from '../json/json-value.js'
import type { Approved, Diagnostics } from '../record/record.js'
import type { EffectDocument, EffectId, ErrorData, StateDocument } from '../record/state-document.js'
import type { Usage } from '../record/usage.js'
import type { ChartInput } from '../step/tree-step.js'

/** An attempt of a guarded effect, or any attempt after a takeover, is about to begin. */
export interface EffectStarted {
  readonly kind: 'effect.started'
  readonly effect: EffectId
  readonly attempt: number
}
/** An attempt failed and another one follows at `retryAt` (epoch milliseconds). */
export interface AttemptFailed {
  readonly kind: 'attempt.failed'
  readonly effect: EffectId
  readonly attempt: number
  readonly error: ErrorData
  readonly retryAt: number
  /** It was recorded as begun at that time (epoch milliseconds), and its body never called: the attempt does not count. */
  readonly uncalled?: number
}
/** No one can tell what became of a guarded attempt. */
export interface EffectDoubted {
  readonly kind: 'effect.doubted'
  readonly effect: EffectId
  readonly why: NonNullable<EffectDocument['inDoubt']>['why']
}
/** The result of one `step()` of an effect. */
export interface EffectStep {
  readonly kind: 'effect.step'
  readonly effect: EffectId
  /** `<name>#<ordinal>` */
  readonly step: string
  readonly output: JsonValue
}
/** What someone decided about an effect in doubt, or about an abandoned one (`acknowledge`). */
export interface EffectResolved {
  readonly kind: 'effect.resolved'
  readonly effect: EffectId
  /** Of the state that was shown: what is in doubt since is another doubt. */
  readonly revision?: number
  readonly resolution:
    | { readonly complete: JsonValue }
    | { readonly again: true; readonly force?: boolean }
    | { readonly fail: ErrorData }
    | { readonly acknowledge: true }
}

/** What became of the oldest message to a receiver. */
export interface MessageSettled {
  readonly kind: 'message.settled'
  /** The receiver's stream. */
  readonly to: string
  readonly seq: number
  /** Absent: it was taken. */
  readonly refused?: { readonly code: string; readonly message: string }
  /** The chart is told the type of the event only: the rest is too large to stand here again. */
  readonly isBrief?: true
}

/**
 * How a claimant knows that no one performs the agent: it never had an owner; its owner released it; its owner closed; its
 * owner's process has ended, by the proof of its lock; its owner was silent for its whole lease.
 */
export type ClaimReason = 'unowned' | 'released' | 'closed' | 'ended' | 'silent'

/** A worker takes the agent over. */
export interface Claimed {
  readonly kind: 'claimed'
  readonly worker: string
  /** The owner that the claimant found gone. */
  readonly previous?: string
  readonly why?: ClaimReason
  /** It did not go on purpose. */
  readonly died?: true
  /** The agent is suspected of killing its workers: tried beside others, or with nothing else beginning. */
  readonly probation?: 'shared' | 'isolated'
}

/** The agent goes from one version of its definition to the one that decides. */
export interface Migrated {
  readonly kind: 'migrated'
  readonly from: number
  /** Over the state document (RFC 6902); not over its `agent` part. */
  readonly patch: readonly StateOperation[]
  /** What a state asks for and nothing stands for begins, also where the agent waited before. */
  readonly beginsMissing?: boolean
}

/** A fork begins: as its origin was after a record, or, with `start`, from another input. */
export interface Forked {
  readonly kind: 'forked'
  readonly from: {
    readonly stream: string
    readonly revision: number
    /** Id of the event there. */
    readonly event: string
    /** When that record was decided, by the clock of who did: epoch milliseconds. */
    readonly now: number
  }
  /** The origin's, there. */
  readonly state: StateDocument
  readonly keys: 'new' | 'keep'
  readonly timers: 'keep' | 'shift' | 'drop'
  /** Never-retry effects that run all the same. */
  readonly run: readonly EffectId[]
  /** The effect whose outcome the next record is. */
  readonly answered?: EffectId
  readonly patch?: readonly StateOperation[]
  readonly beginsMissing?: boolean
  readonly start?: { readonly input: JsonValue | undefined }
}

/** Ends the agent: at once, or as the chart will have it within so many milliseconds. */
export interface Cancel {
  readonly kind: 'cancel'
  readonly deadlineMs: number
  /** Its detached children are cancelled with it, and theirs. */
  readonly children?: 'cancel'
}

/** Needs no chart but for `cancel`: decided on the state document alone. */
export type ControlInput =
  | Claimed
  | Migrated
  /** The owner gives the agent up, so that another worker performs what is pending. */
  | { readonly kind: 'released' }
  /** The probation of a suspected agent has ended, and its worker lives. */
  | { readonly kind: 'cleared' }
  /** `bulk`: by a hold; what a hold paused, only its end resumes together. */
  | { readonly kind: 'paused'; readonly bulk?: true }
  | { readonly kind: 'resumed'; readonly bulk?: true }
  | Cancel
  /** The deadline of a cancellation has passed. */
  | { readonly kind: 'cancelled' }
  /** Decides the oldest waiting input; lifts the block first. */
  | { readonly kind: 'retried' }
  /** Decides the oldest kept event that the state takes. */
  | { readonly kind: 'recalled' }

export type Input =
  | ChartInput
  | Forked
  | EffectStarted
  | AttemptFailed
  | EffectDoubted
  | EffectStep
  | EffectResolved
  | MessageSettled
  | ControlInput

/** What may come in the append that begins an agent. */
export type FirstInput = Extract<ChartInput, { readonly kind: 'event' }> | EffectResolved

export interface Envelope {
  readonly input: Input
  /** The process that submits it. */
  readonly worker: string
  /** The epoch at which the submitting owner worked; absent for inputs of anyone. */
  readonly epoch?: number
  readonly by?: string
  /** Why someone decided so. */
  readonly reason?: string
  /** W3C trace context of the caller. */
  readonly traceparent?: string
  /** The caller's own id of the event. */
  readonly dedupId?: string
  /** Hash of what the caller gave (`givenHash`), where the same may come again. */
  readonly given?: string
  readonly attempt?: number
  /** What the effect's body told since the record before. */
  readonly usage?: Usage
  /** Of an effect that failed. */
  readonly diagnostics?: Diagnostics
  /** Event id of the record that caused it. */
  readonly causationId?: string
  /** What someone approved by this event. */
  readonly approved?: Approved
  /** An event for a blocked agent waits behind what blocks it. Else it is refused. */
  readonly whenBlocked?: 'keep'
  /** The agent begins paused, by a hold. */
  readonly held?: { readonly by?: string; readonly reason?: string }
  /** With a start or a fork: what comes first, a record of its own in the same append. Where it is refused, so is the start. */
  readonly first?: { readonly input: FirstInput; readonly given?: string }
  /** It is the first input of a start or a fork. */
  readonly withStart?: true
  /** Judge by the head only: the append must extend exactly this revision. */
  readonly expectedRevision?: number
  /** A message with a number from before that the receiver's records do not hold: its sender came back from a backup. Only with `expectedRevision`. */
  readonly isNewMessage?: true
  /** No kept event is decided in the append of this input: together they were too large. */
  readonly recalls?: false
  /** Set when the transition was found too large for the store: store the input, block the agent. */
  readonly blockWith?: ErrorData
}

/** Inputs that only the owner at the current epoch may append. */
export function isOwnerInput(input: Input): boolean {
  switch (input.kind) {
    case 'effect.started':
    case 'attempt.failed':
    case 'effect.doubted':
    case 'effect.step':
    case 'effect.done':
    case 'effect.failed':
    case 'effect.event':
    case 'effect.next':
    case 'timer.fired':
    case 'message.settled':
    case 'message.undelivered':
    case 'released':
    case 'cleared':
      return true
    case 'started':
    case 'forked':
    case 'event':
    case 'actor.event':
    case 'message':
    case 'effect.resolved':
    case 'claimed':
    case 'paused':
    case 'resumed':
    case 'cancel':
    case 'cancelled':
    case 'retried':
    case 'recalled':
    case 'migrated':
      return false
  }
}

/** Inputs that no caller waits for: one that the store does not take is tried again. What an action sends, and a kept event, comes from the process that appended. */
export function isOwnInput(input: Input): boolean {
  return input.kind === 'actor.event' || input.kind === 'recalled' || isOwnerInput(input)
}

/** Inputs that carry truth which was paid for: never dropped because of a bound, a conflict or a block. */
export function isOutcome(input: Input): boolean {
  return input.kind === 'effect.done' || input.kind === 'effect.failed'
}

/** Inputs whose records say what the effect's body used. */
export function tellsUsage({ kind }: Input): boolean {
  return kind === 'effect.done' || kind === 'effect.failed' || kind === 'attempt.failed' || kind === 'effect.step'
}

/** A waiting input as it is stored in the state document, and back. */
export function chartInputToJson(input: ChartInput): JsonObject {
  return input as unknown as JsonObject
}
export function chartInputFromJson(input: JsonObject): ChartInput {
  return input as unknown as ChartInput
}
