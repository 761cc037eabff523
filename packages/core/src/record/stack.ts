/** The stack of what user code threw, as text of a bounded size. */
import { isRefoldError } from '../errors.js'

/** Bytes of UTF-8 that are kept. */
const MAX_BYTES = 4_096
/** Causes of Refold's own errors that are looked through. */
const MAX_CAUSES = 8

/**
 * The stack of a thrown error, cut at 4 KiB; of Refold's own errors, that of the error inside, since theirs tells nothing of the
 * user's code. `undefined` for what has none. Never fails.
 */
export function stackOf(thrown: unknown): string | undefined {
  try {
    const error = userErrorIn(thrown)
    const stack: unknown = error instanceof Error ? error.stack : undefined
    return typeof stack === 'string' && stack !== '' ? cut(stack) : undefined
  } catch {
    return undefined // an accessor of the error's own class threw
  }
}

function userErrorIn(thrown: unknown): unknown {
  let error = thrown
  for (let depth = 0; depth < MAX_CAUSES && isRefoldError(error); depth++) error = error.cause
  return error
}

/** Whole characters only; half of one, which UTF-8 cannot say, becomes U+FFFD. */
function cut(text: string): string {
  const bytes = new Uint8Array(MAX_BYTES)
  const { written } = new TextEncoder().encodeInto(text, bytes)
  return new TextDecoder().decode(bytes.subarray(0, written))
}
