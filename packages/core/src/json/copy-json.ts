/** Deep, mutable copies: what user code gets into its hands to do with as it likes. */
import { RefoldError } from '../errors.js'
import { isJsonArray, type JsonObject, type JsonValue } from './json-value.js'
import { isForbiddenKey } from './pointer.js'

/**
 * A deep copy that shares nothing with the original and is not frozen, for the input of an effect. Throws `UNREADABLE`
 * for a key that would reach a prototype: only stored data that someone tampered with has one.
 */
export function copyJson<T extends JsonValue | undefined>(value: T): T {
  // The copy has the shape of the original: what goes in as T comes out as T.
  return (typeof value === 'object' && value !== null ? copyContainer(value) : value) as T
}

function copyContainer(value: readonly JsonValue[] | JsonObject): JsonValue {
  if (isJsonArray(value)) {
    const items: JsonValue[] = []
    for (const item of value) items.push(copyJson(item))
    return items
  }
  const members: Record<string, JsonValue> = {}
  for (const key of Object.keys(value)) {
    if (isForbiddenKey(key))
      throw new RefoldError('UNREADABLE', `stored data has the reserved key "${key}"`, { facts: { key } })
    members[key] = copyJson(value[key] as JsonValue)
  }
  return members
}
