/** What the executions of one agent's effects share: the agent's cell, the worker, and what waits for their bodies. */
import type { Envelope } from '../../decide/inputs.js'
import type { EffectDocument, EffectId } from '../../record/state-document.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { Settlement } from '../cell/submission.js'
import type { EffectsContext } from './effects-context.js'
import type { StopReason } from './execution-phase.js'
import type { Undelivered } from './undelivered.js'

/** An execution as its agent's runner sees it. */
export interface Executing {
  readonly id: EffectId
  readonly epoch: number
  readonly stopped: StopReason | undefined
}

export interface ToExecute {
  readonly id: EffectId
  readonly epoch: number
  readonly effect: EffectDocument
}

export interface ExecutionContext {
  readonly cell: AgentCell
  readonly runtime: EffectsContext
  readonly undelivered: Undelivered
  /** What this worker knows of the agent: read to its end when the lease had lapsed so often. */
  readonly known: { lapses: number }
  /** Effects that were pending when this worker took the agent over: their next attempt is recorded before it begins. */
  readonly inherited: Set<EffectId>
  /** Executions that waited, when the state was last looked at, for an append which may have left their effects. */
  readonly putOff: Set<Executing>
  /** The effect, if this execution is still the one to perform it. */
  toPerform(execution: Executing): EffectDocument | undefined
  /** `told` gets nothing when the input was refused. */
  submit(
    envelope: Pick<Envelope, 'input' | 'epoch' | 'attempt' | 'diagnostics' | 'usage'>,
    told?: (settlement: Settlement | undefined) => void,
  ): void
  /** The body goes on, but the effect is not in its hands any more. */
  drop(execution: Executing): void
  /** The execution is over; if the effect is not, it is begun again. */
  forget(execution: Executing): void
}
