/** What verifying a history finds. All of it is plain JSON but the errors. */
import type { AgentAddress } from '../definition/agent-address.js'
import type { HistoryTrouble } from '../history/history-types.js'
import type { JsonValue } from '../json/json-value.js'

/**
 * What differs: today's code refuses the input; it throws where it did not, or the other way round; the chart goes elsewhere; and
 * so on. `record` is the record's type, `place`: today's chart has none for the state before.
 */
export type DifferenceKind =
  | 'place'
  | 'refused'
  | 'blocked'
  | 'record'
  | 'target'
  | 'status'
  | 'context'
  | 'output'
  | 'error'
  | 'payload'
  | 'effect'
  | 'timer'
  | 'child'
  | 'message'
  | 'emitted'
  | 'action'
  | 'delivery'
  | 'kept'
  | 'agent'

/** One place that differs. */
export interface DifferingPlace {
  readonly kind: DifferenceKind
  /** JSON pointer into the state document (`/root/context/total`), or `/data/…`, `/emit/…`, `/actions/…`, `/deliver/…` of the record; empty: the whole answer. */
  readonly path: string
  /** Absent: nothing stood there. A long one is cut, and is then text. */
  readonly recorded?: JsonValue
  /** Absent: nothing stands there. A long one is cut, and is then text. */
  readonly today?: JsonValue
}

/** A transition that was taken, as the chart names it. */
export interface TakenTransition {
  /** The id of the state that it leaves, or that it belongs to. */
  readonly from: string
  /** Absent: eventless. */
  readonly event?: string
  readonly guard?: string
  /** Ids of states; none: it stays. */
  readonly targets: readonly string[]
  /** Its own, in order: `xstate.assign` for one that stands inline. */
  readonly actions: readonly string[]
}

/** A record that today's code decides otherwise. */
export interface HistoryDifference {
  /** Of the definition: the one that decided it. */
  readonly version: number
  readonly revision: number
  /** Of the record. */
  readonly type: string
  /** Active states before it: `cart`, `work.draft`; none: it is the start. */
  readonly states: readonly string[]
  /** At least one, what tells most first; at most 16. */
  readonly places: readonly DifferingPlace[]
  /** What was taken, as far as charts are known; absent where both are the same and nothing of them is in question. */
  readonly transitions?: {
    readonly recorded: readonly TakenTransition[]
    readonly today: readonly TakenTransition[]
  }
  /** The guard that said otherwise than it did, where transitions differ and one has a guard. */
  readonly guard?: string
  /** Actions of the transition that both took: one of them, or of the states it enters, gave another value. */
  readonly actions?: readonly string[]
}

/** One kind of difference in one history, at the first record that has it. */
export interface CountedDifference extends HistoryDifference {
  /** Records that differ so. */
  readonly records: number
  /** Which differences are alike: the same of all histories. */
  readonly group: string
}

/**
 * Why a record was not decided again. `no-chart`: no code of the definition decides it; `no-code`: its version has no code here, or
 * a process without the code stored it undecided; `not-kept`: its payload is not in the stream; `foreign`: it is no record of Refold.
 */
export type UndecidedWhy = 'no-chart' | 'no-code' | 'not-kept' | 'foreign'

/** A place at which today's code gives now this answer, now that. */
export interface UnsteadyPlace {
  readonly type: string
  readonly path: string
  readonly records: number
}

/** What verifying one history found. */
export interface VerifiedHistory {
  readonly agent: AgentAddress
  readonly stream: string
  /** Of the definition, at the end of what was read. */
  readonly version: number
  readonly status: 'active' | 'ended'
  /** Whether that version has code here; `other-version`: another one of its definition has; `none`: none has. */
  readonly code: 'here' | 'other-version' | 'none'
  /** Records that were read. */
  readonly records: number
  /** Records that were decided again, to the same answer or another. */
  readonly decided: number
  readonly undecided: { readonly [why in UndecidedWhy]: number }
  /** Records that differ. */
  readonly differing: number
  /** In the order of the revisions at which each kind comes first; at most 64 kinds. */
  readonly differences: readonly CountedDifference[]
  /** Where today's code is not deterministic. */
  readonly unsteady: readonly UnsteadyPlace[]
  /** In words: what the newest state of an active agent holds and today's chart has no place for. */
  readonly noPlace: readonly string[]
  /** Where the history cannot be read or folded on. */
  readonly trouble?: HistoryTrouble
}
