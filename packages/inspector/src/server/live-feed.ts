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

/** A look at the store beside what it tells by itself: some stores wait in silence for a server that is gone. */
const LOOK_MS = 5_000
const SLOWEST_MS = 5_000
const AGAIN_MS = 1_000

export class LiveFeed {
  readonly history: AgentHistory
  readonly #listeners = new Set<FeedListener>()
  readonly #end = new AbortController()
  #trouble: { readonly text: string; readonly thrown: unknown } | undefined

  constructor(history: AgentHistory) {
    this.history = history
    void this.#follow()
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

  async #follow(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      try {
        for await (const _revision of this.history.follow({ signal })) this.#tellMore()
        if (this.history.trouble !== undefined) return this.#tellTrouble(this.history.trouble.error)
      } catch (error) {
        if (!signal.aborted) this.#tellTrouble(error)
      }
      await pause(AGAIN_MS, signal)
    }
  }

  /** Also finds what the store did not tell of. */
  async #look(): Promise<void> {
    const { signal } = this.#end
    while (!signal.aborted) {
      await pause(this.#trouble === undefined ? LOOK_MS : AGAIN_MS, signal)
      if (signal.aborted) return
      try {
        await inTime(this.history.readOn())
        this.#tellWell()
        this.#tellMore()
      } catch (error) {
        this.#tellTrouble(error)
      }
    }
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
