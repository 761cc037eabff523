/**
 * A map that forgets what was not used for long: two generations, of which the older is dropped when the newer is full.
 * A hit costs one look-up, not the three of a strict order of use.
 */
export class RecentMap<K, V> {
  #recent = new Map<K, V>()
  #older = new Map<K, V>()
  readonly #maxRecent: number

  /** Keeps at least this many entries, at most twice as many. */
  constructor({ keep }: { readonly keep: number }) {
    this.#maxRecent = keep
  }

  get(key: K): V | undefined {
    const value = this.#recent.get(key)
    if (value !== undefined) return value
    const older = this.#older.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: K, value: V): void {
    if (this.#recent.size >= this.#maxRecent) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, value)
  }

  clear(): void {
    this.#recent.clear()
    this.#older.clear()
  }
}
