/** JSON text that does not depend on the order of keys, and its hash: for comparing what two sides hold. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { JsonObject, JsonValue } from './json-value.js'

/** Without white space, members by UTF-16 code units of their keys, numbers as JavaScript writes them (RFC 8785). */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value as JsonObject).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
}

/**
 * SHA-256 of the canonical text in UTF-8, 64 hexadecimal digits. Not by Node's `crypto` nor by WebCrypto: the same
 * answer is wanted in a browser, and at once.
 */
export function hashOfJson(value: JsonValue): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))))
}
