/** The refusal of an id, which may be anything: not all of it can be written as JSON. */
import { RefoldError } from '../errors.js'

/** `what`: `agent id`. */
export function invalidId(id: unknown, { what, hint }: { readonly what: string; readonly hint: string }): RefoldError {
  return new RefoldError('INVALID_ID', `${textOf(id)} is no ${what}`, { hint, facts: { id } })
}

function textOf(id: unknown): string {
  if (typeof id === 'string') return JSON.stringify(id)
  if (id === null || id === undefined) return String(id)
  return typeof id === 'object' ? 'an object' : `a ${typeof id}`
}
