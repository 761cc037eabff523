/** What the processes of a fleet say of a store that does not answer, or refuses for now. */
import { isRefoldError } from '@refold/core/store'
import type { RefoldError } from '@refold/core/store'

const CODES: ReadonlySet<string> = new Set(['TIMEOUT', 'STORE_REJECTED', 'STORE_UNKNOWN'])

/** It may pass, and the place in this code where it was met tells nothing. */
export function isStoreTrouble(error: unknown): error is RefoldError {
  return isRefoldError(error) && CODES.has(error.code)
}
