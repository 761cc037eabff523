/** A clock that goes faster than the machine's, and can be put forward: lives of hours in a second. */
import type { CancelTimer, Clock } from '@refold/core'

/** Milliseconds of its time in one of the machine's. */
const SPEED = 40

interface Waiting {
  readonly due: number
  readonly callback: () => void
  timer: ReturnType<typeof setTimeout> | undefined
}

export class FastClock implements Clock {
  readonly #waiting = new Set<Waiting>()
  readonly #started = performance.now()
  readonly #start: number
  #ahead = 0

  constructor(start: number) {
    this.#start = start
  }

  now(): number {
    return Math.round(this.#start + this.monotonicNow())
  }

  monotonicNow(): number {
    return (performance.now() - this.#started) * SPEED + this.#ahead
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    const waiting: Waiting = { due: this.monotonicNow() + delayMs, callback, timer: undefined }
    this.#waiting.add(waiting)
    this.#arm(waiting)
    return () => {
      clearTimeout(waiting.timer)
      this.#waiting.delete(waiting)
    }
  }

  /** For bodies of effects. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(resolve, ms))
  }

  /** What is due until then fires. */
  forward(ms: number): void {
    this.#ahead += ms
    for (const waiting of this.#waiting) {
      clearTimeout(waiting.timer)
      this.#arm(waiting)
    }
  }

  #arm(waiting: Waiting): void {
    const left = Math.max(0, waiting.due - this.monotonicNow()) / SPEED
    waiting.timer = setTimeout(
      () => {
        this.#waiting.delete(waiting)
        waiting.callback()
      },
      Math.min(left, 2 ** 31 - 1),
    )
  }
}
