/** From what a body returned to what is stored: schema, JSON. Never retried: every recovery would pay again. */
import type { EffectPolicy } from '../definition/internals.js'
import { isRefoldError, RefoldError } from '../errors.js'
import { toErrorData } from '../record/error-data.js'
import type { JsonValue } from '../json/json-value.js'
import { toJson } from '../json/to-json.js'
import type { ErrorData } from '../record/state-document.js'

export type StoredOutcome = { readonly output: JsonValue | undefined } | { readonly error: ErrorData }

export function outputToStore(output: unknown, policy: EffectPolicy): StoredOutcome {
  try {
    const parsed = policy.parseOutput === undefined ? output : policy.parseOutput(output)
    return { output: parsed === undefined ? undefined : toJson(parsed).json }
  } catch (error) {
    const why = isRefoldError(error) ? error.message : 'it cannot be stored'
    const cause = new RefoldError('OUTCOME_UNSTORABLE', `the effect ended, but its outcome ${why}`, { cause: error })
    return { error: toErrorData(cause) }
  }
}
