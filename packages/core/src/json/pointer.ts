/**
 * JSON pointers (RFC 6901). A token that would reach an object's prototype is refused here, once for everyone who reads
 * or writes by pointer.
 */
import { RefoldError } from '../errors.js'

/** Pointers seen before are not parsed again; the same few name the places of most records. */
const CACHE_BOUND = 4_096
const cache = new Map<string, readonly string[]>()
const NO_TOKENS: readonly string[] = []

/** Whether a key may never stand in stored data, as it could reach a prototype when someone else writes it. */
export function isForbiddenKey(key: string): boolean {
  return key === '__proto__' || key === 'constructor' || key === 'prototype'
}

/** One key as a token of a pointer. */
export function escapeToken(key: string): string {
  if (!key.includes('~') && !key.includes('/')) return key
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The key that a token stands for. Throws `UNREADABLE` for an escape that is none. */
export function unescapeToken(token: string): string {
  if (!token.includes('~')) return token
  if (/~(?![01])/.test(token)) throw new RefoldError('UNREADABLE', `"${token}" is no token of a JSON pointer`)
  return token.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The pointer of a list of keys. */
export function toPointer(keys: readonly string[]): string {
  let pointer = ''
  for (const key of keys) pointer += `/${escapeToken(key)}`
  return pointer
}

/** The keys of a pointer; `''` has none. Throws `UNREADABLE` when it is no pointer, or reaches for a prototype. */
export function parsePointer(pointer: string): readonly string[] {
  if (typeof pointer !== 'string') return parse(pointer)
  const slash = pointer.lastIndexOf('/')
  const code = pointer.charCodeAt(slash + 1)
  if (slash < 0 || !(code >= 48 && code <= 57)) return remembered(pointer)
  // An index or an id, of which there are many: only what stands before it is remembered.
  const keys = remembered(pointer.slice(0, slash)).slice()
  keys.push(unescapeToken(pointer.slice(slash + 1)))
  return keys
}

function remembered(pointer: string): readonly string[] {
  const known = cache.get(pointer)
  if (known !== undefined) return known
  const keys = parse(pointer)
  if (cache.size >= CACHE_BOUND) cache.clear()
  cache.set(pointer, keys)
  return keys
}

/** The index that a token names, or -1: digits without a leading zero, as RFC 6901 wants them. */
export function arrayIndex(token: string): number {
  if (token.length === 0 || token.length > 10) return -1
  if (token.length > 1 && token.charCodeAt(0) === 48) return -1
  let index = 0
  for (let at = 0; at < token.length; at++) {
    const digit = token.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return -1
    index = index * 10 + digit
  }
  return index
}

function parse(pointer: string): readonly string[] {
  if (pointer === '') return NO_TOKENS
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) {
    throw new RefoldError('UNREADABLE', `${JSON.stringify(pointer)} is no JSON pointer`)
  }
  const keys = pointer.slice(1).split('/')
  for (let at = 0; at < keys.length; at++) {
    const key = unescapeToken(keys[at] as string)
    if (isForbiddenKey(key)) {
      throw new RefoldError('UNREADABLE', `the pointer ${pointer} reaches for a prototype`, {
        facts: { path: pointer },
      })
    }
    keys[at] = key
  }
  return keys
}
