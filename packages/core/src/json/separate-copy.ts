/** Frozen copies of JSON: what stands in one place of a state and is put into another becomes a copy there. */
import { acceptedAs, acceptJson, type Standing } from './accepted.js'
import { isContainer, isJsonArray, type JsonContainer, type JsonValue } from './json-value.js'

/** The original of each copy that was made: the diff finds by it what stands in the state or in the payload. */
export type Copies = Map<JsonValue, JsonValue>

/** A deep copy. The value was accepted before. */
export function separateCopy(
  value: JsonContainer,
  copies: Copies,
  standing: Exclude<Standing, 'mixed'>,
): JsonContainer {
  const copyOf = (inner: JsonValue): JsonValue => (isContainer(inner) ? separateCopy(inner, copies, standing) : inner)
  const copy: JsonContainer = isJsonArray(value)
    ? value.map(copyOf)
    : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyOf(member)]))
  const height = acceptedAs(value)
  if (typeof height === 'number') acceptJson(copy, height, standing)
  copies.set(copy, value)
  return Object.freeze(copy)
}
