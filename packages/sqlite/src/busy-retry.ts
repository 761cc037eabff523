/** Waits for a lock without holding up the event loop: short attempts, and a jittered pause between them. */
import { isBusy } from './failure.js'

const LONGEST_PAUSE_MS = 50

/** How long to pause before the next attempt: 1, 2, 4, … up to 50 ms, less a random part of up to a half. */
export function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, 2 ** Math.min(attempt, 10)) * (1 - Math.random() / 2)
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
  for (let attempt = 0; ; attempt++) {
    try {
      return operation()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline || stopped?.() === true) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseBefore(attempt)))
    }
  }
}
