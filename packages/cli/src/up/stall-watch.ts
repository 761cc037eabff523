/**
 * Notices a worker that says nothing any more: its event loop is blocked, or its process is stopped. Others have its agents
 * by then; but it would hold its place for ever, and no one would know which agent it was.
 */

const LOOK_EVERY_MS = 1_000

export interface StallWatchOptions {
  readonly limitMs: number
  readonly onStall: (silentMs: number) => void
}

export class StallWatch {
  readonly #options: StallWatchOptions
  readonly #timer: NodeJS.Timeout
  #heardAt = performance.now()
  #lookedAt = performance.now()

  constructor(options: StallWatchOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  /** It has said something. */
  heard(): void {
    this.#heardAt = performance.now()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    const stoodStill = now - this.#lookedAt > 3 * LOOK_EVERY_MS
    this.#lookedAt = now
    if (stoodStill) return this.heard() // this process did: what the worker said meanwhile is still to be read
    const silentMs = now - this.#heardAt
    if (silentMs < this.#options.limitMs) return
    this.stop()
    this.#options.onStall(silentMs)
  }
}
