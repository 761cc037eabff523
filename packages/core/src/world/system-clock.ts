/** The machine's clock. */
import { invariant } from '../errors.js'
import { MAX_TIMER_MS } from './long-timer.js'
import type { Clock } from './world.js'

/**
 * Its timers keep the process alive, as a server's socket does: a script that waits for an agent must not exit before a
 * durable timer fires. Closing the runtime cancels them.
 */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  setTimer(callback, delayMs) {
    invariant(delayMs <= MAX_TIMER_MS, `a timer of ${delayMs} ms is longer than the clock can wait`)
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
