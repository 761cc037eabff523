/** After a failed attempt: whether another one follows, and when; or why none does. */
import type { RetryPolicy } from '../../definition/internals.js'
import { isRefoldError } from '../../errors.js'
import type { FinalReason } from '../../step/tree-step.js'
import { backoffMs } from '../../world/backoff.js'
import { isPromised } from '../../world/is-promised.js'
import { retryAdviceOf } from './retry-advice.js'

export interface FailedAttempt {
  readonly attempt: number
  readonly thrown: unknown
  readonly retry: RetryPolicy
  /** Epoch milliseconds. */
  readonly now: number
  readonly random: () => number
  /** The user's `if` or `delayMs` threw, or gave what makes no sense: it is as if it were not there. */
  readonly onNonsense: (message: string, error: unknown) => void
}

/** `waitMs`: another attempt follows. Never throws. */
export function nextAttempt(failed: FailedAttempt): { readonly waitMs: number } | { readonly final: FinalReason } {
  const { attempt, thrown, retry, now } = failed
  if (isRefoldError(thrown, 'OUTCOME_UNSTORABLE')) return { final: 'unstorable' }
  if (attempt >= retry.attempts) return { final: 'attempts' }
  const { isRetryable, isByStatus, waitMs = 0 } = retryAdviceOf(thrown, now)
  const isLeftToPolicy = isByStatus === true && retry.if !== undefined
  if (isRetryable === false && !isLeftToPolicy) return { final: 'not-retryable' }
  if (!policyAllows(failed)) return { final: 'policy' }
  return { waitMs: Math.max(waitMs, ownWaitMs(failed)) }
}

function policyAllows({ attempt, thrown, retry, onNonsense }: FailedAttempt): boolean {
  try {
    const answer: unknown = retry.if?.(thrown, attempt)
    if (isPromised(answer)) onNonsense('`retry.if` gave a promise, and counts as true', answer)
    return answer !== false
  } catch (error) {
    onNonsense('`retry.if` threw, and counts as true', error)
    return true
  }
}

function ownWaitMs({ attempt, thrown, retry, random, onNonsense }: FailedAttempt): number {
  try {
    const waitMs: unknown = retry.delayOf?.(thrown, attempt)
    if (typeof waitMs === 'number' && Number.isFinite(waitMs) && waitMs >= 0) return waitMs
    isPromised(waitMs)
    if (retry.delayOf !== undefined)
      onNonsense('`retry.delayMs` gave no number of milliseconds, so the default is used', waitMs)
  } catch (error) {
    onNonsense('`retry.delayMs` threw, so the default is used', error)
  }
  return backoffMs(attempt, retry, random)
}
