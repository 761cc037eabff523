/** Callers who wait for an agent with no input of theirs in its line: while its store does not answer, they hear so as the others do. */
import type { RefoldError } from '../../errors.js'

export class WaitingCallers {
  readonly #waiting = new Set<(error: RefoldError) => void>()

  /** What a caller waits for. Rejects with what callers are told of a store that does not answer. */
  async orTold<T>(waited: Promise<T>): Promise<T> {
    let waiting: (error: RefoldError) => void = () => {}
    const told = new Promise<never>((_, reject) => (waiting = reject))
    this.#waiting.add(waiting)
    try {
      return await Promise.race([waited, told])
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  tell(error: RefoldError): void {
    for (const waiting of this.#waiting) waiting(error)
  }
}
