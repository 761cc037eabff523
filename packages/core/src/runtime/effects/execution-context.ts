/** What the performances of one agent share: the agent's cell, the worker, and what waits for their bodies. */
import type { Envelope } from '../../decide/inputs.js'
import type { EffectDocument, EffectId } from '../../record/state-document.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { EffectExecution } from './effect-execution.js'
import type { RunnerHost } from './runner-host.js'
import type { Settlement } from '../cell/submission.js'
import type { Undelivered } from './undelivered.js'

export interface ExecutionContext {
  readonly cell: AgentCell
  readonly host: RunnerHost
  readonly undelivered: Undelivered
  /** Effects that were pending when this worker took the agent over: their next attempt is recorded before it begins. */
  readonly inherited: Set<EffectId>
  /** The effect, if this performance is still the one to perform it. */
  toPerform(performance: EffectExecution): EffectDocument | undefined
  /** Calls back when the state is known that others may have made while the lease was lost; mostly at once. */
  whenReadOn(go: () => void): void
  /** `told` gets nothing when the input was refused. */
  submit(
    envelope: Pick<Envelope, 'input' | 'epoch' | 'attempt' | 'diagnostics'>,
    told?: (settlement: Settlement | undefined) => void,
  ): void
  /** The body goes on, but the effect is not in its hands any more. */
  drop(performance: EffectExecution): void
  /** The performance is over; if the effect is not, it is begun again. */
  forget(performance: EffectExecution): void
}
