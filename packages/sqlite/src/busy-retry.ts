/** Waits for a lock without holding up the event loop: short attempts, and a jittered pause between them. */
import { backoffMs } from '@refold/core/store'
import { isBusy } from './failure.js'

/** 1, 2, 4, … milliseconds, less a random part of up to a half. */
const PAUSES = { delayMs: 1, factor: 2, maxDelayMs: 50, jitter: true }

/** How long to pause after so many attempts that found the lock taken, in milliseconds. */
export function pauseAfter(attempts: number): number {
  return backoffMs(attempts, PAUSES, Math.random)
}

export interface BusyRetryOptions {
  /** Milliseconds after which the busy error is thrown. */
  readonly budgetMs: number
  /** Stops trying. */
  readonly stopped?: () => boolean
}

/** Runs the operation until it is not busy; throws its error when the budget is spent, and any other at once. */
export async function retryBusy<T>(operation: () => T, { budgetMs, stopped }: BusyRetryOptions): Promise<T> {
  const deadline = performance.now() + budgetMs
  for (let attempts = 1; ; attempts++) {
    try {
      return operation()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline || stopped?.() === true) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseAfter(attempts)))
    }
  }
}
