/**
 * Carries what agents have sent to its receivers: of each agent that this worker owns, one message at a time to each
 * receiver, in the order of sending.
 *
 * Invariants (cited by tests):
 * O1 only the sender's owner delivers, at the epoch at which it began to, while it holds its lease; not while the agent is paused, unless it has ended;
 * O2 what stands in the outbox is delivered or told to be undeliverable: trouble is tried again without limit, and told once;
 * O3 no cell waits for another: two agents that write to each other do not hold each other up.
 */
import { pauseOf } from '../../decide/summary.js'
import { isRefoldError, withCode } from '../../errors.js'
import type { RefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import { reported } from '../events/operator-reports.js'
import type { CancelTimer } from '../../world/world.js'
import { backoffMs } from '../../world/backoff.js'
import { deliver } from './delivery.js'
import type { MessagingContext, Route } from './delivery.js'

interface Delivery extends Route {
  failures: number
  cancel: CancelTimer | undefined
}

/** Receivers that one sender's messages are carried to at once. */
const MAX_DELIVERIES = 32
const RETRY = { delayMs: 50, factor: 2, maxDelayMs: 5_000, jitter: true }
/** Failures in a row from which on someone is told. */
const TELL_AFTER = 5

export class OutboxRelay {
  readonly #context: MessagingContext
  readonly #deliveries = new Map<string, Map<string, Delivery>>()

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
    return this.#deliveries.has(stream)
  }

  /** Delivers what the state says is to be delivered. */
  sync(stream: string, state: StateDocument): void {
    const { outbox, agent } = state
    const { worker, lifecycle } = this.#context
    const isOurs = agent.owner === worker && pauseOf(state) === undefined && !lifecycle.isClosing
    this.#recall(stream, (delivery) => isOurs && delivery.epoch === agent.epoch)
    if (!isOurs || outbox === undefined) return
    for (const to in outbox.to) {
      const deliveries = this.#deliveries.get(stream)
      if (deliveries !== undefined && deliveries.size >= MAX_DELIVERIES) return
      if (deliveries?.has(to) !== true)
        this.#begin({ from: stream, to, epoch: agent.epoch, failures: 0, cancel: undefined })
    }
  }

  /** Nothing more is carried; what is on its way ends by itself. */
  stop(): void {
    for (const stream of this.#deliveries.keys()) this.#recall(stream, () => false)
  }
  /** What is being appended for agents of other services is stored, or the store cannot be reached. */
  close(error: RefoldError): Promise<void> {
    return this.#context.receivers.close(error)
  }

  /** Those that wait for another try and should not; the others find out by themselves. */
  #recall(stream: string, isToStay: (delivery: Delivery) => boolean): void {
    for (const delivery of this.#deliveries.get(stream)?.values() ?? []) {
      if (delivery.cancel === undefined || isToStay(delivery)) continue
      delivery.cancel()
      this.#forget(delivery)
    }
  }

  #begin(delivery: Delivery): void {
    const deliveries = this.#deliveries.get(delivery.from) ?? new Map<string, Delivery>()
    this.#deliveries.set(delivery.from, deliveries.set(delivery.to, delivery))
    this.#go(delivery)
  }

  #go(delivery: Delivery): void {
    delivery.cancel = undefined
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
    if (lifecycle.isClosing || isRefoldError(thrown, 'CLOSED')) return this.#forget(delivery)
    const message = `a message of ${delivery.from} to ${delivery.to} could not be delivered`
    const error = withCode(thrown, message)
    delivery.failures++
    events.notice('warn', `${message}; it is tried again`, { tries: delivery.failures, error })
    if (delivery.failures === TELL_AFTER) events.tell(stuck(delivery.from, error))
    delivery.cancel = world.clock.setTimer(() => this.#go(delivery), backoffMs(delivery.failures, RETRY, world.random))
  }

  /** The next message, if there is one. */
  #end(delivery: Delivery): void {
    this.#forget(delivery)
    const cell = this.#context.cells.live(delivery.from)
    if (cell?.state === undefined) return
    this.sync(delivery.from, cell.state)
    if (!this.isBusy(delivery.from)) this.#context.cells.rested(cell)
  }

  #forget({ from, to }: Delivery): void {
    const deliveries = this.#deliveries.get(from)
    deliveries?.delete(to)
    if (deliveries?.size === 0) this.#deliveries.delete(from)
  }
}

/** A person may have to look why a message does not get through. */
function stuck(stream: string, { code, message }: RefoldError): ReturnType<typeof reported> {
  return reported(stream, { code, message: `a message of ${stream} does not get through: ${message}` })
}
