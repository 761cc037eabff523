/** What becomes of a value as JSON without a word: a member that is `undefined` is left out, an item becomes `null`. */
import { isContainer } from './json-value.js'
import type { JsonValue } from './json-value.js'
import { escapeToken } from './pointer.js'

/** Where the first such place is, below `path`; `undefined`: there is none. Of a value that is JSON but for that. */
export function leftOutIn(value: unknown, path: string): string | undefined {
  if (value === undefined) return path
  if (!isContainer(value as JsonValue)) return undefined
  const members = Array.isArray(value) ? [...(value as readonly unknown[])].entries() : Object.entries(value as object)
  for (const [key, member] of members) {
    const found = leftOutIn(member, `${path}/${escapeToken(String(key))}`)
    if (found !== undefined) return found
  }
  return undefined
}
