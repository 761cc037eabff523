/** A caller's value as JSON of our own: what callers pass stays theirs, neither frozen nor watched. */
import { acceptedAs } from './accepted.js'
import type { JsonValue } from './json-value.js'
import { MAX_DEPTH } from './plain.js'
import { toJson } from './to-json.js'

/** Frozen JSON that shares nothing with the value, unless that is such JSON already. Throws `NOT_SERIALIZABLE`; `path` is the prefix of its pointer. */
export function ownJson(value: unknown, options: { readonly path: string }): JsonValue | undefined {
  return toJson(copyPlain(value, { copies: new Map(), depth: 0 }), options).json
}

interface Copying {
  readonly copies: Map<object, unknown>
  readonly depth: number
}

/** Copies plain objects and arrays. The rest stays as it is, cycles and what is too deep too: refusing it is `toJson`'s. */
function copyPlain(value: unknown, { copies, depth }: Copying): unknown {
  if (typeof value !== 'object' || value === null || typeof acceptedAs(value) === 'number') return value
  const known = copies.get(value)
  if (known !== undefined || depth > MAX_DEPTH) return known ?? value
  const prototype: unknown = Object.getPrototypeOf(value)
  const below = { copies, depth: depth + 1 }
  if (prototype === Array.prototype) return copyItems(value as readonly unknown[], below)
  return prototype === Object.prototype || prototype === null ? copyMembers(value, below) : value
}

function copyItems(items: readonly unknown[], below: Copying): unknown {
  const copy: unknown[] = []
  below.copies.set(items, copy)
  for (const item of items) copy.push(copyPlain(item, below))
  return copy
}

function copyMembers(value: object, below: Copying): unknown {
  const copy: Record<string, unknown> = { ...value }
  below.copies.set(value, copy)
  for (const key of Object.keys(copy)) {
    // An own `__proto__` would be assigned, not replaced; it is refused anyway.
    if (key !== '__proto__') copy[key] = copyPlain(copy[key], below)
  }
  return copy
}
