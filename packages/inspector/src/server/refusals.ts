/** What a request is refused with. */
import { isRefoldError, RefoldError } from '@refold/core/record'
import type { RefoldErrorCode } from '@refold/core/record'

/** A coded error that is told with a status. */
export class Refused extends Error {
  readonly status: number
  readonly error: RefoldError

  constructor(status: number, error: RefoldError) {
    super(error.message)
    this.status = status
    this.error = error
  }
}

export function refused(status: number, code: RefoldErrorCode, message: string, hint?: string): Refused {
  return new Refused(status, new RefoldError(code, message, hint === undefined ? {} : { hint }))
}

/** What the store cannot answer now; what stands otherwise than was asked for; what is not there; what was asked wrongly. */
const STATUS: Partial<Record<RefoldErrorCode, number>> = {
  NOT_FOUND: 404,
  UNKNOWN_DEFINITION: 404,
  TOO_LARGE: 413,
  NOT_ALLOWED: 403,
  STORE_REJECTED: 503,
  STORE_UNKNOWN: 503,
  STORE_FATAL: 503,
  CLOSED: 503,
  TIMEOUT: 503,
  QUEUE_FULL: 503,
  ABORTED: 503,
  CURSOR_LOST: 503,
  INVALID_INPUT: 400,
  INVALID_EVENT: 400,
  INVALID_ID: 400,
  NOT_SERIALIZABLE: 400,
  INVARIANT: 500,
}

/** Anything else: the agent is not as the question takes it to be. */
export function statusOf(thrown: unknown): number {
  if (thrown instanceof Refused) return thrown.status
  return isRefoldError(thrown) ? (STATUS[thrown.code] ?? 409) : 500
}
