/**
 * What a caller gave, as a hash: by it the same start or event is known again. It is taken before a schema fills in
 * defaults, which may differ between two calls (an id, a time) and between two releases.
 */
import { hashOfJson } from '../json/canonical.js'
import type { JsonValue } from '../json/json-value.js'
import { toJson } from '../json/to-json.js'

/** Enough that no two inputs of one agent meet. */
const DIGITS = 32

/**
 * The first 32 hexadecimal digits of the SHA-256 of the value's canonical JSON. `parsed` is what its schema made of it: hashed
 * in its place when the value itself is no JSON (a `Date` that the schema turns into text). Nothing counts as `null`.
 */
export function givenHash(given: unknown, { parsed }: { readonly parsed: JsonValue | undefined }): string {
  return hashOfJson(asJson(given, parsed) ?? null).slice(0, DIGITS)
}

function asJson(given: unknown, parsed: JsonValue | undefined): JsonValue | undefined {
  try {
    return toJson(given, { path: '' }).json
  } catch {
    return parsed
  }
}
