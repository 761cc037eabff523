/**
 * This worker's own lease: while heartbeats reach the store, it may begin effects.
 *
 * Invariants: the lease counts from the *start* of the last successful heartbeat, by the longer of wall and monotonic
 * time (a monotonic clock stops while the machine is suspended). Leases are for liveness only: owner, epoch and
 * expected revision are what makes a takeover safe.
 */
import type { StoreServices } from '../../log/agent-log.js'
import type { Teller } from '../events/event-hub.js'
import type { LostStore } from '../events/lost-store.js'
import type { CancelTimer, World } from '../../world/world.js'

export interface LeaseOptions {
  readonly worker: string
  readonly store: Pick<StoreServices, 'registers'>
  readonly world: World
  readonly events: Teller
  readonly lostStore: LostStore
  readonly durationMs: number
  readonly everyMs: number
}

/** The register that a worker's heartbeats are put under. */
export function heartbeatRegister(worker: string): string {
  return `worker-${worker}`
}

export class Lease {
  readonly #options: LeaseOptions
  #startedWall = Number.NEGATIVE_INFINITY
  #startedMonotonic = Number.NEGATIVE_INFINITY
  #heldSince = Number.NEGATIVE_INFINITY
  #beats = 0
  #lapses = 0
  #cancel: CancelTimer | undefined
  #closed = false
  #beating: Promise<void> = Promise.resolve()
  #waiting: (() => void)[] = []
  #onBeat: () => void = () => {}

  constructor(options: LeaseOptions) {
    this.#options = options
  }

  /** Calls back after each heartbeat but the first that the store has taken. */
  onBeat(callback: () => void): void {
    this.#onBeat = callback
  }

  /** The first heartbeat; those that follow are kept up until `close`. Rejects when the store refuses the first. */
  async begin(): Promise<void> {
    await this.#beat()
    this.#schedule()
  }

  /** Whether an effect may begin right now. */
  holds(): boolean {
    const { world, durationMs } = this.#options
    return (
      !this.#closed &&
      world.clock.now() - this.#startedWall < durationMs &&
      world.clock.monotonicNow() - this.#startedMonotonic < durationMs
    )
  }

  /** Since when it has held without a lapse, by the monotonic clock. `undefined`: it does not hold now. */
  get heldSince(): number | undefined {
    return this.#beats === 0 || this.holds() ? this.#heldSince : undefined
  }

  /** How often it was lost and came back: what is known from before must be read again before anything begins. */
  get lapses(): number {
    return this.#lapses
  }

  /** Calls back once, as soon as the lease holds (at once when it does). Dropped by `close`. */
  whenHeld(callback: () => void): void {
    if (this.holds()) callback()
    else if (!this.#closed) this.#waiting.push(callback)
  }

  /** Tells other workers, as far as the store is reachable, that this one has gone on purpose. One that never told that it lives writes nothing. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancel?.()
    this.#waiting = []
    await this.#beating
    if (this.#beats === 0) return
    const { store, worker, events } = this.#options
    try {
      await store.registers.put(heartbeatRegister(worker), { closed: true })
    } catch (error) {
      events.notice('warn', 'the last heartbeat could not be written', { worker, error })
    }
  }

  #schedule(): void {
    if (this.#closed) return
    this.#cancel = this.#options.world.clock.setTimer(() => {
      this.#beating = this.#beatAgain()
    }, this.#options.everyMs)
  }

  async #beatAgain(): Promise<void> {
    try {
      await this.#beat()
      this.#callBack(this.#onBeat)
    } catch (error) {
      const { events, lostStore, worker } = this.#options
      if (!lostStore.tell(error, `worker ${worker} can store nothing any more, and begins no effect`))
        events.notice('warn', 'a heartbeat could not be written: no effect begins after the lease', { worker, error })
    }
    this.#schedule()
  }

  async #beat(): Promise<void> {
    const { store, world, worker, durationMs } = this.#options
    const wall = world.clock.now()
    const monotonic = world.clock.monotonicNow()
    this.#beats++
    await store.registers.put(heartbeatRegister(worker), { beat: this.#beats, at: wall, leaseMs: durationMs })
    if (this.#closed) return
    if (!this.holds()) {
      if (this.#beats > 1) this.#lapses++
      this.#heldSince = world.clock.monotonicNow()
    }
    this.#startedWall = wall
    this.#startedMonotonic = monotonic
    if (!this.holds()) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const callback of waiting) this.#callBack(callback)
  }

  /** One that throws must not keep the others waiting for ever, nor the next heartbeat. */
  #callBack(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.#options.events.notice('error', 'what waited for the lease threw', { error })
    }
  }
}
