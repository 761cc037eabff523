/**
 * Events that come before a state takes them, where the definition says `defer`: kept in the state, in the order of arrival.
 *
 * Invariant: an event is kept by a record of its own, so a crash finds it kept or not there; it leaves the state by one record
 * only: the one that decides it, or the one that ends the agent.
 */
import { RefoldError } from '../errors.js'
import type { DeferredInput, StateDocument } from '../record/state-document.js'
import type { ChartInput, TreeStep } from '../step/tree-step.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import { windowFull, withDedup } from './dedup.js'
import type { ChartDecision, Decision } from './decision.js'
import { inputHeader } from './input-header.js'
import { chartInputToJson } from './inputs.js'
import type { Envelope } from './inputs.js'
import { recordOf } from './record-type.js'
import { traced, traceparentOf } from './trace.js'

/** Events that may be kept: each is tried after every step, and stands in every snapshot. */
const MAX_DEFERRED = 100

/** Inputs that may come early: what came from outside, and the news of children, also that one could not be started. */
export type Early = Extract<ChartInput, { readonly kind: 'event' | 'message' | 'message.undelivered' }>

/** The input, if it is to be kept while the state does not take it. */
export function earlyIn({ definition }: Pick<DecideContext, 'definition'>, input: ChartInput): Early | undefined {
  const mayCome = input.kind === 'event' || input.kind === 'message' || input.kind === 'message.undelivered'
  return mayCome && definition.deferred.has(input.event.type) ? input : undefined
}

/** Keeps an event that the chart did not take: the step changed nothing. */
export function keep(
  context: DecideContext,
  envelope: Envelope,
  { input, step, late, base = context.state }: ChartDecision & { readonly input: Early; readonly step: TreeStep },
): Decision {
  if (base === undefined)
    return { kind: 'refused', error: new RefoldError('INVARIANT', 'no event is kept before the agent exists') }
  const full = deferralFull(base)
  if (full !== undefined) return { kind: 'refused', error: full }
  const dedup = withDedup(context, envelope)
  if (dedup === 'full') return { kind: 'refused', error: windowFull(context) }
  const { revision, now: at } = context
  // What its record says is needed once.
  const stored = input.kind === 'message.undelivered' ? { ...input, data: {} } : input
  const kept = { revision, at, input: chartInputToJson(stored), ...traced(traceparentOf(context, envelope)) }
  const after = withDeferred(base, kept)
  return compose(context, envelope, {
    ...recordOf(context, input, envelope),
    after: dedup === undefined ? after : { ...after, dedup },
    input: { ...inputHeader(input, envelope, late), deferred: true },
    step,
  })
}

/** Why not one more event is kept. */
export function deferralFull({ agent }: StateDocument): RefoldError | undefined {
  const deferred = agent.deferred?.length ?? 0
  if (deferred < MAX_DEFERRED) return undefined
  return new RefoldError('QUEUE_FULL', `${deferred} events are kept until a state of the agent takes them`, {
    hint: 'Send again when it has taken some: `state.deferred` lists them.',
    facts: { deferred, limit: MAX_DEFERRED },
  })
}

export function withDeferred(state: StateDocument, kept: DeferredInput): StateDocument {
  return { ...state, agent: { ...state.agent, deferred: [...(state.agent.deferred ?? []), kept] } }
}
