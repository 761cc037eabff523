/** What is said of an append whose answer was lost, when it is repeated no more. */
import { RefoldError } from '../errors.js'

/** Whatever the last try was answered with: that says nothing of the first one. */
export function notKnown(
  stream: string,
  { cause, hint }: { readonly cause: RefoldError; readonly hint: string },
): RefoldError {
  const message = `no one knows whether it is stored in ${stream}: ${cause.message}`
  return new RefoldError('STORE_UNKNOWN', message, { hint, cause })
}
