/** Deep, mutable copies: what user code gets into its hands to do with as it likes. */
import { isJsonArray, type JsonObject, type JsonValue } from './json-value.js'

/** A deep copy that shares nothing with the original and is not frozen, for the input of an effect. */
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
  for (const key of Object.keys(value)) members[key] = copyJson(value[key] as JsonValue)
  return members
}
