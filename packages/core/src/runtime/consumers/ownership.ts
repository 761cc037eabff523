/**
 * One epoch of a consumer in the hands of this process: from its claim until it closes, fails, or is taken over.
 *
 * Invariants: what meets a higher epoch stops at once, and what it would still store is refused by the expected revision; after a
 * lapse of the lease nothing begins before the consumer's stream was read to its end again.
 */
import { mayPass } from '../../errors.js'
import { followedRecords } from '../../history/followed-records.js'
import { DEFAULT_STALLED_AFTER_MS, namesOf } from '../../history/follow-agents.js'
import type { Watched } from '../../history/stall-watch.js'
import { backoffMs } from '../../world/backoff.js'
import { manyMayListen } from '../../world/many-listeners.js'
import { pause } from '../../world/pause.js'
import { untilAborted } from '../../world/until-aborted.js'
import type { ConsumerContext, ConsumerPolicy } from './consumer-context.js'
import { AGAIN } from './consumer-log.js'
import type { ConsumerLog } from './consumer-log.js'
import type { Mark } from './consumer-state.js'
import { Deliveries, keyOf } from './deliveries.js'
import type { Start } from './first-place.js'
import { waitFor } from './places.js'
import { Progress } from './progress.js'

/** What `each` may take to end after its signal was aborted. */
const ABORTED_GRACE_MS = 1_000
const AGAIN_MS = 1_000
/** Some 12 s in all. */
const MOST_TRIES = 8

export interface OwnershipOptions extends ConsumerContext {
  readonly policy: ConsumerPolicy
  readonly own: ConsumerLog
  readonly mark: Mark
  readonly start: Start
}

export class Ownership {
  readonly #options: OwnershipOptions
  readonly #epoch: number
  readonly #progress: Progress
  readonly #deliveries: Deliveries
  /** Nothing begins any more. */
  readonly #over = new AbortController()
  /** What is under way is not waited for any more. */
  readonly #aborted = new AbortController()
  readonly #watched: Watched
  #isLost = false
  #lapses: number
  #graceMs: number

  constructor(options: OwnershipOptions) {
    const { policy, own, log, world, events, store, lease, mark } = options
    this.#options = options
    this.#epoch = own.state.epoch
    this.#lapses = lease.lapses
    manyMayListen(this.#over.signal)
    manyMayListen(this.#aborted.signal)
    this.#graceMs = options.closeGraceMs
    this.#watched = this.#watch()
    const { name: consumer } = policy
    this.#progress = new Progress({
      consumer,
      epoch: this.#epoch,
      registers: store.registers,
      world,
      events,
      ahead: mark.ahead,
      onAdvance: () => this.#watched.advanced(),
    })
    this.#deliveries = new Deliveries({
      policy,
      own,
      epoch: this.#epoch,
      log,
      world,
      events,
      mayBegin: () => this.#mayBegin(),
      over: this.#over.signal,
      aborted: this.#aborted.signal,
    })
  }

  /** Gives records to `each` until the end of the epoch. Rejects with what the log cannot give; `end` comes after it in any case. */
  async run(): Promise<void> {
    const heeding = this.#options.own.follow(() => this.#heed(), this.#over.signal)
    this.#heed()
    await Promise.all([this.#read(), heeding]) // neither ends by itself, but by an error
  }

  /** Stores where it stands. */
  flush(): Promise<void> {
    return this.#progress.flush()
  }

  /** Begins nothing more. What is under way has so long to end. */
  stop(graceMs: number = this.#graceMs): void {
    this.#graceMs = graceMs
    this.#over.abort()
  }

  /** What is under way ends or is aborted; where it stands is stored, and the consumer given up, unless another one has it. */
  async end(): Promise<void> {
    this.#over.abort()
    this.#watched.end()
    const idle = this.#deliveries.idle()
    if (!this.#isLost) await this.#within(this.#graceMs, idle)
    this.#aborted.abort()
    await this.#within(ABORTED_GRACE_MS, idle)
    await this.#progress.close({ saves: !this.#isLost })
    if (this.#isLost) return
    await this.#giveUp({ place: this.#progress.mark ?? this.#options.mark.place, ahead: this.#progress.ahead })
  }

  /** Again where the store does not take it for a moment: no one else takes what a worker owns that lives on. */
  async #giveUp(mark: Mark): Promise<void> {
    const { own, worker, world } = this.#options
    const isOurs = (): boolean => own.state.epoch === this.#epoch && own.state.owner === worker
    for (let tries = 1; ; tries++) {
      try {
        await own.store(() => (isOurs() ? { type: 'released', ...mark } : undefined))
        return
      } catch (error) {
        if (!mayPass(error) || tries === MOST_TRIES || own.isClosed) throw error
        await pause(backoffMs(tries, AGAIN, world.random), world)
      }
    }
  }

  #watch(): Watched {
    const { stalls, policy, start } = this.#options
    return stalls.watch({
      what: `consumer ${policy.name}`,
      place: () => this.#progress.position ?? start.after,
      waitsFor: () => (this.#progress.hasWork ? 'each' : 'store'),
      isOver: () => this.#over.signal.aborted,
      stalledAfterMs: DEFAULT_STALLED_AFTER_MS,
      facts: () => ({ consumer: policy.name, cursor: this.#progress.mark }),
    })
  }

  async #within(ms: number, idle: Promise<void>): Promise<void> {
    const end = new AbortController()
    const { clock } = this.#options.world
    await Promise.race([idle, waitFor(ms, { clock, signal: end.signal })])
    end.abort()
  }

  async #read(): Promise<void> {
    const { log, world, own, policy, start } = this.#options
    const part = { ...start, names: namesOf(policy.agents), signal: this.#over.signal }
    for await (const item of followedRecords({ log, world }, part)) {
      if (item.kind === 'caught-up') continue
      if (item.kind === 'undecoded') throw item.error // another process may have the key
      await this.#progress.room(this.#over.signal)
      if (this.#over.signal.aborted) return
      if (item.kind === 'passed') this.#progress.pass(item.event)
      else {
        const taken = this.#progress.take(item.event)
        const isDealtWith = this.#progress.isBehind(item.event) || own.state.isSetAside(keyOf(policy.name, item.event))
        const settle = (): void => this.#progress.settle(taken)
        if (isDealtWith) settle()
        else if (item.kind === 'record') this.#deliveries.take(item, settle)
        else this.#deliveries.setAside(item, settle)
      }
    }
  }

  /** The consumer's stream has gone on. */
  #heed(): void {
    const { own } = this.#options
    if (own.state.epoch !== this.#epoch) this.#lose()
    else this.#deliveries.retry(own.state.toRetry)
  }

  #lose(): void {
    if (this.#isLost) return
    this.#isLost = true
    const { events, policy } = this.#options
    events.tell({ kind: 'consumer.lost', consumer: policy.name, epoch: this.#epoch })
    this.#over.abort()
    this.#aborted.abort()
  }

  async #mayBegin(): Promise<void> {
    const { lease } = this.#options
    while (!this.#over.signal.aborted) {
      if (lease.holds() && lease.lapses === this.#lapses) return
      await untilAborted(new Promise<void>((resolve) => lease.whenHeld(resolve)), this.#over.signal)
      await this.#readOn()
    }
  }

  /** What was known before the lapse may be old. Until it is read nothing begins. */
  async #readOn(): Promise<void> {
    const { lease, own, world, policy, events } = this.#options
    const { lapses } = lease
    try {
      await own.refresh()
      this.#lapses = lapses
      this.#heed()
    } catch (error) {
      events.notice('warn', `the stream of consumer ${policy.name} cannot be read`, { error })
      await waitFor(AGAIN_MS, { clock: world.clock, signal: this.#over.signal })
    }
  }
}
