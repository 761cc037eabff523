/** Concurrency and rate of effects, per worker. A slot is taken before the attempt is recorded. */
import type { CancelTimer, Clock } from '../../world/world.js'
import { setLongTimer } from '../../world/long-timer.js'

/** One that waits for a slot, or holds one. */
export interface Taker {
  readonly stream: string
  readonly effect: string
  readonly src: string
}

/** Each taker brings the limits of its own policy: it is let in when fewer than its `concurrency` are. */
export interface SlotRequest {
  readonly concurrency: number | undefined
  readonly perSecond: number | undefined
  readonly timeoutMs: number | undefined
  readonly taker: Taker
  readonly granted: (release: ReleaseSlot) => void
}

/** Gives the slot back. Calling it again does nothing. */
export type ReleaseSlot = () => void
/** Leaves the line. Does nothing once the slot was given. */
export type LeaveLine = () => void

/** No slot has come free for so long while some waited. */
export interface Standstill {
  readonly afterMs: number
  readonly waiting: readonly Taker[]
  readonly held: readonly Taker[]
}

export interface EffectSlotsOptions {
  readonly clock: Clock
  readonly onStandstill: (standstill: Standstill) => void
}

export class EffectSlots {
  readonly #options: EffectSlotsOptions
  readonly #watches = new Set<CancelTimer>()
  readonly #lines = new Map<string | object, SlotLine>()

  constructor(options: EffectSlotsOptions) {
    this.#options = options
  }

  /** Calls back, at once if possible, in the order of asking. Those who give the same limit share it. */
  take(limit: string | object, request: SlotRequest): LeaveLine {
    let line = this.#lines.get(limit)
    if (line === undefined) this.#lines.set(limit, (line = new SlotLine(this.#options)))
    return line.take(request)
  }

  /** Calls back when a slot is held for so long by a body that should have ended. Never after `close`. */
  watch(afterMs: number, onLate: () => void): CancelTimer {
    const cancel = setLongTimer(
      this.#options.clock,
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
    for (const line of this.#lines.values()) line.close()
    this.#lines.clear()
  }
}

/** A line that does not move for so long, and for as long as an attempt may take, is told of. */
const STANDSTILL_MS = 60_000

class SlotLine {
  readonly #options: EffectSlotsOptions
  #line: SlotRequest[] = []
  readonly #held = new Set<Taker>()
  #nextTokenAt = Number.NEGATIVE_INFINITY
  #cancel: CancelTimer | undefined
  #cancelWatch: CancelTimer | undefined

  constructor(options: EffectSlotsOptions) {
    this.#options = options
  }

  take(request: SlotRequest): LeaveLine {
    this.#line.push(request)
    this.#grant()
    if (this.#line.includes(request)) this.#watch()
    return () => {
      this.#line = this.#line.filter((other) => other !== request)
      this.#grant() // the next may be let in by a wider limit
      if (this.#line.length === 0) this.#unwatch()
    }
  }

  close(): void {
    this.#cancel?.()
    this.#unwatch()
    this.#line = []
  }

  #grant(): void {
    for (let next = this.#line[0]; next !== undefined; next = this.#line[0]) {
      const { concurrency = Number.POSITIVE_INFINITY, perSecond, taker, granted } = next
      if (this.#held.size >= concurrency || (perSecond !== undefined && !this.#token(perSecond))) return
      this.#line.shift()
      this.#held.add(taker)
      this.#unwatch()
      if (this.#line.length > 0) this.#watch()
      granted(() => {
        if (this.#held.delete(taker)) this.#grant()
      })
    }
  }

  /** Takes a rate token, or arranges to be asked again when there is one. */
  #token(perSecond: number): boolean {
    const { clock } = this.#options
    const now = clock.monotonicNow()
    if (now < this.#nextTokenAt) {
      this.#cancel ??= clock.setTimer(
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

  /** Told once, until it moves. */
  #watch(): void {
    const { clock, onStandstill } = this.#options
    const [first] = this.#line
    if (this.#cancelWatch !== undefined || first?.concurrency === undefined) return
    const afterMs = Math.max(STANDSTILL_MS, first.timeoutMs ?? 0)
    this.#cancelWatch = setLongTimer(
      clock,
      () => {
        const waiting = this.#line.map(({ taker }) => taker)
        if (this.#held.size > 0) onStandstill({ afterMs, waiting, held: [...this.#held] })
      },
      afterMs,
    )
  }

  #unwatch(): void {
    this.#cancelWatch?.()
    this.#cancelWatch = undefined
  }
}
