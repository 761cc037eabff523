/** The clock of one simulated process: a wall clock that may be wrong and may jump, a monotonic one that may stand still. */
import type { CancelTimer, Clock } from '@refold/core'
import type { ProcessLife } from './process-life.js'
import type { VirtualTime } from './virtual-time.js'

/** Node's own limit of a timer; beyond it a timer would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

interface PendingTimer {
  readonly dueMonotonic: number
  readonly callback: () => void
  cancel: CancelTimer | undefined
}

export interface SimulatedClockOptions {
  readonly time: VirtualTime
  readonly life: ProcessLife
  /** How far the wall clock is off from the true time. */
  readonly skewMs?: number
}

/** Timers count monotonic time: while it stands still, they do not come nearer. */
export class SimulatedClock implements Clock {
  readonly #time: VirtualTime
  readonly #life: ProcessLife
  readonly #born: number
  readonly #timers = new Set<PendingTimer>()
  #skewMs: number
  #stoodStillMs = 0
  #frozenAt: number | undefined

  constructor({ time, life, skewMs = 0 }: SimulatedClockOptions) {
    this.#time = time
    this.#life = life
    this.#skewMs = skewMs
    this.#born = time.now()
    life.onDeath(() => this.#clear())
  }

  now(): number {
    return Math.floor(this.#time.now() + this.#skewMs)
  }

  monotonicNow(): number {
    return (this.#frozenAt ?? this.#time.now()) - this.#born - this.#stoodStillMs
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    if (!(delayMs <= MAX_DELAY_MS)) throw new RangeError(`a timer of ${delayMs} ms would fire at once on a real clock`)
    if (this.#life.dead) return () => undefined
    const timer: PendingTimer = {
      dueMonotonic: this.monotonicNow() + Math.max(0, delayMs),
      callback,
      cancel: undefined,
    }
    this.#timers.add(timer)
    if (this.#frozenAt === undefined) this.#arm(timer)
    return () => this.#forget(timer)
  }

  /** Moves the wall clock, as an operator or NTP does. */
  jump(byMs: number): void {
    this.#skewMs += byMs
  }

  /** SIGSTOP: no timer fires any more. */
  freeze(): void {
    this.#frozenAt ??= this.#time.now()
    for (const timer of this.#timers) timer.cancel?.()
  }

  /** SIGCONT. `monotonic: 'stood-still'` is a suspended machine, `'went-on'` a stopped process: then overdue timers fire at once. */
  thaw({ monotonic }: { readonly monotonic: 'stood-still' | 'went-on' }): void {
    if (this.#frozenAt === undefined) return
    if (monotonic === 'stood-still') this.#stoodStillMs += this.#time.now() - this.#frozenAt
    this.#frozenAt = undefined
    for (const timer of this.#timers) this.#arm(timer)
  }

  #arm(timer: PendingTimer): void {
    timer.cancel = this.#time.after(timer.dueMonotonic - this.monotonicNow(), () => {
      this.#timers.delete(timer)
      if (this.#life.state === 'running') timer.callback()
    })
  }

  #forget(timer: PendingTimer): void {
    this.#timers.delete(timer)
    timer.cancel?.()
  }

  #clear(): void {
    for (const timer of this.#timers) timer.cancel?.()
    this.#timers.clear()
  }
}
