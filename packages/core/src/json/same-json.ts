/** Equality of JSON values, as their texts are equal: the order of keys counts. */
import { isJsonArray, type JsonObject, type JsonValue } from './json-value.js'

/** Whether both values give the same JSON text. Equal references cost one comparison. */
export function isSameJson(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (isJsonArray(left)) return isJsonArray(right) && areSameItems(left, right)
  return !isJsonArray(right) && areSameMembers(left, right)
}

function areSameItems(left: readonly JsonValue[], right: readonly JsonValue[]): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at++) if (!isSameJson(left[at], right[at])) return false
  return true
}

function areSameMembers(left: JsonObject, right: JsonObject): boolean {
  const keys = Object.keys(left)
  const others = Object.keys(right)
  if (keys.length !== others.length) return false
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string
    if (key !== others[at] || !isSameJson(left[key], right[key])) return false
  }
  return true
}
