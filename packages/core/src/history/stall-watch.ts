/**
 * Finds those who follow the log and do not go on although records wait: alive, and of no use.
 *
 * Invariants: one look at the end of the log for all of them, however many there are; no one is called stalled before records
 * were seen to wait twice, the whole time apart, with nothing taken between.
 */
import type { AgentLog } from '../log/agent-log.js'
import type { Report } from '../public/report.js'
import type { Position } from '../record/revision.js'
import type { CancelTimer, World } from '../world/world.js'

/** Looks in the time after which one is stalled. */
const LOOKS = 2
/** A timer takes no more. */
const MOST_MS = 2 ** 30

export interface StallWatchOptions {
  readonly log: Pick<AgentLog, 'newest'>
  readonly world: Pick<World, 'clock'>
  readonly report: (report: Report) => void
}

/** One who follows. */
export interface Follower {
  /** In words: "a follow of order". */
  readonly what: string
  /** Behind the last event that it has dealt with. */
  readonly place: () => Position | undefined
  /** What it waits for, in one word. */
  readonly waitsFor: () => string
  /** Its end was asked for: it may never be seen again. */
  readonly isOver: () => boolean
  readonly stalledAfterMs: number
  readonly facts: () => Readonly<Record<string, unknown>>
}

/** What a follower tells of itself. */
export interface Watched {
  advanced(): void
  end(): void
}

interface Standing {
  readonly follower: Follower
  /** Since when records were seen to wait, and it was not seen to advance. */
  since: number | undefined
  isStalled: boolean
}

export class StallWatch {
  readonly #options: StallWatchOptions
  readonly #followers = new Set<Standing>()
  #next: { readonly at: number; readonly cancel: CancelTimer } | undefined
  #isLooking = false

  constructor(options: StallWatchOptions) {
    this.#options = options
  }

  watch(follower: Follower): Watched {
    const standing: Standing = { follower, since: undefined, isStalled: false }
    this.#followers.add(standing)
    this.#schedule(follower.stalledAfterMs)
    return {
      advanced: () => {
        standing.since = undefined
        if (standing.isStalled) this.#goesOn(standing)
      },
      end: () => this.#end(standing),
    }
  }

  close(): void {
    for (const standing of this.#followers) this.#end(standing)
  }

  #end(standing: Standing): void {
    this.#followers.delete(standing)
    if (this.#followers.size > 0) return
    this.#next?.cancel()
    this.#next = undefined
  }

  /** The next look is at most that far away. */
  #schedule(stalledAfterMs: number): void {
    const { clock } = this.#options.world
    const everyMs = stalledAfterMs / LOOKS
    const at = clock.monotonicNow() + everyMs
    if (this.#isLooking || everyMs >= MOST_MS || (this.#next !== undefined && this.#next.at <= at)) return
    this.#next?.cancel()
    this.#next = { at, cancel: clock.setTimer(() => void this.#look(), everyMs) }
  }

  async #look(): Promise<void> {
    const { log, world } = this.#options
    this.#next = undefined
    this.#isLooking = true
    const newest = await log.newest().catch(() => 'unknown' as const) // a store out of reach is told by who needs it
    this.#isLooking = false
    const now = world.clock.monotonicNow()
    let shortest = Infinity
    for (const standing of this.#followers) {
      if (standing.follower.isOver()) {
        this.#end(standing)
        continue
      }
      shortest = Math.min(shortest, standing.follower.stalledAfterMs)
      if (newest !== 'unknown') this.#judge(standing, { newest: newest?.position, now })
    }
    this.#schedule(shortest)
  }

  #judge(standing: Standing, { newest, now }: { newest: Position | undefined; now: number }): void {
    const { follower, since, isStalled } = standing
    const place = follower.place()
    const waits = newest !== undefined && (place === undefined || newest > place)
    if (!waits) standing.since = undefined
    else if (since === undefined) standing.since = now
    else if (!isStalled && now - since >= follower.stalledAfterMs) this.#stalls(standing, Math.round(now - since))
  }

  #stalls(standing: Standing, forMs: number): void {
    standing.isStalled = true
    const { what, facts, waitsFor } = standing.follower
    const message = `${what} has taken nothing for ${forMs} ms while records wait: it waits for its ${waitsFor()}`
    this.#options.report({ code: 'STALLED', message, facts: { ...facts(), waitsFor: waitsFor(), forMs } })
  }

  #goesOn(standing: Standing): void {
    standing.isStalled = false
    const { what, facts } = standing.follower
    this.#options.report({ code: 'ADVANCING', message: `${what} goes on`, facts: facts() })
  }
}
