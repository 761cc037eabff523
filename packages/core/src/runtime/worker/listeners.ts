/** The user's listeners of one process: whatever they do harms no one. */
import type { Logger } from '../../world/world.js'
import type { Report } from '../../public/runtime.js'
import type { Progress } from '../../public/progress.js'
import type { TakenOver } from '../../public/taken-over.js'

export type ProgressListener = (progress: Progress) => void

export interface ListenersOptions {
  readonly logger: Logger
  readonly onReport: (report: Report) => void
  readonly onTakeover: (taken: TakenOver) => void
}

export class Listeners {
  readonly #options: ListenersOptions
  readonly #progress = new Map<string, Set<ProgressListener>>()

  constructor(options: ListenersOptions) {
    this.#options = options
  }

  report(report: Report): void {
    this.#call('onReport', () => this.#options.onReport(report))
  }

  takenOver(taken: TakenOver): void {
    this.#call('onTakeover', () => this.#options.onTakeover(taken))
  }

  progress(stream: string, progress: Progress): void {
    for (const listener of this.#progress.get(stream) ?? []) listener(progress)
  }

  /** Returns how to stop listening. */
  onProgress(stream: string, listener: ProgressListener): () => void {
    const listeners = this.#progress.get(stream) ?? new Set()
    this.#progress.set(stream, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#progress.get(stream) === listeners) this.#progress.delete(stream)
    }
  }

  #call(name: string, call: () => unknown): void {
    const failed = (error: unknown): void => this.#options.logger.log('error', `${name} threw`, { error })
    try {
      const told = call()
      if (told instanceof Promise) told.catch(failed)
    } catch (error) {
      failed(error)
    }
  }
}
