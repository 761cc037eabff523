/**
 * What was thrown, as plain data: an error's name, message, code and cause, and of its own members what JSON can say. Never
 * fails and never writes to what was thrown, since an error must always be storable.
 */
import { isRefoldError } from '../errors.js'
import type { JsonValue } from './json-value.js'
import { isKeyItem, isKeyName, KEY_LEFT_OUT } from './key-members.js'
import { isForbiddenKey } from './pointer.js'

/** Levels of causes, of errors in errors, and of members. */
const MAX_LEVELS = 8
/** Characters of JSON that the members of an error, and of those inside of it, may take together: the smallest stay. */
const MAX_CHARACTERS = 8_192

/** Not among the members: they have places of their own, or none, as a stack is for people. */
const OWN_PLACES: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'code', 'cause'])
/** Members of errors of JavaScript's own that are not enumerable. */
const HIDDEN = ['errors', 'error', 'suppressed']

interface Room {
  /** Characters. */
  left: number
}

const OUT_OF_ROOM = new Error('more than is kept of an error')

/** `name`, `message`, `code?`, `cause?` in this order, then the other members. `message`: of what is no error and has none. */
export function errorToJson(thrown: object, message = ''): Record<string, JsonValue> {
  return errorIn(thrown, { message, room: { left: MAX_CHARACTERS }, level: 0 })
}

interface Place {
  readonly message?: string
  readonly room: Room
  readonly level: number
}

function errorIn(thrown: object, { message = '', room, level }: Place): Record<string, JsonValue> {
  const data: Record<string, JsonValue> = {
    name: textOf(thrown, 'name') ?? 'Error',
    message: textOf(thrown, 'message') ?? message,
  }
  const code = memberOf(thrown, 'code')
  if (typeof code === 'string' || (typeof code === 'number' && Number.isFinite(code))) data['code'] = code
  const members = membersOf(thrown, { room, level })
  const cause = level < MAX_LEVELS ? causeOf(thrown, { room, level: level + 1 }) : undefined
  if (cause !== undefined) data['cause'] = cause
  return Object.assign(data, members)
}

function causeOf(thrown: object, place: Place): JsonValue | undefined {
  const cause = memberOf(thrown, 'cause')
  if (isError(cause)) return errorIn(cause, place)
  const copied = copyWithin(cause, place)
  if (copied !== undefined) place.room.left -= copied.characters
  return copied?.json
}

/** A proxy that was revoked throws even at this question. */
function isError(value: unknown): value is Error {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/** Of what is no error and no JSON: what JSON can say of it, as `JSON.stringify` would. `undefined`: nothing. */
export function saidInJson(thrown: object): JsonValue | undefined {
  return copyWithin(thrown, { room: { left: MAX_CHARACTERS }, level: 0 })?.json
}

/** The smallest come in first; those that do not fit are left out. */
function membersOf(thrown: object, { room, level }: Place): Record<string, JsonValue> {
  const source = sourceOf(thrown)
  const copies: { key: string; json: JsonValue; characters: number }[] = []
  for (const key of keysOf(source)) {
    const copied = copyWithin(sayable(key, memberOf(source, key)), { room, level: level + 1 })
    if (copied !== undefined && !isEmpty(copied.json)) copies.push({ key, ...copied })
  }
  const kept = new Set<string>()
  for (const { key, characters } of copies.toSorted((one, other) => one.characters - other.characters)) {
    const needed = characters + key.length + 4
    if (needed > room.left) break
    room.left -= needed
    kept.add(key)
  }
  return Object.fromEntries(copies.filter(({ key }) => kept.has(key)).map(({ key, json }) => [key, json]))
}

/** The object whose members count: what `toJSON` gives, where there is one. */
function sourceOf(thrown: object): object {
  try {
    const given = 'toJSON' in thrown && typeof thrown.toJSON === 'function' ? (thrown.toJSON() as unknown) : undefined
    return typeof given === 'object' && given !== null ? given : thrown
  } catch {
    return thrown
  }
}

function keysOf(thrown: object): readonly string[] {
  try {
    const hidden = HIDDEN.filter((key) => Object.hasOwn(thrown, key))
    const keys = new Set([...Object.keys(thrown), ...hidden])
    if (isRefoldError(thrown)) keys.delete('hint') // what to do is for whom it was thrown at
    return [...keys].filter((key) => !OWN_PLACES.has(key) && !isForbiddenKey(key))
  } catch {
    return []
  }
}

function memberOf(thrown: object, key: string): unknown {
  try {
    return (thrown as { readonly [key: string]: unknown })[key]
  } catch {
    return undefined // an accessor of the error's own class threw
  }
}

function textOf(thrown: object, key: 'name' | 'message'): string | undefined {
  const value = memberOf(thrown, key)
  return typeof value === 'string' ? value : undefined
}

/** The key that a request was sent with is in no record. */
function sayable(name: string, value: unknown): unknown {
  return isKeyName(name) && (typeof value === 'string' || Array.isArray(value)) ? KEY_LEFT_OUT : value
}

function isEmpty(json: JsonValue): boolean {
  return typeof json === 'object' && json !== null && Object.keys(json).length === 0
}

/** `undefined`: JSON cannot say it, or not in the room there is. */
function copyWithin(live: unknown, { room, level }: Place): { json: JsonValue; characters: number } | undefined {
  const own: Room = { left: room.left }
  try {
    const json = copyOf(live, { room: own, level })
    return json === undefined ? undefined : { json, characters: room.left - own.left }
  } catch {
    return undefined
  }
}

/** As `JSON.stringify` sees it, but that instances of classes without a `toJSON` are left out. Throws what user code throws. */
function copyOf(live: unknown, place: Place): JsonValue | undefined {
  const { room, level } = place
  if (typeof live === 'string' || typeof live === 'boolean' || live === null) return spent(live, room)
  if (typeof live === 'number') return Number.isFinite(live) ? spent(live === 0 ? 0 : live, room) : undefined
  if (typeof live !== 'object' || level > MAX_LEVELS) return undefined
  spend(room, 2)
  const inside = { room, level: level + 1 }
  if (live instanceof Error) {
    const json = errorIn(live, { room: { left: room.left }, level })
    return spent(json, room)
  }
  if ('toJSON' in live && typeof live.toJSON === 'function') return copyOf(live.toJSON() as unknown, inside)
  if (Array.isArray(live)) return copyItems(live, inside)
  return isPlain(live) || level === 0 ? copyMembers(live, inside) : undefined
}

function copyItems(live: readonly unknown[], inside: Place): JsonValue {
  return live.map((item, at) => copyOf(isKeyItem(live, at) ? KEY_LEFT_OUT : item, inside) ?? spent(null, inside.room))
}

function copyMembers(live: object, inside: Place): JsonValue {
  const copy: Record<string, JsonValue> = {}
  for (const [key, value] of Object.entries(live)) {
    if (isForbiddenKey(key)) continue
    const json = copyOf(sayable(key, value), inside)
    if (json === undefined) continue
    spend(inside.room, key.length + 4)
    copy[key] = json
  }
  return copy
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function spent<T extends JsonValue>(json: T, room: Room): T {
  spend(room, typeof json === 'string' ? json.length + 2 : JSON.stringify(json).length)
  return json
}

function spend(room: Room, characters: number): void {
  room.left -= characters
  if (room.left < 0) throw OUT_OF_ROOM
}
