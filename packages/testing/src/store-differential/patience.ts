/** How long a store is waited for. */
export class Patience {
  readonly #limitMs: number
  #isAtItsEnd = false

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Whether something has not come in time. */
  get isAtItsEnd(): boolean {
    return this.#isAtItsEnd
  }

  /** The answer, or a rejection that names it when it does not come in time. */
  async wait<T>(answer: Promise<T>, what: string): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#isAtItsEnd = true
        reject(new Error(`${what}: no answer within ${this.#limitMs} ms`))
      }, this.#limitMs)
    })
    try {
      return await Promise.race([answer, end])
    } finally {
      clearTimeout(timer)
    }
  }
}
