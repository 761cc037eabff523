/** Reads of a subscription, which lasts for days: trouble that passes is waited for, and does not end it. */
import { backoffMs, isRefoldError, untilAborted } from '@refold/core/store'

const PAUSES = { delayMs: 50, factor: 2, maxDelayMs: 1_000, jitter: true }

export interface Patience {
  readonly signal: AbortSignal | undefined
  /** Whether no one waits any more. */
  readonly stopped: () => boolean
}

/** What it reads, when it can be read; `undefined`: the signal aborted meanwhile. Rejects with what does not pass, and once it is stopped. */
export async function patiently<T>(read: () => Promise<T>, { signal, stopped }: Patience): Promise<T | undefined> {
  for (let failures = 1; ; failures++) {
    try {
      return await read()
    } catch (error) {
      if (!isRefoldError(error, 'STORE_REJECTED') || stopped()) throw error
      const paused = new Promise((resolve) => setTimeout(resolve, backoffMs(failures, PAUSES, Math.random)))
      await untilAborted(paused, signal)
      if (signal?.aborted === true) return undefined
    }
  }
}
