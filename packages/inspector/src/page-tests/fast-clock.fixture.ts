/**
 * A clock for lives of hours in a second, the same on a busy machine: its time stands still while anything goes on, and then goes to
 * what is due next. What is due later than a minute waits until the clock is put forward.
 */
import type { CancelTimer, Clock } from '@refold/core'

interface Waiting {
  readonly due: number
  readonly callback: () => void
}

const NEAR_MS = 60_000
/** Turns of the event loop, in milliseconds each, without a call of the clock, after which nothing goes on. */
const QUIET_TURNS = 4
const TURN_MS = 2

export class FastClock implements Clock {
  readonly #waiting = new Set<Waiting>()
  readonly #start: number
  #elapsed = 0
  #calls = 0
  #isTurning = false

  constructor(start: number) {
    this.#start = start
  }

  now(): number {
    this.#calls++
    return Math.round(this.#start + this.#elapsed)
  }

  monotonicNow(): number {
    this.#calls++
    return this.#elapsed
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    const waiting: Waiting = { due: this.#elapsed + delayMs, callback }
    this.#waiting.add(waiting)
    this.#calls++
    this.#turn()
    return () => this.#waiting.delete(waiting)
  }

  /** For bodies of effects. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(resolve, ms))
  }

  /** What is due until then is due now. */
  forward(ms: number): void {
    this.#elapsed += ms
    this.#turn()
  }

  #turn(): void {
    if (this.#isTurning) return
    this.#isTurning = true
    void this.#goOn()
  }

  async #goOn(): Promise<void> {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      await this.#quiet()
      if (this.#next() !== next) continue
      this.#waiting.delete(next)
      this.#elapsed = Math.max(this.#elapsed, next.due)
      next.callback()
    }
    this.#isTurning = false
  }

  #next(): Waiting | undefined {
    const near = [...this.#waiting].filter(({ due }) => due <= this.#elapsed + NEAR_MS)
    return near.toSorted((one, other) => one.due - other.due)[0]
  }

  async #quiet(): Promise<void> {
    for (let turns = 0, calls = this.#calls; turns < QUIET_TURNS; turns++) {
      await new Promise((resolve) => setTimeout(resolve, TURN_MS))
      if (calls !== this.#calls) turns = -1
      calls = this.#calls
    }
  }
}
