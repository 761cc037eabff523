import type { Clock } from '../world/world.js'

/** Resolves after that long, or as soon as the signal aborts. */
export function interruptible(clock: Clock, signal: AbortSignal, delayMs: number): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.setTimer(end, delayMs)
    signal.addEventListener('abort', end)
  })
}
