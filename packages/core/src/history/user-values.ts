/** Where in a record the values stand that a user's code gave: all around them is written in Refold's own words. */
import { isJsonArray, isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { ownMember } from '../json/own-member.js'

/** `all`: the value and what is in it. `event`: the same without its type. Else by member, `*` for each that is not named. */
type Places = 'all' | 'event' | { readonly [member: string]: Places }

const NOTES: Places = { by: 'all', reason: 'all' }
const REFUSED: Places = { message: 'all' }
const INPUT: Places = {
  event: 'event',
  value: 'all',
  input: 'all',
  output: 'all',
  error: 'all',
  data: { event: 'event' },
}
/** Of Refold's own records. */
const DATA: Places = { ...INPUT, ...NOTES, patch: { '*': { value: 'all' } }, refused: REFUSED }
const ACTOR: Places = {
  context: 'all',
  input: 'all',
  output: 'all',
  error: 'all',
  get children(): Places {
    return { '*': ACTOR }
  },
}
const STATE: Places = {
  root: ACTOR,
  unlisted: { '*': { actor: ACTOR } },
  effects: { '*': { input: 'all', lastError: 'all', steps: 'all' } },
  timers: { '*': { event: 'event' } },
  outbox: { to: { '*': { '*': { event: 'event' } } } },
  inbox: { '*': { refused: REFUSED } },
  agent: {
    waiting: { '*': { input: INPUT } },
    deferred: { '*': { input: INPUT } },
    blocked: { error: 'all' },
    paused: NOTES,
    released: NOTES,
    cancelling: NOTES,
  },
}
/** The members of a record's body beside its patch. */
const BODY: Places = {
  actions: { '*': { params: 'all' } },
  deliver: { '*': { event: 'event' } },
  emit: { '*': 'event' },
}

type Change = (value: string | number) => JsonValue

/** A payload, each text and number of the user's in it changed. */
export function changedInData(type: string, data: JsonValue, change: Change): JsonValue {
  return changed(data, type.startsWith('refold.') ? DATA : 'all', change)
}

/** The value of an operation of a patch, at its path in `{state, …}`. */
export function changedInPatch(path: readonly string[], value: JsonValue, change: Change): JsonValue {
  let places: Places | undefined = { state: STATE }
  for (const key of path) places = placesUnder(places, key)
  return changed(value, places, change)
}

/** What stands beside the patch in a body. */
export function changedInBody(body: JsonObject, change: Change): JsonObject {
  return changed(body, BODY, change) as JsonObject
}

function placesUnder(places: Places | undefined, key: string): Places | undefined {
  if (places === 'event') return key === 'type' ? undefined : 'all'
  return places === undefined || places === 'all' ? places : (ownMember(places, key) ?? places['*'])
}

function changed(value: JsonValue, places: Places | undefined, change: Change): JsonValue {
  if (places === undefined) return value
  if (isJsonArray(value)) return value.map((item, at) => changed(item, placesUnder(places, String(at)), change))
  if (isJsonObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, changed(member, placesUnder(places, key), change)]),
    )
  const isWhole = typeof value === 'string' || typeof value === 'number'
  return isWhole && places === 'all' ? change(value) : value
}
