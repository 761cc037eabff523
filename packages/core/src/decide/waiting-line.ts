/** Inputs that are stored now and decided later: while the agent is blocked, and behind what still waits. */
import { RefoldError } from '../errors.js'
import type { AgentPart, ErrorData } from '../record/state-document.js'
import type { ChartInput } from '../step/tree-step.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import type { ChartDecision, Decision } from './decision.js'
import { windowFull, withDedup } from './dedup.js'
import { diagnosticsOf } from './diagnostics.js'
import { withEffect } from './effects-part.js'
import { inputHeader } from './input-header.js'
import { chartInputFromJson, chartInputToJson, isOutcome, isOwnInput } from './inputs.js'
import type { Envelope } from './inputs.js'
import { recordOf } from './record-type.js'
import { traced, traceparentOf } from './trace.js'

/** Callers and effects fill no bound of each other; an outcome has none. */
function countsWith(input: ChartInput, other: ChartInput): boolean {
  return !isOutcome(other) && isOwnInput(other) === isOwnInput(input)
}

function lineFull(waiting: number, blocked: AgentPart['blocked']): Decision {
  const error = new RefoldError('QUEUE_FULL', `${waiting} inputs wait for a blocked agent`, {
    hint: 'The agent is blocked: repair the cause, then `retry` it.',
    facts: { blocked },
  })
  return { kind: 'refused', error }
}

/** Stores the input without deciding it. With an error: the agent is blocked from here on. */
export function wait(
  context: DecideContext,
  envelope: Envelope,
  decision: ChartDecision & { error: ErrorData | undefined; thrown?: unknown },
): Decision {
  const { input, error, thrown, late, base: state = context.state } = decision
  if (state === undefined)
    return { kind: 'refused', error: new RefoldError('INVARIANT', 'an agent cannot wait before it exists') }
  const { waiting = [], blocked } = state.agent
  const before = isOutcome(input) ? 0 : waiting.filter((one) => countsWith(input, chartInputFromJson(one.input))).length
  if (!isOutcome(input) && before >= context.maxWaiting) return lineFull(before, blocked)
  const dedup = withDedup(context, envelope)
  if (dedup === 'full') return { kind: 'refused', error: windowFull(context) }
  const { type, data } = recordOf(context, input, envelope)
  const traceparent = traceparentOf(context, envelope)
  const agent: AgentPart = {
    ...state.agent,
    ...(error === undefined ? undefined : { blocked: { at: context.now, error } }),
    waiting: [...waiting, { revision: context.revision, input: chartInputToJson(input), ...traced(traceparent) }],
  }
  const settled = isOutcome(input) && 'effect' in input ? withEffect(state, input.effect, undefined) : state
  return compose(context, envelope, {
    type,
    data,
    after: { ...settled, agent, ...(dedup === undefined ? undefined : { dedup }) },
    input: inputHeader(input, envelope, late),
    diagnostics: error === undefined ? undefined : diagnosticsOf(state, { input, thrown }),
  })
}
