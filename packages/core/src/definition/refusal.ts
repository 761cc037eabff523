/** Refusals of a definition: each names the place in it, so that an editor or a log line leads there. */
import { isRefoldError, RefoldError } from '../errors.js'

/** Something wrong at a place in the definition. */
export interface Refusal {
  /** As one writes it: `effects.draft.retry.attempts`. */
  readonly path: string
  readonly problem: string
  readonly hint?: string
  readonly cause?: unknown
}

/** `INVALID_DEFINITION` with the path in its message and in its facts. */
export function invalidDefinition(refusal: Refusal): RefoldError {
  return new RefoldError('INVALID_DEFINITION', `${refusal.path}: ${refusal.problem}`, {
    facts: { path: refusal.path },
    ...(refusal.hint === undefined ? undefined : { hint: refusal.hint }),
    ...(refusal.cause === undefined ? undefined : { cause: refusal.cause }),
  })
}

/** Throws `INVALID_DEFINITION` unless the condition holds. */
export function requireValid(condition: boolean, refusal: Refusal): asserts condition {
  if (!condition) throw invalidDefinition(refusal)
}

/** What `read` reads may be an accessor or a proxy of someone's: what that throws is `INVALID_DEFINITION` too. */
export function readable<R>(path: string, read: () => R): R {
  try {
    return read()
  } catch (cause) {
    if (isRefoldError(cause)) throw cause
    throw invalidDefinition({ path, problem: 'threw while it was read', cause })
  }
}
