/** Where two JSON values differ: the deepest places, whatever the order of keys. */
import { isJsonArray, isJsonObject } from './json-value.js'
import type { JsonValue } from './json-value.js'
import { escapeToken } from './pointer.js'

/** A place, and what stands there on each side; `undefined`: nothing does. */
export interface DifferingValue {
  readonly path: string
  readonly before: JsonValue | undefined
  readonly after: JsonValue | undefined
}

/** The first so many places, in the order of the keys of `before`. Equal references cost one comparison. Recurses as deep as the values are. */
export function differingValues(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  { path, limit }: { readonly path: string; readonly limit: number },
): readonly DifferingValue[] {
  const found: DifferingValue[] = []
  const walk = (one: JsonValue | undefined, other: JsonValue | undefined, at: string): void => {
    if (one === other || found.length >= limit) return
    if (isJsonArray(one) && isJsonArray(other)) {
      for (let index = 0; index < Math.max(one.length, other.length); index++)
        walk(one[index], other[index], `${at}/${index}`)
    } else if (isJsonObject(one) && isJsonObject(other)) {
      for (const key of Object.keys({ ...one, ...other }))
        walk(ownOf(one, key), ownOf(other, key), `${at}/${escapeToken(key)}`)
    } else found.push({ path: at, before: one, after: other })
  }
  walk(before, after, path)
  return found
}

function ownOf(object: { readonly [key: string]: JsonValue }, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
