/** The refusal of an id, which may be anything: not all of it can be written as JSON. */
import { RefoldError } from '../errors.js'

/** `what`: `agent id`. */
export function invalidId(id: unknown, { what, hint }: { readonly what: string; readonly hint: string }): RefoldError {
  const text = typeof id === 'string' ? JSON.stringify(id) : `a ${typeof id}`
  return new RefoldError('INVALID_ID', `${text} is no ${what}`, { hint, facts: { id } })
}
