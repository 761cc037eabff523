/** Places for what runs at once, and waits that an end cuts short. */
import { setLongTimer } from '../../world/long-timer.js'
import type { Clock } from '../../world/world.js'

export class Places {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Runs it when there is a place; `'not-begun'` when the signal has aborted by then. */
  async within<R>(signal: AbortSignal, work: () => Promise<R>): Promise<R | 'not-begun'> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return signal.aborted ? 'not-begun' : await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/** Resolves after so long, or when the signal aborts. */
export function waitFor(
  ms: number,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = setLongTimer(clock, end, ms)
    signal.addEventListener('abort', end)
  })
}
