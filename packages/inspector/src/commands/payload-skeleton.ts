/** What an event has to bring, as a JSON text in which the values are still to be filled in. */
import type { JsonObject, JsonValue } from '@refold/core/record'

/** `undefined`: nothing that the chart knows of. */
export function payloadOf(chart: JsonObject | undefined, type: string): string | undefined {
  const schema = memberOf(memberOf(memberOf(chart, 'schemas'), 'events'), type)
  const required = memberOf(schema, 'required')
  const keys = Array.isArray(required) ? required.filter((key) => typeof key === 'string' && key !== 'type') : []
  if (keys.length === 0) return undefined
  return JSON.stringify(Object.fromEntries(keys.map((key) => [key, '…'])))
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
    return undefined
  return (value as JsonObject)[key]
}
