/**
 * What one agent gets, told to the pages that look at it. Nothing waits here for a page: each is told of the records behind the one
 * that it knows, when it has taken what it was told before.
 */
import type { AgentHistory } from '@refold/core/history'
import { RefoldError } from '@refold/core/record'
import { codedError } from '../answers/coded-error.js'

/** Of pages that look at an agent. */
export interface FeedListener {
  /** There are records behind those that it knows. */
  more(): void
  trouble(thrown: unknown): void
  well(): void
}

/** Between two looks at the store, while something comes and after that. */
const SOON_MS = 100
const LATER_MS = 500
/** So many looks without anything new, and it is quiet. */
const QUIET = 50
const SLOWEST_MS = 5_000
const AGAIN_MS = 1_000

/**
 * It looks for what is new some times a second, and follows no subscription: a worker in the same process would pay for each of its
 * records one by one, and some stores wait in silence for a server that is gone.
 */
export class LiveFeed {
  readonly history: AgentHistory
  readonly #listeners = new Set<FeedListener>()
  readonly #end = new AbortController()
  #reading: Promise<void> | undefined
  #trouble: { readonly text: string; readonly thrown: unknown } | undefined

  constructor(history: AgentHistory) {
    this.history = history
    void this.#look()
  }

  get size(): number {
    return this.#listeners.size
  }

  add(listener: FeedListener): void {
    this.#listeners.add(listener)
    if (this.#trouble !== undefined) listener.trouble(this.#trouble.thrown)
  }

  remove(listener: FeedListener): void {
    this.#listeners.delete(listener)
  }

  close(): void {
    this.#end.abort()
  }

  async #look(): Promise<void> {
    const { signal } = this.#end
    let quiet = 0
    while (!signal.aborted) {
      const { last } = this.history
      try {
        await inTime(this.#readOn())
        this.#tellWell()
      } catch (error) {
        this.#tellTrouble(error)
      }
      this.#tellMore()
      quiet = this.history.last > last ? 0 : quiet + 1
      await pause(this.#trouble !== undefined ? AGAIN_MS : quiet < QUIET ? SOON_MS : LATER_MS, signal)
    }
  }

  /** One at a time, also when the store takes long. */
  #readOn(): Promise<void> {
    this.#reading ??= this.history.readOn().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  #tellMore(): void {
    for (const listener of this.#listeners) listener.more()
  }

  /** The same once. */
  #tellTrouble(thrown: unknown): void {
    const { code, message } = codedError(thrown)
    if (this.#trouble?.text === `${code} ${message}`) return
    this.#trouble = { text: `${code} ${message}`, thrown }
    for (const listener of this.#listeners) listener.trouble(thrown)
  }

  #tellWell(): void {
    const damage = this.history.trouble
    if (damage !== undefined) return this.#tellTrouble(damage.error)
    if (this.#trouble === undefined) return
    this.#trouble = undefined
    for (const listener of this.#listeners) listener.well()
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(done, ms).unref()
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}

function inTime(work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new RefoldError('TIMEOUT', 'the store does not answer')), SLOWEST_MS).unref()
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
