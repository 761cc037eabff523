/** From what a body told to the outcome that is stored: schema, JSON. */
import type { AttemptFailed } from '../../decide/inputs.js'
import type { EffectPolicy } from '../../definition/internals.js'
import { isRefoldError, RefoldError } from '../../errors.js'
import { toJson } from '../../json/to-json.js'
import { thrownToJson, toErrorData } from '../../record/error-data.js'
import type { EffectId } from '../../record/state-document.js'
import type { ChartInput } from '../../step/tree-step.js'
import { backoffMs } from '../../world/backoff.js'
import type { World } from '../../world/world.js'

type Outcome = Extract<ChartInput, { kind: 'effect.done' | 'effect.failed' }>

/** What cannot be stored is never tried again: every recovery would pay again. */
export function outcomeOf(effect: EffectId, output: unknown, policy: EffectPolicy): Outcome {
  try {
    const parsed = policy.parseOutput === undefined ? output : policy.parseOutput(output)
    return { kind: 'effect.done', effect, output: parsed === undefined ? undefined : toJson(parsed).json }
  } catch (error) {
    return { kind: 'effect.failed', effect, error: toErrorData(unstorable('the effect ended, but its outcome', error)) }
  }
}

export function failureOf(effect: EffectId, thrown: unknown): Outcome {
  return { kind: 'effect.failed', effect, error: thrownToJson(thrown) }
}

/** After a failed attempt: when the next one is, or, if there is none, that the effect has failed. */
export function afterFailure(
  { effect, attempt, thrown, policy }: EndedAttempt,
  { clock, random }: World,
): Outcome | AttemptFailed {
  const { retry } = policy
  if (attempt >= retry.attempts || isRefoldError(thrown, 'OUTCOME_UNSTORABLE')) return failureOf(effect, thrown)
  const retryAt = clock.now() + backoffMs(attempt, retry, random)
  return { kind: 'attempt.failed', effect, attempt, error: toErrorData(thrown), retryAt }
}

interface EndedAttempt {
  readonly effect: EffectId
  readonly attempt: number
  readonly thrown: unknown
  readonly policy: EffectPolicy
}

/** What an effect told cannot be stored. It was paid for: the effect fails with this, and is not tried again. */
export function unstorable(what: string, cause: unknown): RefoldError {
  const why = isRefoldError(cause) ? cause.message : 'it is not JSON'
  return new RefoldError('OUTCOME_UNSTORABLE', `${what} cannot be stored: ${why}`, {
    cause,
    hint: 'Return JSON, and keep large results outside of the agent.',
  })
}
