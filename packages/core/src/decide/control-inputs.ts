/** Control commands: decided on the state document, whatever the chart is. They never queue. */
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonObject } from '../json/json-value.js'
import { toErrorData } from '../record/error-data.js'
import type { AgentPart, StateDocument, WaitingInput } from '../record/state-document.js'
import type { TreeStep } from '../step/tree-step.js'
import type { ChartInput } from '../step/tree-step.js'
import { decideCancel, decideDeadline, stopUntaken } from './cancel.js'
import { pausedPart } from './agent-part.js'
import { isAccepted, isForOthers, stateAfter, stepOf } from './chart-inputs.js'
import { deferralFull, earlyIn, withDeferred } from './deferral.js'
import { cleared, claimed, released } from './claims.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import { diagnosticsOf, refusalOf } from './diagnostics.js'
import { chartInputFromJson } from './inputs.js'
import type { ControlInput, Envelope } from './inputs.js'
import { checkedEvent } from './messages.js'
import { untaken, withoutDedup } from './kept-events.js'
import { decideMigrated } from './migration.js'
import { OVER, withAnswers } from './outbox.js'
import { isOwnType } from './record-type.js'
import { isTrouble } from './trouble.js'

export function decideControl(
  context: DecideContext,
  envelope: Envelope,
  input: Exclude<ControlInput, { kind: 'recalled' }>,
): Decision {
  const { state } = context
  if (state === undefined) return { kind: 'refused', error: new RefoldError('NOT_FOUND', 'the agent does not exist') }
  if (input.kind === 'retried') return retried(context, envelope, state)
  if (input.kind === 'migrated') return decideMigrated(context, envelope, { state, input })
  if (input.kind === 'cancel') return decideCancel(context, envelope, { state, input })
  if (input.kind === 'cancelled') return decideDeadline(context, envelope, state)
  const change = changeOf(context, { state, envelope }, input)
  if ('refused' in change) return { kind: 'refused', error: change.refused }
  return compose(context, envelope, {
    type: `refold.${input.kind}`,
    data: change.data,
    after: change.after,
    input: { kind: input.kind },
  })
}

type Change = { readonly after: StateDocument; readonly data: JsonObject } | { readonly refused: RefoldError }

function changeOf(
  context: DecideContext,
  { state, envelope }: { state: StateDocument; envelope: Envelope },
  input: Exclude<ControlInput, { kind: 'retried' | 'recalled' | 'cancel' | 'cancelled' | 'migrated' }>,
): Change {
  const { agent } = state
  switch (input.kind) {
    case 'claimed':
      return claimed(context, state, input)
    case 'released':
      return released(context, state, envelope)
    case 'cleared':
      return cleared(state)
    case 'paused': {
      if (agent.paused !== undefined) return alreadySo('the agent is paused already')
      const paused = pausedPart(context, { ...envelope, bulk: input.bulk })
      return { after: { ...state, agent: { ...agent, paused } }, data: bulkFlag(input) }
    }
    case 'resumed': {
      if (agent.paused === undefined) return alreadySo('the agent is not paused')
      if (input.bulk === true && agent.paused.bulk !== true)
        return alreadySo('the agent was paused by itself, and is resumed so')
      const { paused: _paused, ...rest } = agent
      return { after: { ...state, agent: rest }, data: bulkFlag(input) }
    }
  }
}

function bulkFlag({ bulk }: { readonly bulk?: true }): JsonObject {
  return bulk === undefined ? {} : { bulk }
}

/** Decides the oldest waiting input. If it throws again the agent is blocked, or stays so and the caller is told why. */
function retried(context: DecideContext, envelope: Envelope, state: StateDocument): Decision {
  const { waiting, blocked: _blocked, suspicion: _suspicion, ...unblocked } = state.agent
  const [oldest, ...rest] = waiting ?? []
  if (oldest === undefined) {
    if (state.agent.blocked === undefined)
      return { kind: 'refused', error: alreadySo('the agent is not blocked').refused }
    return compose(context, envelope, {
      type: 'refold.retried',
      data: {},
      after: { ...state, agent: unblocked },
      input: { kind: 'retried' },
    })
  }
  const input = chartInputFromJson(oldest.input)
  let step: TreeStep
  try {
    step = steppedAgain(context, input)
  } catch (error) {
    const refusal = isRefoldError(error) && isRefused(input, error) ? error : undefined
    if (refusal === undefined) return throwsAgain(context, envelope, { state, oldest, error })
    return answered(context, envelope, { state: { ...state, agent: unblocked }, oldest, rest, refusal })
  }
  const decided = stateAfter({ ...context, state: { ...state, agent: unblocked } }, envelope, {
    input,
    step,
    dedup: undefined,
  })
  const type = input.kind === 'event' ? input.event.type : undefined
  const after = stopUntaken(context, step, { after: decided, type })
  const isOver = after.root.status !== undefined
  return compose(context, envelope, {
    type: 'refold.retried',
    data: { revision: oldest.revision },
    after: isOver ? withAnswers(after, rest, { sentBy: context.eventId, ...OVER }) : withWaiting(after, rest),
    input: { kind: 'retried' },
    stored: { path: '/state/agent/waiting/0/input', value: oldest.input },
    step,
  })
}

/** A message that waited is checked when it is decided; an event was checked when it came. What no one sent may be ignored. */
function steppedAgain(context: DecideContext, input: ChartInput): TreeStep {
  if (input.kind !== 'event' && input.kind !== 'message' && input.kind !== 'message.undelivered')
    return stepOf(context, input)
  const event = input.kind === 'message' ? checkedEvent(context, input) : input.event
  const step = stepOf(context, { ...input, event })
  if (isAccepted(step) || (!isFromOutside(input) && earlyIn(context, input) === undefined)) return step
  throw new RefoldError('EVENT_NOT_ACCEPTED', `the current state does not accept "${event.type}"`)
}

function isFromOutside(input: ChartInput): boolean {
  return input.kind === 'event' ? !isOwnType(input.event.type) : input.kind === 'message' && input.own === undefined
}

/** Whether an input that waited is refused for this, and the agent goes on. An event at which the chart throws was kept for a chart that does not. */
function isRefused(input: ChartInput, error: RefoldError): boolean {
  if (input.kind === 'event' || input.kind === 'message.undelivered') return error.code === 'EVENT_NOT_ACCEPTED'
  return input.kind === 'message' && !isTrouble(error)
}

/** What waited and is not taken after all: the sender of a message is told by a message, that of an event by this record. */
function answered(
  context: DecideContext,
  envelope: Envelope,
  {
    state,
    oldest,
    rest,
    refusal,
  }: { state: StateDocument; oldest: WaitingInput; rest: readonly WaitingInput[]; refusal: RefoldError },
): Decision {
  const kept = keptOn(context, { state, oldest, refusal })
  if (kept !== undefined && 'state' in kept)
    return compose(context, envelope, {
      type: 'refold.retried',
      data: { revision: oldest.revision, deferred: true },
      after: withWaiting(kept.state, rest),
      input: { kind: 'retried' },
    })
  const { code, message } = kept ?? refusal
  const told = withAnswers(state, [oldest], { sentBy: context.eventId, code, message })
  const isEvent = oldest.input['kind'] === 'event'
  const free = isEvent ? { ...told, dedup: withoutDedup(told.dedup, oldest.revision) } : told
  return compose(context, envelope, {
    type: 'refold.retried',
    data: { revision: oldest.revision, refused: { code, message } },
    after: withWaiting(free, rest),
    input: { kind: 'retried' },
    untaken: untaken(oldest, { code, message }),
  })
}

/** An event that may come early, and that no state takes yet, is kept on; `undefined`: it is none. */
function keptOn(
  context: DecideContext,
  { state, oldest, refusal }: { state: StateDocument; oldest: WaitingInput; refusal: RefoldError },
): { readonly state: StateDocument } | RefoldError | undefined {
  const input = chartInputFromJson(oldest.input)
  if (refusal.code !== 'EVENT_NOT_ACCEPTED' || earlyIn(context, input) === undefined) return undefined
  return deferralFull(state) ?? { state: withDeferred(state, { ...oldest, at: context.now }) }
}

function withWaiting(state: StateDocument, waiting: readonly WaitingInput[]): StateDocument {
  return waiting.length === 0 ? state : { ...state, agent: { ...state.agent, waiting } }
}

/** The one who retried a blocked agent is told; an input whose turn came by itself blocks it, or no one would ever know. */
function throwsAgain(
  context: DecideContext,
  envelope: Envelope,
  thrown: { state: StateDocument; oldest: WaitingInput; error: unknown },
): Decision {
  const { state, oldest, error } = thrown
  const input = chartInputFromJson(oldest.input)
  const cause = refusalOf(state, { input, thrown: error })
  if (state.agent.blocked === undefined && isForOthers(cause)) return { kind: 'refused', error: cause }
  if (state.agent.blocked !== undefined) {
    return {
      kind: 'refused',
      error: new RefoldError('BLOCKED', `the input of revision ${oldest.revision} still throws: ${cause.message}`, {
        cause,
      }),
    }
  }
  const agent: AgentPart = { ...state.agent, blocked: { at: context.now, error: toErrorData(cause) } }
  return compose(context, envelope, {
    type: 'refold.retried',
    data: { revision: oldest.revision },
    after: { ...state, agent },
    input: { kind: 'retried' },
    diagnostics: diagnosticsOf(state, { input, thrown: error }),
  })
}

function alreadySo(message: string): { readonly refused: RefoldError } {
  return { refused: new RefoldError('ALREADY_SO', message) }
}
