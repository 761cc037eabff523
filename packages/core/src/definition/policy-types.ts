/** How an effect is performed, as the definition (by source) or `effect(body, policy)` says it. */
import type { $ZodType } from 'zod/v4/core'
import type { Lax } from './schema-agreement.js'

/**
 * Attempts of one effect. A failed attempt is a record, so the wait before the next survives crashes. What an error says of
 * itself is obeyed: with `isRetryable: false` (so `TerminalError`) no attempt follows, and none comes before its `retryAfter` (seconds, or a
 * `Date`) or the `Retry-After` of its response, up to a day. Nor does one follow an error that carries an HTTP answer, its status and headers, with
 * `x-should-retry: false` or a status from 400 to 499 but 408, 409, 425 and 429 and without a time to come again; of the status alone `if` may say otherwise.
 */
export interface RetryOptions {
  /** Attempts in all, the first included. Default 1: a failure is final. */
  attempts: number
  /** `false`: no attempt follows this one, the `attempt`th. `error` is what it threw, or the time-out. Asked only while attempts are left. */
  if?: (error: unknown, attempt: number) => boolean
  /**
   * Wait before the second attempt. Default 500. A function gives the whole wait after the `attempt`th: the other members do not
   * apply to it.
   */
  delayMs?: number | ((error: unknown, attempt: number) => number)
  /** What each further wait is multiplied with. Default 2. */
  factor?: number
  /** The longest wait. Default 60,000. */
  maxDelayMs?: number
  /** Draws each wait between half of it and all of it, so that many agents do not retry at once. Default true. */
  jitter?: boolean
}

/** What every effect may have. */
export interface CommonPolicy {
  retry?: RetryOptions
  /** The longest time one attempt may take. Default: no limit. */
  timeoutMs?: number
  /**
   * Bodies that run at once in one worker. A body counts until it ends, also when it was stopped or its time is over. Default:
   * no limit. Given to `effect()`, it is one limit for all places where that effect is used.
   */
  concurrency?: number
  /** Bodies that begin each second in one worker. Default: no limit. */
  perSecond?: number
  /** A name under which sources share their `concurrency` and `perSecond` in a worker, over all definitions. */
  limit?: string
}

/** What a reconcile found out. `'unknown'`, or no answer within `timeoutMs` (else a minute), leaves the effect in doubt for a person. */
export type ReconcileResult<O> = { output: O } | { error: unknown } | 'not-done' | 'unknown'

/** The interrupted attempt, as `reconcile` is told of it. */
export interface InterruptedAttempt<I> {
  key: string
  input: I
  signal: AbortSignal
}

/** An effect with one outcome: a promise. */
export interface CallPolicy<I, O> extends CommonPolicy {
  /** Fills in defaults and checks the output before it is stored. A failure is `OUTCOME_UNSTORABLE` and is not retried. */
  output?: $ZodType<Lax<O>>
  /** What an interrupted attempt means after a crash. Default `'idempotent'`: again, with the same key. */
  safety?:
    | 'idempotent'
    | 'never-retry'
    | { reconcile: (interrupted: InterruptedAttempt<I>) => Promise<ReconcileResult<O>> }
}

/** An effect that sends events until it is stopped: a callback or an observable. After a crash it is begun again. */
export type StreamPolicy = CommonPolicy

/** The policy that fits an entry of `EffectMap`. */
export type PolicyOf<F> = F extends { kind: 'call'; input: infer I; output: infer O } ? CallPolicy<I, O> : StreamPolicy

/** The window in which an event id given by a caller is remembered. A full window refuses rather than forgets. */
export interface DedupOptions {
  /** By the clock of who decides. Default: one day. */
  maxAgeMs?: number
  /** Default 1,000; at most 10,000, as the ids stand in the agent's state. */
  maxCount?: number
}
