/**
 * How long to wait before a worker that died is started again: at once the first time, then longer and longer while it
 * dies young. One that lived for a while starts afresh.
 */
import { backoffMs } from '@refold/core/store'

const PAUSES = { delayMs: 250, factor: 2, maxDelayMs: 15_000, jitter: false }
/** A worker that lived so long has proven itself. */
export const HEALTHY_AFTER_MS = 10_000

export interface Life {
  /** Early deaths in a row, before this life. */
  readonly earlyDeaths: number
  readonly livedMs: number
}

/** `earlyDeaths` counts on into the next life. */
export function pauseAfter({ earlyDeaths, livedMs }: Life): { readonly pauseMs: number; readonly earlyDeaths: number } {
  if (livedMs >= HEALTHY_AFTER_MS) return { pauseMs: 0, earlyDeaths: 0 }
  const pauseMs = earlyDeaths === 0 ? 0 : backoffMs(earlyDeaths, PAUSES, Math.random)
  return { pauseMs, earlyDeaths: earlyDeaths + 1 }
}
