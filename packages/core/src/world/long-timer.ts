/** Timers of any length: a clock's own ends at 2³¹−1 ms, which is 24 days. */
import type { CancelTimer, Clock } from './world.js'

/** The longest delay that `setTimeout` takes, in milliseconds; with a longer one it fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** As the clock's `setTimer`, by its monotonic time. `Infinity` never comes. */
export function setLongTimer(clock: Clock, callback: () => void, delayMs: number): CancelTimer {
  if (delayMs <= MAX_TIMER_MS) return clock.setTimer(callback, delayMs)
  if (delayMs === Number.POSITIVE_INFINITY) return () => {}
  const end = clock.monotonicNow() + delayMs
  let cancel = clock.setTimer(() => (cancel = setLongTimer(clock, callback, end - clock.monotonicNow())), MAX_TIMER_MS)
  return () => cancel()
}
