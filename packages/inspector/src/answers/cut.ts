/**
 * Values that are too large to be sent whole: what does not fit becomes a `Cut`, which says what is there and where.
 *
 * Invariant: whatever looks like a `Cut` in an answer is one. An object of the user's that has its key is always cut itself, and
 * shown by its members, as pairs.
 */
import { RefoldError } from '@refold/core/record'
import type { JsonObject, JsonValue } from '@refold/core/record'
import { parsePointer, toPointer } from '@refold/core/record'
import type { Cut, ValuePart } from '../contract/agent.js'

/** Characters of an answer, roughly. */
export const MOST = 256 * 1024
/** A string that is longer is shown by parts. */
const LONGEST_TEXT = 8_192
const DEEPEST = 64
const MOST_KEYS = 128
/** What a `Cut` itself takes, without its path. */
const CUT_SIZE = 80
const KEY = '$cut'

/** The value as it can be sent. `path`: where it stands, as a JSON pointer. */
export function cutTo(
  value: JsonValue,
  { path, most = MOST }: { readonly path: string; readonly most?: number },
): JsonValue {
  const sizes = new Map<object, number>()
  sizeOf(value, sizes, 0)
  return fitting(value, { sizes, room: most, keys: parsePointer(path) })
}

interface Room {
  readonly sizes: Map<object, number>
  readonly room: number
  readonly keys: readonly string[]
}

/** Roughly its characters as JSON; more than anything that fits where it is too deep. */
function sizeOf(value: JsonValue, sizes: Map<object, number>, depth: number): number {
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? CUT_SIZE : value.length + 2
  if (typeof value !== 'object' || value === null) return 8
  const known = sizes.get(value)
  if (known !== undefined) return known
  let size = 2
  if (depth > DEEPEST || Object.hasOwn(value, KEY)) size = Number.POSITIVE_INFINITY
  else if (Array.isArray(value))
    for (const item of value as readonly JsonValue[]) size += 1 + sizeOf(item, sizes, depth + 1)
  else for (const [key, item] of Object.entries(value)) size += key.length + 4 + sizeOf(item, sizes, depth + 1)
  sizes.set(value, size)
  return size
}

/** The small members are whole, and the large ones share what is left. */
function fitting(value: JsonValue, { sizes, room, keys }: Room): JsonValue {
  if (typeof value === 'string')
    return value.length > Math.min(LONGEST_TEXT, room + CUT_SIZE) ? cutOf(value, keys) : value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value) as ReadonlyArray<[string, JsonValue]>
  const isTooMuch = sizeOf(value, sizes, 0) > room && leastOf(entries) > room
  if (isTooMuch || Object.hasOwn(value, KEY) || keys.length > MOST_KEYS) return cutOf(value, keys)
  const sized = entries.map(([key, item]) => ({ key, item, size: sizeOf(item, sizes, 0) + key.length }))
  const shown = new Map<string, JsonValue>()
  let left = room
  let count = sized.length
  for (const { key, item, size } of sized.toSorted((one, other) => one.size - other.size)) {
    const share = left / count
    const part = fitting(item, { sizes, room: share, keys: [...keys, key] })
    shown.set(key, part)
    left -= Math.min(size, share)
    count--
  }
  const inOrder = entries.map(([key]) => [key, shown.get(key) as JsonValue] as const)
  return Array.isArray(value) ? inOrder.map(([, item]) => item) : Object.fromEntries(inOrder)
}

/** What its members take when all of them are cut. */
function leastOf(entries: ReadonlyArray<readonly [string, JsonValue]>): number {
  return entries.reduce((sum, [key]) => sum + key.length + CUT_SIZE, 0)
}

function cutOf(value: JsonObject | readonly JsonValue[] | string, keys: readonly string[]): JsonValue {
  const cut: Cut = { $cut: { path: toPointer(keys), kind: kindOf(value), size: lengthOf(value) } }
  return cut as unknown as JsonObject // it is plain JSON
}

function kindOf(value: JsonObject | readonly JsonValue[] | string): Cut['$cut']['kind'] {
  return typeof value === 'string' ? 'string' : Array.isArray(value) ? 'array' : 'object'
}

function lengthOf(value: JsonObject | readonly JsonValue[] | string): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value).length
}

/** What stands at a place of a value, from an index on, as much as fits. Throws `NOT_FOUND`. */
export function partAt(whole: JsonValue, { path, from }: { readonly path: string; readonly from: number }): ValuePart {
  const value = valueAt(whole, path)
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? textPart(value, path, from) : { path, kind: 'scalar', value }
  const entries = Object.entries(value) as ReadonlyArray<[string, JsonValue]>
  const size = entries.length
  const shown: Array<readonly [string, JsonValue]> = []
  let room = MOST
  for (const [key, item] of entries.slice(from)) {
    const part = cutTo(item, { path: `${path}${toPointer([key])}`, most: MOST / 8 })
    room -= JSON.stringify(part).length + key.length + CUT_SIZE
    if (room < 0 && shown.length > 0) break
    shown.push([key, part])
  }
  if (Array.isArray(value)) return { path, kind: 'array', size, from, items: shown.map(([, item]) => item) }
  return { path, kind: 'object', size, from, entries: shown }
}

function textPart(value: string, path: string, from: number): ValuePart {
  return { path, kind: 'string', size: value.length, from, text: value.slice(from, from + MOST) }
}

function valueAt(whole: JsonValue, path: string): JsonValue {
  let keys: readonly string[]
  try {
    keys = parsePointer(path)
  } catch (cause) {
    throw new RefoldError('INVALID_INPUT', 'path is no JSON pointer', { cause })
  }
  return keys.reduce<JsonValue>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
      throw new RefoldError('NOT_FOUND', `nothing stands at ${path}`, { facts: { path } })
    return (value as JsonObject)[key] as JsonValue
  }, whole)
}
