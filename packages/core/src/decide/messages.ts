/**
 * Messages between agents, as the receiver takes them and as the sender hears what became of them.
 *
 * Invariants (cited by tests):
 * M1 a message whose number was heard of this sender in this life of it changes nothing: the answer is "known";
 * M2 each message advances the number by a record, also one that is not taken: a second deliverer cannot bring it after
 *    the sender was told that it was not;
 * M3 a message leaves the outbox by a record of the sender's owner, and with it, if it was not taken, the sender's chart
 *    hears of it.
 */
import { addressOf } from '../definition/agent-address.js'
import { isRefoldError, RefoldError } from '../errors.js'
import type { JsonObject } from '../json/json-value.js'
import type { OutgoingMessage, StateDocument } from '../record/state-document.js'
import type { EventData } from '../record/event-data.js'
import type { ReceivedMessage } from '../step/tree-step.js'
import { decideCancel } from './cancel.js'
import { decideChart } from './chart-inputs.js'
import { compose } from './compose.js'
import { isInInbox, withInInbox } from './inbox.js'
import type { DecideContext } from './context.js'
import { cancellationIn, decideChildEnded, isSilentReport, withoutChild } from './detached-children.js'
import type { Decision } from './decision.js'
import type { Envelope, MessageSettled } from './inputs.js'
import { failedStart, nextMessage, undelivered, withoutMessage } from './outbox.js'
import type { Refusal } from './outbox.js'
import { statusOf } from './summary.js'
import { isTrouble } from './trouble.js'

/** At the receiver. A message from before that is `again` in the sender's outbox, of a backup, was judged by the deliverer. */
export function decideMessage(context: DecideContext, envelope: Envelope, message: ReceivedMessage): Decision {
  const { state } = context
  if (state === undefined) return { kind: 'refused', error: new RefoldError('NOT_FOUND', 'the agent does not exist') }
  if (isSilentReport(message)) return decideChildEnded(context, envelope, { state, message })
  if (envelope.isNewMessage !== true && isInInbox(state, message))
    return { kind: 'duplicate', revision: context.revision - 1 }
  const refuse = (error: Refusal): Decision => refused(context, envelope, { message, state, error })
  if (statusOf(state) !== 'active')
    return refuse({ code: 'NOT_ACTIVE', message: `the agent has ended: it is ${statusOf(state)}` })
  const { blockWith, ...rest } = envelope
  if (blockWith !== undefined)
    return refuse({ code: String(blockWith.code ?? 'TOO_LARGE'), message: blockWith.message })
  try {
    const decision = taken(context, rest, { message, base: heard(state, message) })
    if (decision.kind !== 'refused' || isTrouble(decision.error)) return decision
    // A child that has ended says it once: its report waits until there is room.
    if (message.own !== undefined && decision.error.code === 'QUEUE_FULL') return decision
    return refuse(decision.error)
  } catch (error) {
    if (isRefoldError(error)) return refuse(error)
    throw error
  }
}

function taken(
  context: DecideContext,
  envelope: Envelope,
  { message, base }: { readonly message: ReceivedMessage; readonly base: StateDocument },
): Decision {
  if (message.own !== 'cancel') {
    const event = checkedEvent(context, message)
    return decideChart(context, envelope, { input: { ...message, event }, late: false, base })
  }
  const { from, seq, event } = message
  const { deadlineMs, ...notes } = cancellationIn(event, context.now)
  const input = { kind: 'cancel', deadlineMs, children: 'cancel' } as const
  return decideCancel(context, { ...envelope, ...notes }, { state: base, input, origin: { from, seq } })
}

/** The state that has heard the message. Of a child that tells its end nothing more will come. */
function heard(state: StateDocument, message: ReceivedMessage, refused?: Refusal): StateDocument {
  const after = withInInbox(state, message, refused)
  return message.own === 'report' ? withoutChild(after, message.from) : after
}

/** The event as it stands after its schema. Throws `INVALID_EVENT`, or `APPROVAL_REQUIRED`: an approval is a person's. */
export function checkedEvent(
  { definition }: DecideContext,
  { event, own }: Pick<ReceivedMessage, 'event' | 'own'>,
): EventData {
  if (own !== undefined && own !== 'forked') return event
  if (!definition.approvals.has(event.type)) return definition.parseEvent(event)
  throw new RefoldError('APPROVAL_REQUIRED', `"${event.type}" is taken with an approval only, and from no other agent`)
}

/** M2: nothing but the number changes. */
function refused(
  context: DecideContext,
  envelope: Envelope,
  { message, state, error }: { message: ReceivedMessage; state: StateDocument; error: Refusal },
): Decision {
  const { from, seq, event } = message
  const why = { code: error.code, message: error.message }
  return compose(context, envelope, {
    type: 'refold.message.refused',
    data: { event: event.type, ...why },
    after: heard(state, message, why),
    input: { kind: 'message', from, seq },
  })
}

/** M3: at the sender. */
export function decideSettled(context: DecideContext, envelope: Envelope, input: MessageSettled): Decision {
  const { state } = context
  const { to, seq, refused: why, isBrief } = input
  const message = state === undefined ? undefined : nextMessage(state, to)
  const settled = state === undefined ? undefined : withoutMessage(state, { to, seq })
  if (settled === undefined || message === undefined) return { kind: 'dropped', why: 'the message is settled' }
  const base = message.kind === 'start' && why !== undefined ? withoutChild(settled, to, seq) : settled
  const receiver = addressOf(to)
  if (why === undefined) {
    return compose(context, envelope, {
      type: 'refold.message.acknowledged',
      data: { to: { name: receiver.name, id: receiver.id } },
      after: base,
      input: { kind: 'message.acknowledged', seq },
    })
  }
  const { type: _type, ...data } = undelivered({ to: receiver, event: sentOf(message, isBrief), ...why })
  const header = { kind: 'message.undelivered', seq }
  // No one waits for an answer to an answer, and an agent that has ended hears nothing any more.
  if ((message.kind !== undefined && message.kind !== 'start') || statusOf(base) !== 'active')
    return compose(context, envelope, { type: 'refold.message.undelivered', data, after: base, input: header })
  const event =
    message.failed === undefined ? { type: 'refold.undelivered', ...data } : failedStart(message.failed, receiver, why)
  const chart = { kind: 'message.undelivered', seq, event, data } as const
  return decideChart(context, envelope, { input: chart, late: false, base })
}

function sentOf({ event }: OutgoingMessage, isBrief = false): JsonObject | null {
  if (event === undefined) return null
  return isBrief ? { type: event['type'] ?? null } : event
}
