/** Forks: an agent that goes on from where another one was, and what is known of it before it is made. */
import type { EventObject } from 'xstate'
import type { AgentAddress } from '../definition/agent-address.js'
import type { StateOperation } from '../json/json-value.js'
import type { Condition } from '../record/record.js'
import type { EffectId, TimerId } from '../record/state-document.js'
import type { Usage } from '../record/usage.js'
import type { DoubtReason } from './state.js'

/** The outcome of an effect that was pending: exactly one of `complete` and `fail`. `complete: null` for one without output. */
export type ForkOutcome = {
  /** Its id, or its source where one effect of that is pending. */
  readonly effect: EffectId
} & ({ readonly complete: unknown } | { readonly fail: unknown })

/** What a fork is to be. At most one of `event`, `outcome` and `input`. */
export interface ForkOptions<I = unknown, E = EventObject> {
  /** Its id. The same request under the same id is the same fork; anything else there is `ID_REUSED`. */
  readonly as: string
  /** After which record of its origin: a revision, or the newest at or before a time in epoch milliseconds. Default: the newest. */
  readonly at?: number | bigint | { readonly at: number }
  /** What it is told first, in place of what its origin was. Refused as by `send`; then there is no fork. */
  readonly event?: E
  /** How an effect ends that was pending: no body of it runs. */
  readonly outcome?: ForkOutcome
  /** It starts from another input: nothing of its origin is in it but the link. */
  readonly input?: I
  /** RFC 6902 over the state document, as with `migrate`. */
  readonly patch?: readonly StateOperation[]
  /** As with `migrate`. */
  readonly beginMissing?: boolean
  /**
   * Timers that were set: `'shift'` (the default) leaves each the time that it had left, counted from the fork on, `'keep'` their
   * due times, so that old ones fire as soon as it is resumed; `'drop'` removes them.
   */
  readonly timers?: 'shift' | 'keep' | 'drop'
  /**
   * Idempotency keys of effects that were pending: `'new'` (the default): another call, done and paid for by itself; `'keep'`: the
   * call of its origin, which a provider may answer with what it answered there.
   */
  readonly keys?: 'new' | 'keep'
  /** Never-retry effects, by id or source, that begin when it is resumed. The others wait for `resolve`. */
  readonly run?: readonly string[]
  readonly by?: string
  readonly reason?: string
}

/** The payload of `refold.forked`: its origin, what was asked for, and what is to be known of it without its state. */
export interface ForkedData<I = unknown> {
  readonly from: AgentAddress
  /** Of the origin's record that it goes on after. */
  readonly revision: number
  /** Of its life before this one, those of its origins: ids of effects begin with a number that counts them too. */
  readonly records: number
  readonly input?: I
  readonly keys?: 'new' | 'keep'
  readonly timers?: 'shift' | 'keep' | 'drop'
  readonly run?: readonly EffectId[]
  /** Effects that wait for `resolve` from the beginning. */
  readonly inDoubt?: ReadonlyArray<{ readonly effect: EffectId; readonly src: string; readonly why: DoubtReason }>
  /** Of the origin there, where the fork is at another. */
  readonly version?: number
  readonly patch?: readonly StateOperation[]
  readonly beginMissing?: true
}

/** An effect of a fork that is pending when it is made. */
export interface ForkedEffect {
  readonly effect: EffectId
  readonly src: string
  /**
   * What becomes of it. When the fork is resumed: `runs`: its body begins; `asks`: its `reconcile` is asked what became of the origin's
   * attempt. Before anything: `waits`: for `resolve`, since it is never run twice unasked.
   */
  readonly fate: 'runs' | 'asks' | 'waits'
  /** `own`: the fork itself asked for it. */
  readonly key: 'new' | 'kept' | 'own'
  /** Results of its steps that are reused. */
  readonly steps: number
  /** The median of its source in the origin's records; absent: none told. */
  readonly ms?: number
  readonly costUsd?: number
}

/** A timer of the origin, and what becomes of it. Epoch milliseconds. */
export interface ForkedTimer {
  readonly timer: TimerId
  /** XState's id of the delayed event. */
  readonly id: string
  readonly was: number
  /** Absent: dropped. */
  readonly due?: number
}

/** What effects took. */
export interface ForkCost {
  /** Those that ended. */
  readonly effects: number
  /** Milliseconds. */
  readonly ms: number
  /** As far as bodies told it: also those of attempts whose effect did not end, as the chart left it. */
  readonly usage: Usage
}

/** What `fork` would make of the same request. Nothing was written. */
export interface ForkPlan {
  readonly origin: AgentAddress
  /** Of the origin's record that it goes on after. */
  readonly revision: number
  /** Of that record, epoch milliseconds. */
  readonly at: number
  readonly fork: AgentAddress
  /** It was made before, by the same request. */
  readonly isThere: boolean
  /** Of its definition; `versionBefore`: of the origin there, where that is another. */
  readonly version: number
  readonly versionBefore?: number
  /** Where it stands once it is made: paths of the active leaf states. */
  readonly active: readonly string[]
  /** `paused`; `blocked` where something waits for a `retry`. */
  readonly condition: Condition | 'ended'
  /** Outcomes of the origin, and of its own origins, that are reused: not run, and not paid for, again. */
  readonly reused: ForkCost
  readonly effects: readonly ForkedEffect[]
  readonly timers: readonly ForkedTimer[]
  /** What stays with the origin, and which the fork neither has nor hears of. */
  readonly left: {
    /** Messages that were on their way, by receiver. */
    readonly messages: readonly { readonly to: AgentAddress; readonly count: number }[]
    /** Detached children that had not told their end: they tell it to the origin. */
    readonly children: readonly AgentAddress[]
    /** Its parent, to which its end is not told. */
    readonly parent?: AgentAddress
    /** Effects in flight that the chart had left. */
    readonly abandoned: readonly { readonly effect: EffectId; readonly src: string }[]
  }
  readonly estimate: {
    /** What runs when it is resumed, at once: by the medians of the sources. */
    readonly pending: ForkCost
    /** What its origin did after the revision, until now: what a fork that goes on like it would do. */
    readonly rest: ForkCost
    /** Sources of what runs, for which no record tells a cost. */
    readonly unpriced: readonly string[]
  }
}
