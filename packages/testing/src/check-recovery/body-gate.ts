/**
 * Lets the outcomes of effects come out one by one, the oldest first, so that a run with a crash and one without have
 * them in the same order. What is left then is what recovery changes.
 */
export class BodyGate {
  readonly #waiting = new Map<number, () => void>()
  #next = 0

  /** A number for a body that begins now. */
  enter(): number {
    return this.#next++
  }

  /** Resolves when it is the body's turn, or when it is aborted. */
  leave(body: number, { signal }: { readonly signal: AbortSignal }): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(body, resolve)
      const aborted = (): void => {
        this.#waiting.delete(body)
        resolve()
      }
      if (signal.aborted) aborted()
      else signal.addEventListener('abort', aborted, { once: true })
    })
  }

  /** Lets the oldest one out; `false` when none waits. */
  release(): boolean {
    const oldest = [...this.#waiting.keys()].toSorted((a, b) => a - b)[0]
    if (oldest === undefined) return false
    const resolve = this.#waiting.get(oldest)
    this.#waiting.delete(oldest)
    resolve?.()
    return true
  }

  /** Their process died. */
  clear(): void {
    this.#waiting.clear()
  }
}
