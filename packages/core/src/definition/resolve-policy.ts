/** Fills in a policy: the definition's members win over those that travel with the effect, and these over the defaults. */
import { withoutUndefined } from '../json/without-undefined.js'
import type { AnyPolicy } from './check-policy.js'
import type { EffectPolicy, RetryPolicy } from './internals.js'
import type { RetryOptions } from './policy-types.js'
import { requireValid } from './refusal.js'
import { runSchema } from './run-schema.js'

/** One attempt: nothing is paid for twice unless the definition says so. */
const RETRY_DEFAULTS: RetryPolicy = { attempts: 1, delayMs: 500, factor: 2, maxDelayMs: 60_000, jitter: true }

/** The two places where a policy can be written. */
export interface WrittenPolicies {
  readonly src: string
  readonly attached: AnyPolicy | undefined
  readonly defined: AnyPolicy | undefined
}

/** Throws `INVALID_DEFINITION` for a never-retry effect with retries, wherever the two were written. */
export function resolvePolicy({ src, attached, defined }: WrittenPolicies): EffectPolicy {
  const written: AnyPolicy = { ...withoutUndefined(attached), ...withoutUndefined(defined) }
  const retry = resolveRetry({ ...withoutUndefined(attached?.retry), ...withoutUndefined(defined?.retry) })
  const { safety = 'idempotent', output } = written
  requireValid(safety !== 'never-retry' || retry.attempts === 1, {
    path: `effects.${src}`,
    problem: `'never-retry' together with ${retry.attempts} attempts`,
    hint: "Leave out `retry`, or make it safe to repeat: 'idempotent' or { reconcile }.",
  })
  return {
    retry,
    timeoutMs: written.timeoutMs,
    concurrency: written.concurrency,
    perSecond: written.perSecond,
    limit: limitOf({ src, attached, defined }),
    safety: typeof safety === 'string' ? safety : 'reconcilable',
    // The definition's types tie the input to the effect; here it is what was stored for it.
    reconcile: typeof safety === 'string' ? undefined : safety.reconcile,
    parseOutput:
      output &&
      ((value) => runSchema(output, value, { code: 'OUTCOME_UNSTORABLE', what: `output of '${src}'`, facts: { src } })),
  }
}

/** A limit belongs to where it was written: to the effect, wherever that is used, or to the definition's source. */
function limitOf({ src, attached, defined }: WrittenPolicies): EffectPolicy['limit'] {
  const name = defined?.limit ?? attached?.limit
  const isDefined = (defined?.concurrency ?? defined?.perSecond) !== undefined
  const isAttached = (attached?.concurrency ?? attached?.perSecond) !== undefined
  requireValid(name === undefined || isDefined || isAttached, {
    path: `effects.${src}.limit`,
    problem: `names the limit '${name}' and sets none`,
    hint: 'Say `concurrency` or `perSecond` beside it.',
  })
  return name ?? (isDefined ? undefined : attached)
}

/** With the defaults of an effect. */
export function resolveRetry({ delayMs, ...written }: Partial<RetryOptions>): RetryPolicy {
  if (typeof delayMs === 'function') return { ...RETRY_DEFAULTS, ...written, delayOf: delayMs }
  return { ...RETRY_DEFAULTS, ...written, ...withoutUndefined({ delayMs }) }
}
