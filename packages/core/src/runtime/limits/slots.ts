/** Concurrency and rate of effect sources, per worker. A slot is taken before the attempt is recorded. */
import type { CancelTimer, Clock } from '../../world/world.js'
import { setLongTimer } from '../../world/long-timer.js'

export interface SlotLimits {
  readonly concurrency: number | undefined
  readonly perSecond: number | undefined
}

/** Gives the slot back. Calling it again does nothing. */
export type ReleaseSlot = () => void
/** Leaves the line. Does nothing once the slot was given. */
export type LeaveLine = () => void

interface Waiter {
  readonly granted: (release: ReleaseSlot) => void
}

export class EffectSlots {
  readonly #clock: Clock
  readonly #watches = new Set<CancelTimer>()
  readonly #sources = new Map<string, Source>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Calls back, at once if possible, in the order of asking. */
  take(source: string, limits: SlotLimits, granted: (release: ReleaseSlot) => void): LeaveLine {
    let line = this.#sources.get(source)
    if (line === undefined) this.#sources.set(source, (line = new Source(this.#clock, limits)))
    return line.take(granted)
  }

  /** Calls back when a slot is held for so long by a body that should have ended. Never after `close`. */
  watch(afterMs: number, onLate: () => void): CancelTimer {
    const cancel = setLongTimer(
      this.#clock,
      () => {
        this.#watches.delete(end)
        onLate()
      },
      afterMs,
    )
    const end = (): void => {
      this.#watches.delete(end)
      cancel()
    }
    this.#watches.add(end)
    return end
  }

  close(): void {
    for (const end of this.#watches) end()
    for (const source of this.#sources.values()) source.close()
    this.#sources.clear()
  }
}

class Source {
  readonly #clock: Clock
  readonly #limits: SlotLimits
  #line: Waiter[] = []
  #taken = 0
  #nextTokenAt = Number.NEGATIVE_INFINITY
  #cancel: CancelTimer | undefined

  constructor(clock: Clock, limits: SlotLimits) {
    this.#clock = clock
    this.#limits = limits
  }

  take(granted: (release: ReleaseSlot) => void): LeaveLine {
    const waiter: Waiter = { granted }
    this.#line.push(waiter)
    this.#grant()
    return () => {
      this.#line = this.#line.filter((other) => other !== waiter)
    }
  }

  close(): void {
    this.#cancel?.()
    this.#line = []
  }

  #grant(): void {
    const { concurrency = Number.POSITIVE_INFINITY, perSecond } = this.#limits
    while (this.#line.length > 0 && this.#taken < concurrency) {
      if (perSecond !== undefined && !this.#token(perSecond)) return
      const waiter = this.#line.shift()
      if (waiter === undefined) return
      this.#taken++
      waiter.granted(this.#releaser())
    }
  }

  /** Takes a rate token, or arranges to be asked again when there is one. */
  #token(perSecond: number): boolean {
    const now = this.#clock.monotonicNow()
    if (now < this.#nextTokenAt) {
      this.#cancel ??= this.#clock.setTimer(
        () => {
          this.#cancel = undefined
          this.#grant()
        },
        Math.ceil(this.#nextTokenAt - now),
      )
      return false
    }
    this.#nextTokenAt = now + 1000 / perSecond
    return true
  }

  #releaser(): ReleaseSlot {
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#taken--
      this.#grant()
    }
  }
}
