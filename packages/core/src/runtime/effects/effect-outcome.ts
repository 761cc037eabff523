/** From what a body returned to what is stored: schema, JSON. Never retried: every recovery would pay again. */
import type { EffectPolicy } from '../../definition/internals.js'
import { isRefoldError, RefoldError } from '../../errors.js'
import { toErrorData } from '../../record/error-data.js'
import type { JsonValue } from '../../json/json-value.js'
import { toJson } from '../../json/to-json.js'
import type { ErrorData } from '../../record/state-document.js'

export type StoredOutcome = { readonly output: JsonValue | undefined } | { readonly error: ErrorData }

export function outputToStore(output: unknown, policy: EffectPolicy): StoredOutcome {
  try {
    const parsed = policy.parseOutput === undefined ? output : policy.parseOutput(output)
    return { output: parsed === undefined ? undefined : toJson(parsed).json }
  } catch (error) {
    return { error: toErrorData(unstorable('the effect ended, but its outcome', error)) }
  }
}

/** What an effect told cannot be stored. It was paid for: the effect fails with this, and is not tried again. */
export function unstorable(what: string, cause: unknown): RefoldError {
  const why = isRefoldError(cause) ? cause.message : 'it is not JSON'
  return new RefoldError('OUTCOME_UNSTORABLE', `${what} cannot be stored: ${why}`, {
    cause,
    hint: 'Return JSON, and keep large results outside of the agent.',
  })
}
