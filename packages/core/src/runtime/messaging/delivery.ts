/**
 * One message on its way to its receiver.
 *
 * Invariants (cited by tests):
 * P1 the receiver is read first, then the sender's outbox once more, then what extends the receiver as it was read is
 *    appended: a deliverer that was replaced meanwhile finds its message gone, or the receiver changed;
 * P2 "known already" is believed only of the record that holds this very message: a sender that came back from a backup
 *    may have given the number of an old message to a new one.
 */
import { addressOf } from '../../definition/agent-address.js'
import { heardOf } from '../../decide/inbox.js'
import { eventOf, nextMessage } from '../../decide/outbox.js'
import type { Refusal } from '../../decide/outbox.js'
import type { Envelope } from '../../decide/inputs.js'
import { pauseOf } from '../../decide/summary.js'
import { invariant, isRefoldError } from '../../errors.js'
import type { RefoldError, RefoldErrorCode } from '../../errors.js'
import type { JsonObject } from '../../json/json-value.js'
import { headerOf } from '../../record/header.js'
import type { OutgoingMessage, StateDocument } from '../../record/state-document.js'
import type { MessageOrigin } from '../../step/tree-step.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { StoredEvent } from '../../store/port.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { Cells } from '../cell/cells.js'
import type { EventHub } from '../events/event-hub.js'
import type { Lease } from '../liveness/lease.js'
import type { Lifecycle } from '../liveness/lifecycle.js'
import type { Holds } from '../limits/holds.js'
import type { Receivers } from './receivers.js'
import type { Settlement } from '../cell/submission.js'

/** `gone`: there is nothing to deliver, or it is not this worker's to deliver any more. */
export type Delivered =
  | 'gone'
  | { readonly seq: number; readonly refused: Refusal | undefined; readonly receiver: AgentCell | undefined }

/** What deliveries stand on. */
export interface MessagingContext {
  readonly log: AgentLog
  readonly world: World
  readonly worker: string
  readonly events: EventHub<AgentCell>
  readonly lifecycle: Lifecycle
  readonly lease: Lease
  readonly cells: Cells
  readonly receivers: Receivers
  readonly holds: Holds
}

/** From one agent to another, by an owner of the sender. */
export interface Route {
  readonly from: string
  readonly to: string
  readonly epoch: number
}

/** Delivers the oldest message of a route. Throws what makes it worth another try. */
export async function deliver(context: MessagingContext, route: Route): Promise<Delivered> {
  const first = await outgoing(context, route, { isReadAgain: false })
  if (first === undefined) return 'gone'
  const receiver = await context.receivers.find(route.to, { isStart: first.message.kind === 'start' })
  const now = await outgoing(context, route, { isReadAgain: true })
  if (now === undefined || now.message.seq !== first.message.seq) return 'gone'
  const { seq } = now.message
  if ('refused' in receiver) return { seq, refused: receiver.refused, receiver: undefined }
  const { isUnregistered } = receiver
  const cell = receiver.cell()
  const refused = await submit(context, cell, { ...route, ...now })
  return { seq, refused, receiver: isUnregistered ? undefined : cell }
}

interface Outgoing {
  readonly message: OutgoingMessage
  readonly sender: StateDocument
}

/** P1: the oldest message, if it is this worker's to deliver. */
async function outgoing(
  context: MessagingContext,
  { from, to, epoch }: Route,
  { isReadAgain }: { readonly isReadAgain: boolean },
): Promise<Outgoing | undefined> {
  const cell = await senderOf(context, from)
  if (cell === undefined) return undefined
  if (isReadAgain) await cell.refresh()
  if (cell.failure !== undefined) throw cell.failure
  const { state } = cell
  if (state === undefined || state.agent.owner !== context.worker || state.agent.epoch !== epoch) return undefined
  if (pauseOf(state) !== undefined) return undefined
  const message = nextMessage(state, to)
  return message === undefined ? undefined : { message, sender: state }
}

/** `undefined`: it was moved to a version that is not registered here, whose workers deliver what it has. */
async function senderOf({ cells }: MessagingContext, from: string): Promise<AgentCell | undefined> {
  try {
    return await cells.load(from)
  } catch (error) {
    if (isRefoldError(error, 'UNKNOWN_DEFINITION')) return undefined
    throw error
  }
}

type PendingDelivery = Route & Outgoing

async function submit(
  context: MessagingContext,
  cell: AgentCell,
  delivery: PendingDelivery,
): Promise<Refusal | undefined> {
  try {
    const settlement = await cell.submit(envelopeOf(context, delivery))
    if (settlement.kind === 'duplicate') return await whatIsKnown(context, cell, { delivery, settlement })
    if (delivery.message.kind === 'start') await context.holds.afterStart(cell)
    return refusalIn(settlement, delivery)
  } catch (error) {
    if (isRefoldError(error) && isFinal(error, delivery)) return { code: error.code, message: error.message }
    throw error
  }
}

function envelopeOf({ worker, holds }: MessagingContext, delivery: PendingDelivery): Envelope {
  const { message, sender } = delivery
  const { done, failed, kind, sentBy, traceparent } = message
  const trace = traceparent === undefined ? undefined : { traceparent }
  const event = eventOf(sender, message)
  const origin = originOf(delivery)
  if (kind === 'start') {
    const reports = {
      ...(done === undefined ? undefined : { done }),
      ...(failed === undefined ? undefined : { failed }),
    }
    const input = { kind: 'started', input: event['input'], by: { ...origin, ...reports } } as const
    return { input, worker, epoch: 1, causationId: sentBy, ...trace, ...holds.duringStart(addressOf(delivery.to).name) }
  }
  const own = kind === undefined ? undefined : { own: kind }
  return { input: { kind: 'message', ...origin, event, ...own }, worker, causationId: sentBy, ...trace }
}

function originOf({ from, message, sender }: PendingDelivery): MessageOrigin {
  return { from, incarnation: sender.agent.incarnation, seq: message.seq }
}

/** P2. */
async function whatIsKnown(
  context: MessagingContext,
  cell: AgentCell,
  { delivery, settlement }: { delivery: PendingDelivery; settlement: Extract<Settlement, { kind: 'duplicate' }> },
): Promise<Refusal | undefined> {
  const record = await recordOf(context.log, delivery)
  if (record !== undefined) return record.type === 'refold.message.refused' ? refusalOf(record) : undefined
  if (delivery.message.kind === 'start')
    return { code: 'ID_REUSED', message: `${delivery.to} was started before, by a message that is no more` }
  const again = {
    ...envelopeOf(context, delivery),
    isNewMessage: true,
    expectedRevision: Number(settlement.revision),
  } as const
  return refusalIn(await cell.submit(again), delivery)
}

/** The receiver's record of this very message. An agent is started by its first record. */
async function recordOf(log: AgentLog, { from, to, message }: PendingDelivery): Promise<StoredEvent | undefined> {
  const isStart = message.kind === 'start'
  for await (const page of log.read(to, isStart ? { limit: 1 } : { direction: 'backwards' })) {
    for (const event of page) {
      const input = headerOf(event.metadata)?.input
      const { $causationId } = event.metadata as JsonObject // with a header it is an object
      if (input?.from === from && input.seq === message.seq && $causationId === message.sentBy) return event
    }
  }
  return undefined
}

function refusalOf({ data }: StoredEvent): Refusal {
  const { code, message } = data as unknown as Refusal // what a refused message's record holds
  return { code, message }
}

function refusalIn(settlement: Settlement, delivery: PendingDelivery): Refusal | undefined {
  invariant(settlement.kind !== 'dropped', 'a message is never dropped')
  const heard = heardOf(settlement.state, delivery.from)
  return heard?.seq === delivery.message.seq ? heard.refused : undefined
}

/** What another try may change. Whatever else happens to a start is what the child's chart or its schema says of it. */
const PASSING: ReadonlySet<RefoldErrorCode> = new Set<RefoldErrorCode>([
  'STORE_REJECTED',
  'STORE_UNKNOWN',
  'STORE_FATAL',
  'TIMEOUT',
  'CLOSED',
  'CONFLICT',
  'QUEUE_FULL',
  'INVARIANT',
  'UNREADABLE',
  'NEWER_FORMAT',
  'NEEDS_MIGRATION',
  'UNKNOWN_DEFINITION',
])

function isFinal({ code }: RefoldError, { message }: PendingDelivery): boolean {
  return code === 'NOT_FOUND' || (message.kind === 'start' && !PASSING.has(code))
}
