/** How a call to a store ends, by its code. */
import { isRefoldError } from '@refold/core/store'

/** The code it rejects with; `undefined`: it resolves. Rejects with what has no code. */
export async function codeOf(outcome: Promise<unknown>): Promise<string | undefined> {
  try {
    await outcome
    return undefined
  } catch (error) {
    if (isRefoldError(error)) return error.code
    throw error
  }
}
