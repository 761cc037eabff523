/**
 * Carries what agents have sent to its receivers: of each agent that this worker owns, one message at a time to each
 * receiver, in the order of sending.
 *
 * Invariants (cited by tests):
 * O1 only the sender's owner delivers, at the epoch at which it began to, while it holds its lease; not while the agent is paused;
 * O2 what stands in the outbox is delivered or told to be undeliverable: trouble is tried again without limit, and told once;
 * O3 no cell waits for another: two agents that write to each other do not hold each other up.
 */
import { isRefoldError, RefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { CancelTimer, World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { backoffMs } from '../../world/backoff.js'
import { deliver } from './delivery.js'
import type { DeliveryHost, Route } from './delivery.js'
import type { Lease } from '../liveness/lease.js'
import type { RunnerHost } from '../effects/runner-host.js'

export interface RelayHost extends DeliveryHost, Pick<RunnerHost, 'post' | 'isClosing'> {
  readonly world: World
  readonly lease: Lease
  /** The sender's cell, if it is in memory. */
  live(stream: string): AgentCell | undefined
  /** Nothing is under way for the sender any more. */
  settled(cell: AgentCell): void
  /** A message has changed an agent: perhaps it has something to perform now. */
  delivered(receiver: AgentCell): void
  /** A person may have to look why a message does not get through. */
  trouble(stream: string, error: RefoldError): void
}

interface Delivery extends Route {
  failures: number
  cancel: CancelTimer | undefined
}

/** Receivers that one sender's messages are carried to at once. */
const MAX_TRIPS = 32
const RETRY = { delayMs: 50, factor: 2, maxDelayMs: 5_000, jitter: true }
/** Failures in a row from which on someone is told. */
const TELL_AFTER = 5

export class OutboxRelay {
  readonly #host: RelayHost
  readonly #trips = new Map<string, Map<string, Delivery>>()

  constructor(host: RelayHost) {
    this.#host = host
  }

  /** Whether messages of this agent are on their way. */
  isBusy(stream: string): boolean {
    return this.#trips.has(stream)
  }

  /** Delivers what the state says is to be delivered. */
  sync(stream: string, state: StateDocument): void {
    const { outbox, agent } = state
    const { worker, isClosing } = this.#host
    const isOurs = agent.owner === worker && agent.paused === undefined && !isClosing
    this.#recall(stream, (trip) => isOurs && trip.epoch === agent.epoch)
    if (!isOurs || outbox === undefined) return
    for (const to in outbox.to) {
      const trips = this.#trips.get(stream)
      if (trips !== undefined && trips.size >= MAX_TRIPS) return
      if (trips?.has(to) !== true) this.#begin({ from: stream, to, epoch: agent.epoch, failures: 0, cancel: undefined })
    }
  }

  /** Nothing more is carried; what is on its way ends by itself. */
  stop(): void {
    for (const stream of this.#trips.keys()) this.#recall(stream, () => false)
  }
  /** What is being appended for agents of other services is stored, or the store cannot be reached. */
  close(error: RefoldError): Promise<void> {
    return this.#host.receivers.close(error)
  }

  /** Those that wait for another try and should not; the others find out by themselves. */
  #recall(stream: string, isToStay: (trip: Delivery) => boolean): void {
    for (const trip of this.#trips.get(stream)?.values() ?? []) {
      if (trip.cancel === undefined || isToStay(trip)) continue
      trip.cancel()
      this.#forget(trip)
    }
  }

  #begin(trip: Delivery): void {
    const trips = this.#trips.get(trip.from) ?? new Map<string, Delivery>()
    this.#trips.set(trip.from, trips.set(trip.to, trip))
    this.#go(trip)
  }

  #go(trip: Delivery): void {
    trip.cancel = undefined
    this.#host.lease.whenHeld(() => void this.#carry(trip))
  }

  async #carry(trip: Delivery): Promise<void> {
    try {
      const delivered = await deliver(this.#host, trip)
      if (delivered !== 'gone') {
        await this.#settle(trip, delivered)
        if (delivered.receiver !== undefined) this.#host.delivered(delivered.receiver)
      }
    } catch (error) {
      return this.#later(trip, error)
    }
    this.#end(trip)
  }

  /** The sender is told by a record what became of the message. */
  async #settle(
    { from, to, epoch }: Delivery,
    { seq, refused }: { seq: number; refused: { code: string; message: string } | undefined },
  ): Promise<void> {
    const cell = await this.#host.sender(from)
    const why = refused === undefined ? undefined : { refused: { code: refused.code, message: refused.message } }
    const input = { kind: 'message.settled', to, seq, ...why } as const
    await new Promise<unknown>((resolve, reject) =>
      this.#host.post(cell, { input, worker: this.#host.worker, epoch }, { resolve, reject }),
    )
  }

  /** O2. */
  #later(trip: Delivery, thrown: unknown): void {
    const { world, isClosing } = this.#host
    if (isClosing || isRefoldError(thrown, 'CLOSED')) return this.#forget(trip)
    const message = `a message of ${trip.from} to ${trip.to} could not be delivered`
    const error = isRefoldError(thrown) ? thrown : new RefoldError('INVARIANT', message, { cause: thrown })
    trip.failures++
    world.logger.log('warn', `${message}; it is tried again`, { tries: trip.failures, error })
    if (trip.failures === TELL_AFTER) this.#host.trouble(trip.from, error)
    trip.cancel = world.clock.setTimer(
      () => this.#go(trip),
      backoffMs(Math.min(trip.failures, 10), RETRY, world.random),
    )
  }

  /** The next message, if there is one. */
  #end(trip: Delivery): void {
    this.#forget(trip)
    const cell = this.#host.live(trip.from)
    if (cell?.state === undefined) return
    this.sync(trip.from, cell.state)
    if (!this.isBusy(trip.from)) this.#host.settled(cell)
  }

  #forget({ from, to }: Delivery): void {
    const trips = this.#trips.get(from)
    trips?.delete(to)
    if (trips?.size === 0) this.#trips.delete(from)
  }
}
