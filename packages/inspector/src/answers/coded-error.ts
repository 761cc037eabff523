/** What was thrown, as it is told: no stack, no cause, no facts, since these may hold values. */
import { isRefoldError } from '@refold/core/record'
import type { CodedError } from '../contract/answer.js'

/** One without a code, and what was thrown within Refold without one, is a defect: what it says may hold anything, and is not told. */
export function codedError(thrown: unknown): CodedError {
  if (!isRefoldError(thrown) || thrown.code === 'INVARIANT')
    return {
      code: 'INVARIANT',
      message: 'this could not be answered',
      hint: 'This is a defect of Refold: please report it.',
    }
  const { code, message, hint } = thrown
  return {
    code,
    message: withoutPasswords(message),
    ...(hint === undefined ? undefined : { hint: withoutPasswords(hint) }),
  }
}

/** `http://user:secret@host` as `http://user:***@host`. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(:\/{1,2}[^\s/:@]*):[^\s/@]*@/g, '$1:***@')
}
