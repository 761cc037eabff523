/** Ids of agents, as streams, files and addresses can hold them. */
import { RefoldError } from '../errors.js'

const MAX_EVENT_ID = 200
/** No patch may write to them. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
const VALID = /^[A-Za-z0-9][A-Za-z0-9._:@~+=-]{0,199}$/

/** The stream of an agent: `<definition>-<id>`, so that EventStoreDB's category projections work. Throws `INVALID_ID`. */
export function streamOf(name: string, id: string): string {
  if (typeof id !== 'string' || !VALID.test(id)) {
    const hint = 'An id has 1 to 200 letters, digits or . _ : @ ~ + = -, and begins with a letter or digit.'
    throw new RefoldError('INVALID_ID', `${JSON.stringify(id)} is no agent id`, { hint, facts: { id } })
  }
  return `${name}-${id}`
}

/** The caller's own id of an event, if it can be kept: any text but the three that reach for a prototype. Throws `INVALID_ID`. */
export function eventId(id: string | undefined): string | undefined {
  if (id === undefined) return undefined
  if (typeof id === 'string' && id !== '' && id.length <= MAX_EVENT_ID && !RESERVED.has(id)) return id
  const hint = `Give each event a text of 1 to ${MAX_EVENT_ID} characters, such as a UUID.`
  throw new RefoldError('INVALID_ID', `${JSON.stringify(id)} is no event id`, { hint, facts: { id } })
}
