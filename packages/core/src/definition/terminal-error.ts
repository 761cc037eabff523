/** The error of an attempt that is of no use to repeat. */

/**
 * Thrown by the body of an effect: no further attempt follows, whatever its `retry` says. Any other error with the member
 * `isRetryable: false` means the same.
 */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
  readonly isRetryable = false
}
