/** Looks for commits of other connections at a short interval, while someone wants to know. SQLite tells no one by itself. */
import type { LogFile } from './log-file.js'

export interface ExternalWatchOptions {
  readonly intervalMs: number
  readonly isNeeded: () => boolean
  /** The look failed: those who wait should read, and meet the error there. */
  readonly onError: (error: unknown) => void
}

/** Whether the files are in their place is a question to the system, and asked less often. */
const IN_PLACE_EVERY_MS = 1_000

export class ExternalWatch {
  readonly #options: ExternalWatchOptions
  #file: LogFile | undefined
  #timer: NodeJS.Timeout | undefined
  #lookedInPlace = 0

  constructor(options: ExternalWatchOptions) {
    this.#options = options
  }

  /** From here on there is a file to look at. */
  open(file: LogFile): void {
    this.#file = file
  }

  /** Looks as long as it is needed. The timer keeps no process alive. */
  start(): void {
    this.#timer ??= setInterval(() => this.#lookAgain(), this.#options.intervalMs).unref()
  }

  /** Looks now. */
  look(): void {
    try {
      this.#file?.look()
      this.#lookInPlace()
    } catch (error) {
      this.#options.onError(error)
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #lookInPlace(): void {
    const now = performance.now()
    if (now - this.#lookedInPlace < IN_PLACE_EVERY_MS) return
    this.#lookedInPlace = now
    this.#file?.assertInPlace()
  }

  #lookAgain(): void {
    if (this.#options.isNeeded()) this.look()
    else this.close()
  }
}
