/** How long a store is waited for, and a shorter sequence is looked for. */
export class Patience {
  readonly #limitMs: number
  #isAtItsEnd = false
  #failedAt: number | undefined

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** Whether something has not come in time, or the first failure is longer ago than two answers may take. */
  get isAtItsEnd(): boolean {
    return this.#isAtItsEnd || performance.now() - (this.#failedAt ?? Infinity) > 2 * this.#limitMs
  }

  /** Tries one sequence, and remembers that one failed. */
  async try(sequence: () => Promise<void>): Promise<void> {
    try {
      await sequence()
    } catch (error) {
      this.#failedAt ??= performance.now()
      throw error
    }
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
