/**
 * Cancelling: at once, or as an event that the chart may handle until a deadline.
 *
 * Invariants: the deadline stands in the state, so it runs while the agent is paused or blocked, and any worker may
 * carry it out; it can be drawn nearer and never put off; a payment in flight is kept until its outcome is known; one that
 * goes on to detached children is on its way to each of them with the record that asks for it.
 */
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonObject } from '../json/json-value.js'
import { toErrorData } from '../record/error-data.js'
import type { InputHeader, OwnRecordType } from '../record/record.js'
import type { AgentPart, EffectDocument, StateDocument } from '../record/state-document.js'
import type { EventData } from '../record/event-data.js'
import type { TreeStep } from '../step/tree-step.js'
import { stateAfter, stepOf } from './chart-inputs.js'
import { compose } from './compose.js'
import type { Composition } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import { withChildrenCancelled } from './detached-children.js'
import { mayHaveHappened } from './effects-part.js'
import { chartInputToJson } from './inputs.js'
import type { Cancel, Envelope } from './inputs.js'
import { OVER, withAnswers } from './outbox.js'
import { traced, traceparentOf } from './trace.js'
import { isTrouble } from './trouble.js'

/** The type of the event that a chart may handle, and of the record that asks for it. */
const CANCEL_EVENT = 'refold.cancel' satisfies OwnRecordType

/** A cancellation, and the state that it comes to. */
export interface Cancelled {
  readonly state: StateDocument
  readonly input: Cancel
  /** It came by the message of a parent. */
  readonly origin?: Pick<InputHeader, 'from' | 'seq'>
}

/** A person's word: stop at once, or give the chart until the deadline. A chart that cannot take it now is stopped at once. */
export function decideCancel(context: DecideContext, envelope: Envelope, cancelled: Cancelled): Decision {
  const { state, input } = cancelled
  const { cancelling, waiting } = state.agent
  if (input.deadlineMs <= 0) return stop(context, envelope, cancelled)
  const deadlineAt = context.now + input.deadlineMs
  const isNearer = cancelling !== undefined && cancelling.deadlineAt <= deadlineAt
  if (isNearer && cancelled.origin === undefined) return alreadyNearer(cancelling)
  const { by, reason } = envelope
  const note = { ...(by === undefined ? undefined : { by }), ...(reason === undefined ? undefined : { reason }) }
  const event: EventData = { type: CANCEL_EVENT, ...note, deadlineAt }
  const agent: AgentPart = { ...state.agent, cancelling: { at: context.now, deadlineAt, ...note } }
  if (isNearer) return told(context, envelope, { ...cancelled, event, deadlineAt: cancelling.deadlineAt }) // to its children too
  const asked = { ...cancelled, event, state: { ...state, agent }, deadlineAt }
  if (cancelling !== undefined) return told(context, envelope, asked) // the chart has heard of it
  const isFree =
    state.agent.blocked === undefined && waiting === undefined && context.definition.isUnregistered !== true
  return isFree ? toChart(context, envelope, asked) : told(context, envelope, inLine(context, asked))
}

function inLine({ revision }: DecideContext, asked: Asked): Asked {
  const { event, state } = asked
  const { waiting = [], ...agent } = state.agent
  const last = { revision, input: chartInputToJson({ kind: 'event', event }) }
  return { ...asked, state: { ...state, agent: { ...agent, waiting: [...waiting, last] } } }
}

/** The deadline has passed. The worker that sees it first carries it out. */
export function decideDeadline(context: DecideContext, envelope: Envelope, state: StateDocument): Decision {
  const { cancelling } = state.agent
  if (cancelling === undefined || cancelling.deadlineAt > context.now)
    return { kind: 'dropped', why: 'no deadline has passed' }
  const { by, reason } = cancelling
  const inTheName = {
    ...envelope,
    ...(by === undefined ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
  }
  const after = stopped(context, state)
  const data = { lateMs: context.now - cancelling.deadlineAt }
  return compose(context, inTheName, { type: 'refold.cancelled', data, after, input: { kind: 'cancelled' } })
}

/** A waiting cancellation that the chart does not take after all: the state it leaves the agent in. */
export function stopUntaken(context: DecideContext, step: TreeStep, event: { after: StateDocument; type: unknown }) {
  return event.type === CANCEL_EVENT && step.path.length === 0 ? stopped(context, event.after) : event.after
}

interface Asked extends Cancelled {
  readonly event: EventData
  /** With the deadline in it. */
  readonly state: StateDocument
  readonly deadlineAt: number
}

function toChart(context: DecideContext, envelope: Envelope, asked: Asked): Decision {
  const { event, state, origin } = asked
  const input = { kind: 'event', event } as const
  let step: TreeStep
  try {
    step = stepOf(context, input)
  } catch (error) {
    const refusal = chartThrew(error)
    if (origin === undefined || isTrouble(refusal)) return { kind: 'refused', error: refusal }
    return told(context, envelope, blockedBy(refusal, context, asked))
  }
  if (step.path.length === 0) return stop(context, envelope, asked)
  const after = stateAfter({ ...context, state }, envelope, { input, step, dedup: undefined })
  return told(context, envelope, { ...asked, state: after }, step)
}

/** No caller waits who could be told: the agent is blocked, the event waits behind that, and the deadline runs. */
function blockedBy(error: RefoldError, context: DecideContext, asked: Asked): Asked {
  const lined = inLine(context, asked)
  const blocked = { at: context.now, error: toErrorData(error) }
  return { ...lined, state: { ...lined.state, agent: { ...lined.state.agent, blocked } } }
}

function told(context: DecideContext, envelope: Envelope, asked: Asked, step?: TreeStep): Decision {
  const { type: _type, ...data } = asked.event
  const after = withItsChildren(context, envelope, asked)
  const input = { kind: 'cancel', ...asked.origin }
  const made: Composition = { type: CANCEL_EVENT, data: { ...data, ...ofChildren(asked) }, after, input }
  return compose(context, envelope, step === undefined ? made : { ...made, step })
}

function stop(context: DecideContext, envelope: Envelope, cancelled: Cancelled): Decision {
  const after = withItsChildren(context, envelope, { ...cancelled, state: stopped(context, cancelled.state) })
  const input = { kind: 'cancelled', ...cancelled.origin }
  return compose(context, envelope, { type: 'refold.cancelled', data: ofChildren(cancelled), after, input })
}

/** Those that were there when it was asked for: a chart that undoes its work may start others. */
function withItsChildren(
  context: DecideContext,
  envelope: Envelope,
  { state, input, deadlineAt }: Cancelled & { readonly deadlineAt?: number },
): StateDocument {
  if (input.children !== 'cancel') return state
  const { by, reason } = envelope
  const trace = traced(traceparentOf(context, envelope))
  const sent = { sentBy: context.eventId, by, reason, deadlineAt, ...trace }
  return withChildrenCancelled(state, context.state?.detachedChildren, sent)
}

function ofChildren({ input }: Cancelled): JsonObject {
  return input.children === undefined ? {} : { children: input.children }
}

/** Ends the agent here: timers go, effects are aborted, a payment in flight is kept until its outcome is known. */
function stopped(context: DecideContext, state: StateDocument): StateDocument {
  const effects: { [effect: string]: EffectDocument } = {}
  for (const [id, effect] of Object.entries(state.effects)) {
    if (mayHaveHappened(effect, context.definition))
      effects[id] = { ...effect, abandoned: effect.abandoned ?? { at: context.now, revision: context.revision } }
  }
  const { waiting = [], blocked: _b, paused: _p, cancelling: _c, ...agent }: AgentPart = state.agent
  const after: StateDocument = { ...state, agent, root: { ...state.root, status: 'stopped' }, effects, timers: {} }
  return withAnswers(after, waiting, { sentBy: context.eventId, ...OVER })
}

function alreadyNearer({ deadlineAt, by }: NonNullable<AgentPart['cancelling']>): Decision {
  const message = `the agent is being cancelled already, by ${new Date(deadlineAt).toISOString()} at the latest`
  const hint = 'A deadline can be drawn nearer, not put off.'
  return { kind: 'refused', error: new RefoldError('ALREADY_SO', message, { hint, facts: { deadlineAt, by } }) }
}

function chartThrew(cause: unknown): RefoldError {
  if (isRefoldError(cause)) return cause
  const hint = 'Cancel without a deadline: that stops the agent at once.'
  return new RefoldError('EVENT_REFUSED', 'the transition that takes the cancellation threw', { cause, hint })
}
