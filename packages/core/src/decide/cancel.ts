/**
 * Cancelling: at once, or as an event that the chart may handle until a deadline.
 *
 * Invariants: the deadline stands in the state, so it runs while the agent is paused or blocked, and any worker may
 * carry it out; it can be drawn nearer and never put off; a payment in flight is kept until its outcome is known.
 */
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonObject } from '../json/json-value.js'
import type { OwnRecordType } from '../record/record.js'
import type { AgentPart, EffectDocument, StateDocument } from '../record/state-document.js'
import type { EventData } from '../record/event-data.js'
import type { TreeStep } from '../step/tree-step.js'
import { stateAfter, stepOf } from './chart-inputs.js'
import { compose } from './compose.js'
import type { Composition } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import { mayHaveHappened } from './effects-part.js'
import { chartInputToJson } from './inputs.js'
import type { Cancel, Envelope } from './inputs.js'
import { OVER, withAnswers } from './outbox.js'

/** The type of the event that a chart may handle, and of the record that asks for it. */
const CANCEL_EVENT = 'refold.cancel' satisfies OwnRecordType

/** A person's word: stop at once, or give the chart until the deadline. A chart that cannot take it now is stopped at once. */
export function decideCancel(
  context: DecideContext,
  envelope: Envelope,
  { state, input }: { state: StateDocument; input: Cancel },
): Decision {
  const { cancelling, waiting } = state.agent
  if (input.deadlineMs <= 0) return stop(context, envelope, {})
  const deadlineAt = context.now + input.deadlineMs
  if (cancelling !== undefined && cancelling.deadlineAt <= deadlineAt) return alreadyNearer(cancelling)
  const { by, reason } = envelope
  const note = { ...(by === undefined ? undefined : { by }), ...(reason === undefined ? undefined : { reason }) }
  const event: EventData = { type: CANCEL_EVENT, ...note, deadlineAt }
  const agent: AgentPart = { ...state.agent, cancelling: { at: context.now, deadlineAt, ...note } }
  const asked = { event, state: { ...state, agent } }
  if (cancelling !== undefined) return told(context, envelope, asked) // the chart has heard of it
  if (state.agent.blocked === undefined && waiting === undefined) return toChart(context, envelope, asked)
  const inLine = { revision: context.revision, input: chartInputToJson({ kind: 'event', event }) }
  const lined = { ...agent, waiting: [...(waiting ?? []), inLine] }
  return told(context, envelope, { event, state: { ...state, agent: lined } })
}

/** The deadline has passed. The worker that sees it first carries it out. */
export function decideDeadline(context: DecideContext, envelope: Envelope, { agent }: StateDocument): Decision {
  const { cancelling } = agent
  if (cancelling === undefined || cancelling.deadlineAt > context.now)
    return { kind: 'dropped', why: 'no deadline has passed' }
  const { by, reason } = cancelling
  const inTheName = {
    ...envelope,
    ...(by === undefined ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
  }
  return stop(context, inTheName, { lateMs: context.now - cancelling.deadlineAt })
}

/** A waiting cancellation that the chart does not take after all: the state it leaves the agent in. */
export function stopUntaken(context: DecideContext, step: TreeStep, event: { after: StateDocument; type: unknown }) {
  return event.type === CANCEL_EVENT && step.path.length === 0 ? stopped(context, event.after) : event.after
}

interface Asked {
  readonly event: EventData
  /** With the deadline in it. */
  readonly state: StateDocument
}

function toChart(context: DecideContext, envelope: Envelope, { event, state }: Asked): Decision {
  const input = { kind: 'event', event } as const
  let step: TreeStep
  try {
    step = stepOf(context, input)
  } catch (error) {
    return { kind: 'refused', error: chartThrew(error) }
  }
  if (step.path.length === 0) return stop(context, envelope, {})
  const after = stateAfter({ ...context, state }, envelope, { input, step, dedup: undefined })
  return told(context, envelope, { event, state: after }, step)
}

function told(context: DecideContext, envelope: Envelope, { event, state }: Asked, step?: TreeStep): Decision {
  const { type: _type, ...data } = event
  const made: Composition = { type: CANCEL_EVENT, data, after: state, input: { kind: 'cancel' } }
  return compose(context, envelope, step === undefined ? made : { ...made, step })
}

function stop(context: DecideContext, envelope: Envelope, data: JsonObject): Decision {
  const { state } = context
  if (state === undefined) return { kind: 'refused', error: new RefoldError('NOT_FOUND', 'the agent does not exist') }
  const after = stopped(context, state)
  return compose(context, envelope, { type: 'refold.cancelled', data, after, input: { kind: 'cancelled' } })
}

/** Ends the agent here: timers go, effects are aborted, a payment in flight is kept until its outcome is known. */
function stopped(context: DecideContext, state: StateDocument): StateDocument {
  const effects: { [effect: string]: EffectDocument } = {}
  for (const [id, effect] of Object.entries(state.effects)) {
    if (mayHaveHappened(effect, context.definition))
      effects[id] = { ...effect, abandoned: effect.abandoned ?? { at: context.now } }
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
