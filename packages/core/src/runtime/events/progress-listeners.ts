/** Who listens to what the bodies of one agent report by `progress()` in this process. */
import type { Progress } from '../../public/progress.js'

export type ProgressListener = (progress: Progress) => void

export class ProgressListeners {
  readonly #byStream = new Map<string, Set<ProgressListener>>()

  tell(stream: string, progress: Progress): void {
    for (const listener of this.#byStream.get(stream) ?? []) listener(progress)
  }

  /** Returns how to stop listening. */
  listen(stream: string, listener: ProgressListener): () => void {
    const listeners = this.#byStream.get(stream) ?? new Set()
    this.#byStream.set(stream, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#byStream.get(stream) === listeners) this.#byStream.delete(stream)
    }
  }
}
