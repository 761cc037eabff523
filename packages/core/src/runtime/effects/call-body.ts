/** The call of an attempt's body. */
import { effectKey } from '../../decide/effects-part.js'
import type { RunningEffect } from '../../step/tree-step.js'
import type { EffectDocument } from '../../record/state-document.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { EventHub } from '../events/event-hub.js'
import { effectHost } from './effect-host.js'
import type { EffectHostOptions } from './effect-host.js'

export interface CallOptions extends Pick<
  EffectHostOptions,
  'id' | 'attempt' | 'abort' | 'submit' | 'isLive' | 'fail'
> {
  readonly cell: AgentCell
  readonly events: EventHub<AgentCell>
}

/** Calls it. `undefined`: an input that is being appended has just left the effect. */
export function callBody(effect: EffectDocument, options: CallOptions): RunningEffect | undefined {
  const { cell, events, ...attempt } = options
  const { stream } = cell
  const { id } = attempt
  const { src, input, traceparent, steps: recordedSteps = {} } = effect
  const progress = (chunk: unknown): void =>
    events.tell({ kind: 'progress', stream, progress: { effect: id, src, chunk } })
  const host = effectHost({ ...attempt, input, key: effectKey(id, effect), traceparent, recordedSteps, progress })
  const running = cell.tree().runEffect(id, host)
  if (running !== undefined) events.tell({ kind: 'effect.began', stream, effect: id, src, attempt: attempt.attempt })
  return running
}
