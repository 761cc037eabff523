/** How large values are as JSON text, roughly and only as far as someone needs to know. */
import { isJsonArray, type JsonValue } from './json-value.js'

/** Whether the value's JSON text is longer than so many characters (escapes not counted). Looks no further than that. */
export function isLongerThan(value: JsonValue, limit: number): boolean {
  return spend(value, limit) < 0
}

/** What is left of a budget of characters after the value is written; negative when it was not enough. */
function spend(value: JsonValue, budget: number): number {
  if (typeof value === 'string') return budget - value.length - 2
  if (typeof value === 'number')
    return budget - (Number.isInteger(value) && value >= 0 && value < 1000 ? 3 : String(value).length)
  if (typeof value !== 'object' || value === null) return budget - 4
  let left = budget - 2
  if (isJsonArray(value)) {
    for (let at = 0; at < value.length && left >= 0; at++) left = spend(value[at] as JsonValue, left - 1)
    return left
  }
  for (const key in value) {
    if (left < 0) break
    left = spend(value[key] as JsonValue, left - key.length - 4)
  }
  return left
}
