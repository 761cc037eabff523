/**
 * Says where and why a value is not JSON. The slow twin of `toJson`, run only after a refusal, so that the fast one needs
 * to keep no paths.
 */
import { RefoldError } from '../errors.js'
import { isPromised } from '../world/is-promised.js'
import { isPlain, MAX_DEPTH } from './plain.js'
import { escapeToken, isForbiddenKey } from './pointer.js'

export interface RefusalOptions {
  /** Where the value stands. */
  readonly path: string
  readonly refOf?: ((value: object) => string | undefined) | undefined
}

const HINTS: { readonly [className: string]: string } = {
  Date: 'Store `date.toISOString()` or `date.getTime()`.',
  Map: 'Store `Object.fromEntries(map)` or an array of entries.',
  Set: 'Store an array: `[...set]`.',
  BigInt: 'Store its text: `String(value)`.',
  RegExp: 'Store its source.',
}

/** The error for one value. `found` says what was there: `a Date`, `NaN`. */
export function notSerializable(
  path: string,
  found: string,
  options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
): RefoldError {
  const where = path === '' ? 'The value' : path
  return new RefoldError('NOT_SERIALIZABLE', `${where} is ${found}, and only JSON can be stored.`, {
    hint: options.hint ?? 'Keep plain data: objects, arrays, strings, finite numbers, booleans and null.',
    ...(options.cause !== undefined && { cause: options.cause }),
    facts: { path, found },
  })
}

/** Throws `NOT_SERIALIZABLE` for the first thing in the value that is not JSON; returns when there is none. */
export function explainRefusal(value: unknown, options: RefusalOptions): void {
  look(value, { path: options.path, refOf: options.refOf, above: new Map() })
}

interface Look extends RefusalOptions {
  /** The containers around the value, and where each stands. */
  readonly above: Map<object, string>
}

function look(value: unknown, at: Look): void {
  if (typeof value !== 'object' || value === null) return lookAtPrimitive(value, at.path)
  if (at.refOf?.(value) !== undefined || value instanceof Error) return
  const around = at.above.get(value)
  if (around !== undefined)
    throw notSerializable(at.path, `a cycle back to ${around === '' ? 'the whole value' : around}`)
  if (at.above.size >= MAX_DEPTH) throw notSerializable(at.path, `more than ${MAX_DEPTH} levels deep`)
  if (!isPlain(value)) throw instanceRefused(value, at.path)
  at.above.set(value, at.path)
  if (Array.isArray(value)) lookAtItems(value, at)
  else lookAtMembers(value, at)
  at.above.delete(value)
}

function lookAtPrimitive(value: unknown, path: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw notSerializable(path, String(value))
  if (typeof value === 'bigint') throw notSerializable(path, 'a BigInt', { hint: HINTS['BigInt'] })
  if (typeof value === 'symbol') throw notSerializable(path, 'a symbol')
  if (typeof value === 'function')
    throw notSerializable(path, value.name === '' ? 'a function' : `the function ${value.name}`)
}

function lookAtItems(value: readonly unknown[], at: Look): void {
  for (let index = 0; index < value.length; index++) look(value[index], { ...at, path: `${at.path}/${index}` })
}

function lookAtMembers(value: object, at: Look): void {
  for (const key of Object.keys(value)) {
    const path = `${at.path}/${escapeToken(key)}`
    if (isForbiddenKey(key))
      throw notSerializable(path, `a member under the reserved key "${key}"`, { hint: 'Give it another name.' })
    look(read(value, key, path), { ...at, path })
  }
}

function read(value: object, key: string, path: string): unknown {
  try {
    return (value as { readonly [key: string]: unknown })[key]
  } catch (cause) {
    throw notSerializable(path, 'an accessor that threw', { cause })
  }
}

function instanceRefused(value: object, path: string): RefoldError {
  isPromised(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null)
    return notSerializable(path, 'an object with a member under a symbol')
  const maker: unknown = (prototype as { readonly constructor?: unknown }).constructor
  const name = typeof maker === 'function' && maker.name !== '' ? maker.name : 'unnamed class'
  return notSerializable(path, `${/^(?:[AEIO]|un)/.test(name) ? 'an' : 'a'} ${name}`, { hint: HINTS[name] })
}
