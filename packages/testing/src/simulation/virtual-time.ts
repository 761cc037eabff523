/**
 * Time that passes only when nothing is left to do. All simulated processes share it.
 *
 * Invariants:
 * T1 callbacks run in the order of their due time; with one due time, in the order in which they were set;
 * T2 before the next callback runs, every microtask and every tracked operation of the one before has ended;
 * T3 the same calls in the same order give the same run.
 */
import type { CancelTimer } from '@refold/core'

/** Where virtual time begins: an ordinary instant, so that dates in stories read well. */
export const EPOCH_MS = Date.UTC(2030, 0, 1)

/** Turns of the event loop without any activity after which nothing is going on any more. Each drains every microtask; the second is for what waits for a turn itself. */
const QUIET_TURNS = 2
/** A process that is still busy after so many turns at one instant hangs. */
const MAX_TURNS = 200_000

interface Entry {
  readonly at: number
  readonly order: number
  callback: (() => void) | undefined
}

/** Why `runUntil` gave up. */
export type StuckReason = 'nothing is left to happen' | 'the time limit is reached' | 'it never comes to rest'

/** Thrown when what a test waits for does not happen. */
export class StuckError extends Error {
  override readonly name = 'StuckError'
  readonly reason: StuckReason
  constructor(reason: StuckReason) {
    super(`the simulation cannot go on: ${reason}`)
    this.reason = reason
  }
}

/** The scheduler. Milliseconds throughout; `now` is the true time, which no simulated clock needs to agree with. */
export class VirtualTime {
  #now = EPOCH_MS
  #order = 0
  #activity = 0
  #open = 0
  readonly #entries: Entry[] = []

  now(): number {
    return this.#now
  }

  /** Calls back after `delayMs` of virtual time; returns how to prevent it. */
  after(delayMs: number, callback: () => void): CancelTimer {
    const entry: Entry = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback }
    this.#insert(entry)
    this.#activity++
    return () => {
      entry.callback = undefined
    }
  }

  /** Orders what happens at one instant. */
  nextOrder(): number {
    return this.#order++
  }

  /** Something happened at this instant: look again before time passes. */
  touch(): void {
    this.#activity++
  }

  /** Time stands still until the promise settles: for work of the real world, as a read of a file. */
  async track<T>(work: PromiseLike<T>): Promise<T> {
    this.#open++
    try {
      return await work
    } finally {
      this.#open--
      this.#activity++
    }
  }

  /** Resolves when everything that can happen at this instant has happened. */
  async settle(): Promise<void> {
    let seen = this.#activity
    let quiet = 0
    let turns = 0 // without those that only wait for the real world
    while (quiet < QUIET_TURNS || this.#open > 0) {
      if (this.#open === 0 && ++turns > MAX_TURNS) throw new StuckError('it never comes to rest')
      await new Promise<void>((resolve) => setImmediate(resolve))
      quiet = this.#activity === seen && this.#open === 0 ? quiet + 1 : 0
      seen = this.#activity
    }
  }

  /** Lets time pass until the condition holds, at most `withinMs`; throws `StuckError`. */
  async runUntil(condition: () => boolean, { withinMs }: { readonly withinMs: number }): Promise<void> {
    const deadline = this.#now + withinMs
    for (;;) {
      await this.settle()
      if (condition()) return
      const next = this.#first()
      if (next === undefined) throw new StuckError('nothing is left to happen')
      if (next.at > deadline) throw new StuckError('the time limit is reached')
      this.#run(next)
    }
  }

  /** Lets exactly so much time pass. */
  async advance(durationMs: number): Promise<void> {
    const end = this.#now + durationMs
    for (;;) {
      await this.settle()
      const next = this.#first()
      if (next === undefined || next.at > end) break
      this.#run(next)
    }
    this.#now = end
  }

  /** As a machine that was suspended: so much later at once, and what came due meanwhile is due now. */
  async leap(durationMs: number): Promise<void> {
    await this.settle()
    this.#now += Math.max(0, durationMs)
  }

  /** Whether anything at all is still planned. */
  get idle(): boolean {
    return this.#first() === undefined
  }

  #run(entry: Entry): void {
    this.#entries.shift()
    this.#now = Math.max(this.#now, entry.at)
    const { callback } = entry
    entry.callback = undefined
    callback?.()
  }

  #first(): Entry | undefined {
    while (this.#entries[0] !== undefined && this.#entries[0].callback === undefined) this.#entries.shift()
    return this.#entries[0]
  }

  /** T1: binary search for the place. */
  #insert(entry: Entry): void {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#entries[middle]
      if (other !== undefined && (other.at < entry.at || (other.at === entry.at && other.order < entry.order)))
        low = middle + 1
      else high = middle
    }
    this.#entries.splice(low, 0, entry)
  }
}
