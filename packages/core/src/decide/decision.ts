/** What `decide` answers. */
import type { RefoldError } from '../errors.js'
import type { Untaken } from './kept-events.js'
import type { NewRecord } from '../record/record.js'
import type { StateDocument } from '../record/state-document.js'
import type { ActionCall, ChartInput, TreeStep } from '../step/tree-step.js'

export type Decision =
  | Recorded
  /** Nothing is recorded; the submitter is told. */
  | { readonly kind: 'refused'; readonly error: RefoldError }
  /** The caller's id is known: the event is in the stream at this revision. */
  | { readonly kind: 'duplicate'; readonly revision: number }
  /** An owner input that came too late to mean anything. */
  | { readonly kind: 'dropped'; readonly why: string }

export interface Recorded {
  readonly kind: 'recorded'
  readonly record: NewRecord
  /** What folding the record gives. */
  readonly state: StateDocument
  readonly actions: readonly ActionCall[]
  readonly deliveries: TreeStep['deliveries']
  /** Events that had been kept for the agent while it was blocked, and will never be taken. */
  readonly untaken: readonly Untaken[]
  /** What the tree did; absent when the chart was not asked, or its answer not taken. */
  readonly tree: TreeStep | undefined
}

/** An input for the chart, and what is known of it. */
export interface ChartDecision {
  readonly input: ChartInput
  readonly late: boolean
  /** The state to go on from when it is not the newest as it stands: one that has heard a message, or is rid of one. */
  readonly base?: StateDocument
}
