/** Which items of an array were there before, also where they were moved. */
import { markOf } from './accepted.js'

/** What stood in an array before. An item may have been moved in it, but is to stand there once. */
export class MovedItems {
  readonly #old: readonly unknown[]
  readonly #from: number
  /** Of the old array, the first that was not found yet: most arrays keep the order of what they keep. */
  #next: number
  /** Items that were not found yet, once one was found out of order. */
  #left: Set<unknown> | undefined

  constructor(old: readonly unknown[], from: number) {
    this.#old = old
    this.#from = from
    this.#next = from
  }

  /** What the item at this index was before: itself when this is its place now, else what stood at the index. */
  before(value: readonly unknown[], at: number): unknown {
    const item = value[at]
    if (typeof item !== 'object' || item === null) return undefined
    if (this.#left === undefined && item === this.#old[this.#next]) {
      this.#next++
      return item
    }
    const mark = markOf(item)
    const stood = mark !== undefined && (typeof mark !== 'number' || mark > 0)
    if (stood && this.#find(value, at)) return item
    return this.#old[at] === item ? undefined : this.#old[at]
  }

  #find(value: readonly unknown[], at: number): boolean {
    if (this.#left === undefined) {
      const found = this.#old.indexOf(value[at], this.#next)
      if (found >= 0) {
        this.#next = found + 1
        return true
      }
      this.#left = new Set(this.#old.slice(this.#from))
      for (let before = this.#from; before < at; before++) this.#left.delete(value[before])
    }
    return this.#left.delete(value[at])
  }
}
