/**
 * What is due soon: one clock timer for all agents. A parked agent costs a (stream, due time) pair, and only while it is
 * due within the horizon; the directory knows the rest, and is asked well before the horizon has passed.
 */
import TinyQueue from 'tinyqueue'
import type { Teller } from '../events/event-hub.js'
import type { CancelTimer, World } from '../../world/world.js'

interface Due {
  readonly stream: string
  readonly at: number
}

export interface DueWatchOptions {
  readonly world: World
  /** Later times are left to the look at the directory. Milliseconds. */
  readonly horizonMs: number
  /** Told `due` of an agent, once per announced time. */
  readonly events: Teller
}

/** The clock is read again at least this often: a jump forward must not be slept through. */
const LONGEST_SLEEP_MS = 5_000

export class DueWatch {
  readonly #options: DueWatchOptions
  readonly #dueAt = new Map<string, number>()
  readonly #queue = new TinyQueue<Due>([], (a, b) => a.at - b.at || (a.stream < b.stream ? -1 : 1))
  #cancel: CancelTimer | undefined
  #sleepsUntil = Number.POSITIVE_INFINITY
  #closed = false

  constructor(options: DueWatchOptions) {
    this.#options = options
  }

  /** The newest word on a stream's due time (epoch milliseconds); `null`: nothing is due. */
  set(stream: string, at: number | null): void {
    if (this.#closed) return
    const { world, horizonMs } = this.#options
    if (at === null || at > world.clock.now() + horizonMs) this.#dueAt.delete(stream)
    else if (this.#dueAt.get(stream) !== at) {
      this.#dueAt.set(stream, at)
      this.#queue.push({ stream, at })
      if (at < this.#sleepsUntil) this.#sleep()
    }
  }

  close(): void {
    this.#closed = true
    this.#cancel?.()
    this.#dueAt.clear()
  }

  #sleep(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#sleepsUntil = Number.POSITIVE_INFINITY
    const next = this.#queue.peek()
    if (next === undefined || this.#closed) return
    const { clock } = this.#options.world
    this.#sleepsUntil = next.at
    this.#cancel = clock.setTimer(() => this.#wake(), Math.min(LONGEST_SLEEP_MS, Math.max(0, next.at - clock.now())))
  }

  #wake(): void {
    const now = this.#options.world.clock.now()
    for (let next = this.#queue.peek(); next !== undefined && next.at <= now; next = this.#queue.peek()) {
      this.#queue.pop()
      if (this.#dueAt.get(next.stream) !== next.at) continue
      this.#dueAt.delete(next.stream)
      this.#options.events.tell({ kind: 'due', stream: next.stream })
    }
    this.#sleep()
  }
}

/** How far ahead due times are looked for: each look at the directory, one a heartbeat, sees what is due before the next two. */
export function horizonOf({ heartbeatEveryMs }: { readonly heartbeatEveryMs: number }): number {
  return heartbeatEveryMs * 3
}
