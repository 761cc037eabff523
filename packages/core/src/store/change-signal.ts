/**
 * Tells waiting readers that the log has grown, without losing a change that comes between a look and the wait for
 * the next: a reader remembers the version before it looks, and waits for a later one.
 */
export class ChangeSignal {
  #version = 0
  #closed = false
  readonly #waiting = new Set<() => void>()

  /** Grows with every change. */
  get version(): number {
    return this.#version
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Something changed: wakes everyone who waits. */
  notify(): void {
    this.#version++
    this.#wakeAll()
  }

  /** Nothing will ever change again: wakes everyone, for good. */
  close(): void {
    this.#closed = true
    this.#wakeAll()
  }

  /** Resolves when the version differs from this one, at the close, or when the signal aborts. Never rejects. */
  changedSince(version: number, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = options
    if (this.#closed || this.#version !== version || signal?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      this.#waiting.add(wake)
      signal?.addEventListener('abort', wake)
    })
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake()
  }
}
