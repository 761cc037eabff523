/** What a process would do if it began to perform now. */
import type { ClaimReason } from '../decide/inputs.js'
import type { RefoldErrorCode } from '../errors.js'
import type { EffectId, ErrorData } from '../record/state-document.js'
import type { Hold } from './holds.js'
import type { DoubtReason } from './state.js'

/** An agent of a plan. */
export interface PlannedAgent {
  readonly agent: { readonly name: string; readonly id: string }
}

/** An effect that would be performed. */
export interface PlannedEffect {
  readonly effect: EffectId
  readonly src: string
  /** The same as in its earlier attempts. */
  readonly key: string
  /** From 1. An attempt that a crash interrupted does not count. */
  readonly attempt: number
  /** `begin`: its body runs, perhaps again, with its key; `ask`: its `reconcile` is asked first. */
  readonly how: 'begin' | 'ask'
  /** Epoch milliseconds: the pause of its retry policy ends then. */
  readonly notBefore?: number
}

/** An agent that this process would take up. */
export interface PlannedResumption extends PlannedAgent {
  /** How it is known that no one performs it now. */
  readonly why: ClaimReason
  /** The owner before. */
  readonly previous?: string
  /** It is suspected of killing its workers: tried beside others, or with nothing else beginning. */
  readonly probation?: 'shared' | 'isolated'
  readonly effects: readonly PlannedEffect[]
  /** Inputs that are stored and wait to be decided. */
  readonly inputs: number
  /** Messages to other agents that are to be delivered; an agent that has ended may have some. */
  readonly messages: number
}

/** An effect that waits for someone's word. */
export interface PlannedDoubt extends PlannedAgent {
  readonly effect: EffectId
  readonly src: string
  readonly key: string
  readonly why: DoubtReason | 'abandoned'
  /** Epoch milliseconds. */
  readonly since: number
  /** Of the record from which on, for `resolve`. Absent: from the takeover on. */
  readonly revision?: number
  /** It is in doubt from the takeover on, not before. */
  readonly isNew: boolean
}

/** Something that was to happen while no one was there. */
export interface PlannedTimer extends PlannedAgent {
  /** XState's id of the delayed event; `refold.cancel` for the deadline of a cancellation, which stops the agent. */
  readonly timer: string
  /** Epoch milliseconds. */
  readonly due: number
  readonly lateMs: number
}

/** An agent that goes no further until an operator retries. */
export interface PlannedBlock extends PlannedAgent {
  readonly since: number
  readonly error: ErrorData
  /** It is blocked from the takeover on: its last probation ended with the death of its worker. */
  readonly isNew: boolean
}

/** Where an agent is: many in one place have one cause. */
export interface PlannedPlace {
  /** Of its definition, as its records say. */
  readonly version: number
  /** Paths of the active leaf states: `review`, `work.draft`. */
  readonly active: readonly string[]
}

/** An agent in a state of which today's chart asks for more than the chart did when the agent came there. */
export interface PlannedNotBegun extends PlannedAgent, PlannedPlace {
  /** In words: `after 500 of state "form.review"`. It begins by `migrate` with `beginMissing`, or when the state is entered again. */
  readonly what: readonly string[]
}

/** An agent that this process could not take up: with work, owned by another worker, or parked. */
export interface PlannedTrouble extends PlannedAgent, PlannedPlace {
  readonly code: RefoldErrorCode
  readonly message: string
  readonly facts?: Readonly<Record<string, unknown>>
}

/** An agent that another worker has and performs. */
export interface PlannedOwned extends PlannedAgent {
  readonly owner: string
  /** What its last heartbeat said, epoch milliseconds of its own clock. */
  readonly lastBeatAt?: number
  readonly leaseMs?: number
}

/** An agent that is paused: its effects wait. */
export interface PlannedPause extends PlannedAgent {
  readonly since: number
  readonly by?: string
  readonly reason?: string
}

/** An agent may stand in several lists. Each list is in the order in which the agents were started, those that have ended last. */
export interface RecoveryPlan {
  /** Epoch milliseconds. */
  readonly at: number
  readonly resumed: readonly PlannedResumption[]
  /** Of agents that are active, or that have ended and have something to deliver. */
  readonly inDoubt: readonly PlannedDoubt[]
  readonly overdue: readonly PlannedTimer[]
  readonly blocked: readonly PlannedBlock[]
  /** `NEEDS_MIGRATION`, `UNREADABLE`, `NEWER_FORMAT`, … */
  readonly troubled: readonly PlannedTrouble[]
  /** What a deploy added to states in which they wait, and what does not begin by itself. */
  readonly notBegun: readonly PlannedNotBegun[]
  /** Owned by another worker that lives, or was not yet silent for its lease. */
  readonly owned: readonly PlannedOwned[]
  readonly paused: readonly PlannedPause[]
  /** Agents with work of definitions that are not registered here at all, by name. */
  readonly unregistered: Readonly<Record<string, number>>
  /** Pauses of definitions, or of all, that stand. */
  readonly holds: readonly Hold[]
}
