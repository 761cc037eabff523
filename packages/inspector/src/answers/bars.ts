/** Bars that begin and end as something comes into a state and goes from it. */

/** A record and its time. */
export interface Moment {
  readonly revision: number
  readonly at: number
}

export class Bars<B> {
  /** In the order in which they began. */
  readonly #bars: B[] = []
  /** Of those that go on: their place. */
  readonly #live = new Map<string, number>()

  get all(): readonly B[] {
    return this.#bars
  }

  has(key: string): boolean {
    return this.#live.has(key)
  }

  begin(key: string, bar: B): void {
    this.#live.set(key, this.#bars.push(bar) - 1)
  }

  /** Of one that goes on. */
  change(key: string, change: (bar: B) => B): void {
    const at = this.#live.get(key)
    if (at !== undefined) this.#bars[at] = change(this.#bars[at] as B)
  }

  /** Of all that go on. */
  changeAll(change: (bar: B, key: string) => B): void {
    for (const key of this.#live.keys()) this.change(key, (bar) => change(bar, key))
  }

  /** What is there now begins, what is there no more ends. */
  follow<T>(
    now: ReadonlyMap<string, T>,
    { begin, end }: { readonly begin: (found: T, key: string) => B; readonly end: (bar: B, key: string) => B },
  ): void {
    for (const key of this.#live.keys()) {
      if (now.has(key)) continue
      this.change(key, (bar) => end(bar, key))
      this.#live.delete(key)
    }
    for (const [key, found] of now) if (!this.#live.has(key)) this.begin(key, begin(found, key))
  }
}
