/** Timers of any length: a clock's own ends at 2³¹−1 ms, which is 24 days. */
import type { CancelTimer, Clock } from './world.js'

const LONGEST_MS = 2 ** 31 - 1

/** As the clock's `setTimer`, by its monotonic time. `Infinity` never comes. */
export function setLongTimer(clock: Clock, callback: () => void, delayMs: number): CancelTimer {
  if (delayMs <= LONGEST_MS) return clock.setTimer(callback, delayMs)
  if (delayMs === Number.POSITIVE_INFINITY) return () => {}
  const end = clock.monotonicNow() + delayMs
  let cancel = clock.setTimer(() => (cancel = setLongTimer(clock, callback, end - clock.monotonicNow())), LONGEST_MS)
  return () => cancel()
}
