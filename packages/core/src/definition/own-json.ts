/** A caller's value as JSON of our own: what callers pass stays theirs, neither frozen nor watched. */
import { acceptedAs } from '../json/accepted.js'
import type { JsonValue } from '../json/json-value.js'
import { toJson } from '../json/to-json.js'

/** Frozen JSON that shares nothing with the value, unless that is such JSON already. Throws `NOT_SERIALIZABLE`; `path` is the prefix of its pointer. */
export function ownJson(value: unknown, options: { readonly path: string }): JsonValue | undefined {
  return toJson(copyPlain(value, new Map()), options).json
}

/** Copies plain objects and arrays. The rest stays as it is, cycles too: refusing it is `toJson`'s. */
function copyPlain(value: unknown, copies: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null || typeof acceptedAs(value) === 'number') return value
  const known = copies.get(value)
  if (known !== undefined) return known
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) return copyItems(value as readonly unknown[], copies)
  return prototype === Object.prototype || prototype === null ? copyMembers(value, copies) : value
}

function copyItems(items: readonly unknown[], copies: Map<object, unknown>): unknown {
  const copy: unknown[] = []
  copies.set(items, copy)
  for (const item of items) copy.push(copyPlain(item, copies))
  return copy
}

function copyMembers(value: object, copies: Map<object, unknown>): unknown {
  const copy: Record<string, unknown> = { ...value }
  copies.set(value, copy)
  for (const key of Object.keys(copy)) {
    // An own `__proto__` would be assigned, not replaced; it is refused anyway.
    if (key !== '__proto__') copy[key] = copyPlain(copy[key], copies)
  }
  return copy
}
