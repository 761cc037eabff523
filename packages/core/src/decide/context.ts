/** What `decide` knows: the definition, the state, and the facts that the world injects. */
import type { DefinitionInternals } from '../definition/internals.js'
import type { StateDocument } from '../record/state-document.js'
import type { Tree } from '../step/tree-step.js'

export interface DecideContext {
  readonly definition: DefinitionInternals
  readonly agentId: string
  /** `undefined`: the agent does not exist yet. */
  readonly state: StateDocument | undefined
  /** The live tree of `state`; made when the chart is needed. */
  readonly tree: () => Tree
  /** The live tree of a state that a migration's patch made: to be placed first. */
  readonly placedTree: (patched: StateDocument) => Tree
  /** Of the record to be made. */
  readonly revision: number
  /** The decider's own clock, epoch milliseconds: due times are counted from it. */
  readonly now: number
  /** The record's `at`: `now`, but never before the last record's. For order only. */
  readonly at: number
  /** Of the record to be made; survives retries of the append. */
  readonly eventId: string
  /** Most inputs that may wait while the agent is blocked; outcomes are not counted. */
  readonly maxWaiting: number
}

/** The facts alone. They may be copied, with another state. */
export type DecideFacts = Omit<DecideContext, 'tree' | 'placedTree'>
