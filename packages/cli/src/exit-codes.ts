/** How the command ends, for scripts. */
import { isRefoldError } from '@refold/core/store'
import type { RefoldErrorCode } from '@refold/core/store'

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 5,
  unknown: 6,
  unreachable: 7,
  defect: 70,
  interrupted: 130,
} as const

const BY_CODE: Partial<Record<RefoldErrorCode, number>> = {
  NO_CONFIG: EXIT.usage,
  INVALID_CONFIG: EXIT.usage,
  INVALID_INPUT: EXIT.usage,
  INVALID_ID: EXIT.usage,
  UNKNOWN_DEFINITION: EXIT.notFound,
  NOT_FOUND: EXIT.notFound,
  CONFLICT: EXIT.conflict,
  ID_REUSED: EXIT.conflict,
  COPY_DIFFERS: EXIT.conflict,
  STORE_UNKNOWN: EXIT.unknown,
  STORE_FATAL: EXIT.unreachable,
  STORE_REJECTED: EXIT.unreachable,
  EXPORT_FAILED: EXIT.unreachable,
  INVARIANT: EXIT.defect,
}

export function exitCodeOf(error: unknown): number {
  return isRefoldError(error) ? (BY_CODE[error.code] ?? EXIT.failed) : EXIT.defect
}
