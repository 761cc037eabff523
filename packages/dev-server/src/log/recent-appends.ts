/**
 * The appends of the last while, by the ids of their events: a batch that is sent again is answered as it was the first
 * time. In memory only, as on the real server; with an explicit revision the log itself remembers.
 */

export interface RecentAppend {
  readonly stream: string
  readonly revision: number
  /** Of the log. Rejects when the append failed. */
  readonly position: Promise<number>
}

const KEPT_EVENTS = 100_000

export class RecentAppends {
  readonly #byId = new Map<string, RecentAppend>()

  get(id: string, { stream }: { readonly stream: string }): RecentAppend | undefined {
    const recent = this.#byId.get(id)
    return recent?.stream === stream ? recent : undefined
  }

  remember(id: string, append: RecentAppend): void {
    if (this.#byId.size >= KEPT_EVENTS) this.#forgetOldest()
    this.#byId.set(id, append)
  }

  forget(id: string): void {
    this.#byId.delete(id)
  }

  #forgetOldest(): void {
    for (const id of this.#byId.keys()) return void this.#byId.delete(id)
  }
}
