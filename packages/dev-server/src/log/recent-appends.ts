/**
 * The appends of the last while, by the ids of their events: a batch that is sent again is answered as it was the first
 * time. In memory only, as on the real server; with an explicit revision the log itself remembers.
 */

export interface RecentAppend {
  readonly revision: number
  /** Of the log. Rejects when the append failed. */
  readonly position: Promise<number>
}

const KEPT_EVENTS = 100_000

export class RecentAppends {
  /** By id and stream: the same event may stand in several. */
  readonly #appends = new Map<string, RecentAppend>()

  get(id: string, stream: string): RecentAppend | undefined {
    return this.#appends.get(keyOf(id, stream))
  }

  remember(id: string, stream: string, append: RecentAppend): void {
    if (this.#appends.size >= KEPT_EVENTS) this.#forgetOldest()
    this.#appends.set(keyOf(id, stream), append)
  }

  forget(id: string, stream: string): void {
    this.#appends.delete(keyOf(id, stream))
  }

  #forgetOldest(): void {
    for (const key of this.#appends.keys()) return void this.#appends.delete(key)
  }
}

function keyOf(id: string, stream: string): string {
  return `${id} ${stream}`
}
