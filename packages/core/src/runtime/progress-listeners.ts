/** Who in this process listens to what bodies report beside their streams. */
import type { Progress } from './runner-host.js'

export type ProgressListener = (progress: Progress) => void

export class ProgressListeners {
  readonly #byStream = new Map<string, Set<ProgressListener>>()

  tell(stream: string, progress: Progress): void {
    for (const listener of this.#byStream.get(stream) ?? []) listener(progress)
  }

  /** Calls back until the returned function is called. */
  add(stream: string, listener: ProgressListener): () => void {
    const listeners = this.#byStream.get(stream) ?? new Set()
    this.#byStream.set(stream, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#byStream.get(stream) === listeners) this.#byStream.delete(stream)
    }
  }
}
