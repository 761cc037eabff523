/**
 * Carries what agents have sent to its receivers: of each agent that this worker owns, one message at a time to each
 * receiver, in the order of sending.
 *
 * Invariants (cited by tests):
 * O1 only the sender's owner delivers, at the epoch at which it began to, while it holds its lease; not while the agent is paused, unless it has ended;
 * O2 what stands in the outbox is delivered or told to be undeliverable: trouble is tried again without limit, and told once;
 * O3 no cell waits for another: two agents that write to each other do not hold each other up;
 * O4 receivers that cannot be reached hold up no others: what waits for its next try takes no place.
 */
import { pauseOf } from '../../decide/summary.js'
import { isRefoldError, withCode } from '../../errors.js'
import type { RefoldError } from '../../errors.js'
import { entryOf, keysOf } from '../../record/large-map.js'
import { mapIn } from '../../record/large-members.js'
import type { Outbox, StateDocument } from '../../record/state-document.js'
import { reported } from '../events/operator-reports.js'
import type { CancelTimer } from '../../world/world.js'
import { backoffMs } from '../../world/backoff.js'
import { deliver } from './delivery.js'
import type { MessagingContext, Route } from './delivery.js'

interface Delivery extends Route {
  readonly sender: Sender
  failures: number
  /** Of its next try, while it waits for that. */
  cancel: CancelTimer | undefined
}

/** What one agent sends. */
interface Sender {
  /** By receiver. */
  readonly deliveries: Map<string, Delivery>
  /** How many of them wait for no next try. */
  carried: number
  /** Receivers found in its outbox, the next one last: a large outbox is not looked through for each message. */
  found: string[]
}

/** Receivers that one sender's messages are carried to at once. */
const MAX_DELIVERIES = 32
const RETRY = { delayMs: 50, factor: 2, maxDelayMs: 5_000, jitter: true }
/** Failures in a row from which on someone is told. */
const TELL_AFTER = 5

export class OutboxRelay {
  readonly #context: MessagingContext
  readonly #senders = new Map<string, Sender>()

  constructor(context: MessagingContext) {
    this.#context = context
    const { events, cells } = context
    cells.keepWhile((cell) => this.isBusy(cell.stream))
    events.on('recorded', ({ stream, before, after }) => {
      const isOver = before?.root.status !== after.root.status
      if (isOver || before?.outbox !== after.outbox || before?.agent !== after.agent) this.sync(stream, after)
    })
  }

  /** Whether messages of this agent are on their way. */
  isBusy(stream: string): boolean {
    return this.#senders.has(stream)
  }

  /** Delivers what the state says is to be delivered. */
  sync(stream: string, state: StateDocument): void {
    const { outbox, agent } = state
    const { worker, lifecycle } = this.#context
    const isOurs = agent.owner === worker && pauseOf(state) === undefined && !lifecycle.isClosing
    this.#recall(stream, (delivery) => isOurs && delivery.epoch === agent.epoch)
    if (!isOurs || outbox === undefined) return
    const sender = this.#senders.get(stream) ?? { deliveries: new Map(), carried: 0, found: [] }
    while (sender.carried < MAX_DELIVERIES) {
      const to = nextReceiver(sender, outbox)
      if (to === undefined) return
      this.#begin({ sender, from: stream, to, epoch: agent.epoch, failures: 0, cancel: undefined })
    }
  }

  /** Nothing more is carried; what is on its way ends by itself. */
  stop(): void {
    for (const stream of this.#senders.keys()) this.#recall(stream, () => false)
  }
  /** What is being appended for agents of other services is stored, or the store cannot be reached. */
  close(error: RefoldError): Promise<void> {
    return this.#context.receivers.close(error)
  }

  /** Those that wait for another try and should not; the others find out by themselves. */
  #recall(stream: string, isToStay: (delivery: Delivery) => boolean): void {
    for (const delivery of this.#senders.get(stream)?.deliveries.values() ?? []) {
      if (delivery.cancel === undefined || isToStay(delivery)) continue
      delivery.cancel()
      this.#forget(delivery)
    }
  }

  #begin(delivery: Delivery): void {
    this.#senders.set(delivery.from, delivery.sender)
    delivery.sender.deliveries.set(delivery.to, delivery)
    this.#go(delivery)
  }

  #go(delivery: Delivery): void {
    delivery.cancel = undefined
    delivery.sender.carried++
    this.#context.lease.whenHeld(() => void this.#carry(delivery))
  }

  async #carry(delivery: Delivery): Promise<void> {
    try {
      const delivered = await deliver(this.#context, delivery)
      if (delivered !== 'gone') {
        await this.#settle(delivery, delivered)
        const { receiver } = delivered
        if (receiver !== undefined)
          this.#context.events.tell({ kind: 'unperformed', stream: receiver.stream }, receiver)
      }
    } catch (error) {
      return this.#later(delivery, error)
    }
    this.#end(delivery)
  }

  /** The sender is told by a record what became of the message. */
  async #settle(
    { from, to, epoch }: Delivery,
    { seq, refused }: { seq: number; refused: { code: string; message: string } | undefined },
  ): Promise<void> {
    const { cells, worker } = this.#context
    const why = refused === undefined ? undefined : { refused: { code: refused.code, message: refused.message } }
    const input = { kind: 'message.settled', to, seq, ...why } as const
    await new Promise<unknown>((resolve, reject) => cells.post(from, { input, worker, epoch }, { resolve, reject }))
  }

  /** O2. */
  #later(delivery: Delivery, thrown: unknown): void {
    const { world, events, lifecycle } = this.#context
    delivery.sender.carried--
    if (lifecycle.isClosing || isRefoldError(thrown, 'CLOSED')) return this.#forget(delivery)
    const message = `a message of ${delivery.from} to ${delivery.to} could not be delivered`
    const error = withCode(thrown, message)
    delivery.failures++
    events.notice('warn', `${message}; it is tried again`, { tries: delivery.failures, error })
    if (delivery.failures === TELL_AFTER) events.tell(stuck(delivery.from, error))
    delivery.cancel = world.clock.setTimer(() => this.#go(delivery), backoffMs(delivery.failures, RETRY, world.random))
    this.#goOn(delivery.from)
  }

  #end(delivery: Delivery): void {
    delivery.sender.carried--
    this.#forget(delivery)
    this.#goOn(delivery.from)
  }

  /** The next message, if there is one. */
  #goOn(stream: string): void {
    const cell = this.#context.cells.live(stream)
    if (cell?.state === undefined) return
    this.sync(stream, cell.state)
    if (!this.isBusy(stream)) this.#context.cells.rested(cell)
  }

  #forget({ sender: { deliveries }, from, to }: Delivery): void {
    deliveries.delete(to)
    if (deliveries.size === 0) this.#senders.delete(from)
  }
}

/** To whom nothing is carried yet. */
function nextReceiver(sender: Sender, outbox: Outbox): string | undefined {
  const lines = mapIn(outbox, 'to')
  const take = (): string | undefined => {
    for (let to = sender.found.pop(); to !== undefined; to = sender.found.pop())
      if (!sender.deliveries.has(to) && entryOf(lines, to) !== undefined) return to
    return undefined
  }
  const next = take()
  if (next !== undefined) return next
  sender.found = keysOf(lines).toReversed()
  return take()
}

/** A person may have to look why a message does not get through. */
function stuck(stream: string, { code, message }: RefoldError): ReturnType<typeof reported> {
  return reported(stream, { code, message: `a message of ${stream} does not get through: ${message}` })
}
