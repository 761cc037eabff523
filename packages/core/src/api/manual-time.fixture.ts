/** Time that passes only when a test says so, shared by the clocks of several processes. No test sleeps. */
import { MAX_TIMER_MS } from '../world/long-timer.js'
import type { Clock } from '../world/world.js'

interface PendingTimer {
  readonly at: number
  readonly callback: () => void
  readonly clock: ManualClock
}

/** Runs everything that is ready: promises, and the turns of the event loop that they need. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

export class ManualTime {
  #now = 0
  readonly #timers = new Set<PendingTimer>()

  get now(): number {
    return this.#now
  }

  /** A process's clock. */
  clock(): ManualClock {
    return new ManualClock(this, this.#timers)
  }

  /** Lets so many milliseconds pass, and everything happen that is due in them. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
      await settle()
    }
    this.#now = end
    await settle()
  }

  /** The same in one leap, for months: what is due in between comes late, once. */
  async leap(ms: number): Promise<void> {
    await settle()
    this.#now += ms
    await this.advance(0)
  }

  #next(end: number): PendingTimer | undefined {
    let first: PendingTimer | undefined
    for (const timer of this.#timers) {
      if (timer.clock.frozen || timer.at > end) continue
      if (first === undefined || timer.at < first.at) first = timer
    }
    return first
  }
}

export class ManualClock implements Clock {
  /** A stopped process: none of its timers fires, though time goes on. */
  frozen = false
  /** How far the wall clock is ahead of the true time. Change it: the clock jumps. */
  skewMs = 1_700_000_000_000
  readonly #time: ManualTime
  readonly #timers: Set<PendingTimer>

  constructor(time: ManualTime, timers: Set<PendingTimer>) {
    this.#time = time
    this.#timers = timers
  }

  now(): number {
    return this.#time.now + this.skewMs
  }
  monotonicNow(): number {
    return this.#time.now
  }
  setTimer(callback: () => void, delayMs: number): () => void {
    if (!(delayMs <= MAX_TIMER_MS)) throw new RangeError(`a timer of ${delayMs} ms would fire at once on a real clock`)
    const timer: PendingTimer = { at: this.#time.now + Math.max(0, delayMs), callback, clock: this }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
}
