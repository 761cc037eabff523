/** Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). */

/** Pauses that grow by `factor` from `delayMs` on, up to `maxDelayMs`. */
export interface Backoff {
  readonly delayMs: number
  readonly factor: number
  readonly maxDelayMs: number
  readonly jitter: boolean
}

/** Milliseconds to wait after the n-th failure (1-based). With jitter: between half of it and all of it. */
export function backoffMs(
  failures: number,
  { delayMs, factor, maxDelayMs, jitter }: Backoff,
  random: () => number,
): number {
  // The power grows beyond all numbers, and so many times nothing would be no number.
  const full = delayMs === 0 ? 0 : Math.min(maxDelayMs, delayMs * factor ** (failures - 1))
  return Math.round(jitter ? full / 2 + (full / 2) * random() : full)
}

/** What goes on for long is logged ever more rarely: at the 1st, 2nd, 4th, 8th time and so on. */
export function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count))
}
