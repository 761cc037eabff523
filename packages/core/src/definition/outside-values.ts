/** What comes from outside, made into JSON before anything is decided: the input of a start, and events. */
import type { $ZodType } from 'zod/v4/core'
import { RefoldError } from '../errors.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import type { EventData } from '../record/event-data.js'
import { suggestName } from '../world/nearest-name.js'
import { jsonOf, toJson } from '../json/to-json.js'
import { runSchema } from './run-schema.js'

/** Types of events that only XState and Refold may make. */
export function isReservedType(type: string): boolean {
  return type === '' || type.startsWith('xstate.') || type.startsWith('refold.') || type.startsWith('$')
}

/** Throws `INVALID_INPUT` or `NOT_SERIALIZABLE`. Without a schema every JSON value is taken. */
export function parseInput(input: unknown, schema: $ZodType | undefined): JsonValue | undefined {
  const value = schema === undefined ? input : runSchema(schema, input, { code: 'INVALID_INPUT', what: 'input' })
  return toJson(value, { path: '/input' }).json
}

/** The schemas of a definition's events; `undefined`: every event of the machine may come from outside. */
export type OutsideEvents = ReadonlyMap<string, $ZodType> | undefined

/** Throws `INVALID_EVENT` or `NOT_SERIALIZABLE`. */
export function parseEvent(event: unknown, events: OutsideEvents): EventData {
  const { type, ...payload } = requireEvent(event)
  if (events === undefined) {
    if (isReservedType(type)) throw invalidEvent(type, { problem: 'is kept for XState and Refold' })
    return eventData(type, payload)
  }
  const schema = events.get(type)
  if (schema === undefined)
    throw invalidEvent(type, {
      problem: 'is no event that its definition takes from outside',
      hint: suggestName(type, [...events.keys()]),
    })
  return eventData(
    type,
    runSchema(schema, payload, { code: 'INVALID_EVENT', what: `event '${type}'`, facts: { type } }),
  )
}

function eventData(type: string, payload: unknown): EventData {
  const data = toJson(payload, { path: '/event' }).json
  const isPayload = typeof data === 'object' && data !== null && !Array.isArray(data) && !('type' in data)
  if (!isPayload) throw invalidEvent(type, { problem: 'is not an object without a `type` of its own after its schema' })
  return jsonOf({ type, ...(data as JsonObject) }) as EventData
}

function requireEvent(event: unknown): { readonly type: string } & Readonly<Record<string, unknown>> {
  if (typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string')
    return event as { type: string }
  throw new RefoldError('INVALID_EVENT', 'an event is an object with a `type`', {
    hint: "send({ type: 'approve', … })",
  })
}

function invalidEvent(
  type: string,
  { problem, hint }: { readonly problem: string; readonly hint?: string },
): RefoldError {
  return new RefoldError('INVALID_EVENT', `event '${type}': ${problem}`, {
    facts: { type },
    ...(hint === undefined ? undefined : { hint }),
  })
}
