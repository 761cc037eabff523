/**
 * Appends on their way to the store, held back for a moment when many come: those that are handed over in one turn of the
 * event loop share one wait for the disk, and clients' messages come a few at a time.
 *
 * Invariants:
 * 1. They are handed over in the order in which they came.
 * 2. After a few that came together, none waits.
 */
import type { AppendResult, NewEvent, Store, toRevision } from '@refold/core'

/** The longest that an append waits for others. */
const LONGEST_WAIT_MS = 4
/** Appends that a client is thought to send in a millisecond: what comes more slowly is not waited for. */
const APPENDS_PER_MS = 4

interface Waiting {
  readonly stream: string
  readonly events: readonly NewEvent[]
  readonly expected: 'no_stream' | ReturnType<typeof toRevision>
  readonly resolve: (result: Promise<AppendResult>) => void
}

export class AppendGate {
  readonly #store: Pick<Store, 'append'>
  #waiting: Waiting[] = []
  /** How many went through together the last time: as many are waited for. */
  #lastGroup = 1
  #timer: NodeJS.Timeout | undefined

  constructor(store: Pick<Store, 'append'>) {
    this.#store = store
  }

  /** As the store's `append`. */
  append(stream: string, events: readonly NewEvent[], { expected }: Pick<Waiting, 'expected'>): Promise<AppendResult> {
    return new Promise((resolve) => {
      this.#waiting.push({ stream, events, expected, resolve })
      const waitMs = Math.min(LONGEST_WAIT_MS, Math.floor(this.#lastGroup / APPENDS_PER_MS))
      if (this.#waiting.length === (waitMs === 0 ? 1 : this.#lastGroup)) setImmediate(() => this.#open())
      else if (this.#waiting.length === 1) this.#timer = setTimeout(() => this.#open(), waitMs)
    })
  }

  #open(): void {
    clearTimeout(this.#timer)
    const group = this.#waiting
    if (group.length === 0) return
    this.#waiting = []
    this.#lastGroup = group.length
    for (const { stream, events, expected, resolve } of group) resolve(this.#store.append(stream, events, { expected }))
  }
}
