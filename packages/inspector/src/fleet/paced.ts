/**
 * An answer that costs something, for all who ask.
 *
 * Invariants: it is made once at a time; after one that took t the next begins at the earliest 9 t and the pause later, and until then
 * all get the last one; one that failed is no answer.
 */

/** So many times what it took is it left alone. */
const REST = 9

export class Paced<T> {
  readonly #make: () => Promise<T>
  readonly #pauseMs: number
  #last: { readonly answer: T } | undefined
  #making: Promise<T> | undefined
  #nextAt = 0

  constructor(make: () => Promise<T>, { pauseMs }: { readonly pauseMs: number }) {
    this.#make = make
    this.#pauseMs = pauseMs
  }

  /** As new as the pace allows. */
  async ask(): Promise<T> {
    if (this.#making !== undefined) return this.#making
    if (this.#last !== undefined && this.waitMs > 0) return this.#last.answer
    return (this.#making = this.#answer())
  }

  /** Until the next one may be made. */
  get waitMs(): number {
    return Math.max(0, this.#nextAt - performance.now())
  }

  async #answer(): Promise<T> {
    const began = performance.now()
    this.#last = undefined
    try {
      const answer = await this.#make()
      this.#last = { answer }
      return answer
    } finally {
      const now = performance.now()
      this.#nextAt = now + Math.max(this.#pauseMs, REST * (now - began))
      this.#making = undefined
    }
  }
}
