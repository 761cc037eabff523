/** Ids that callers give to their events. */
import { RefoldError } from '../errors.js'

const MAX_EVENT_ID = 200
/** No patch may write to them. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** The caller's own id of an event, if it can be kept: any text but the three that reach for a prototype. Throws `INVALID_ID`. */
export function eventId(id: string | undefined): string | undefined {
  if (id === undefined) return undefined
  if (typeof id === 'string' && id !== '' && id.length <= MAX_EVENT_ID && !RESERVED.has(id)) return id
  const hint = `Give each event a text of 1 to ${MAX_EVENT_ID} characters, such as a UUID.`
  throw new RefoldError('INVALID_ID', `${JSON.stringify(id)} is no event id`, { hint, facts: { id } })
}
