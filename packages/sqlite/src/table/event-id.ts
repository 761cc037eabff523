/** An event id as two columns: a UUID takes six bytes once its first ten are known, sixteen before; any other id is text. */
import type { SqlValue } from '../driver/driver.js'
import { isCanonicalUuid, PREFIX_LENGTH, suffixOf, uuidOf } from '../shape/template.js'
import type { InternTable } from './intern-table.js'

export type IdColumns = readonly [prefix: number | null, event: SqlValue]

/** The texts of prefixes by their numbers. */
export type PrefixTexts = Pick<InternTable, 'text'>

/** Inside a transaction only. */
export function idColumnsOf(id: string, prefixes: InternTable): IdColumns {
  if (!isCanonicalUuid(id)) return [null, id]
  const prefix = id.slice(0, PREFIX_LENGTH)
  const sight = prefixes.sight(prefix)
  const number = sight === 'intern' ? prefixes.intern(prefix) : sight
  if (typeof number === 'number') return [number, suffixOf(id)]
  return [null, Buffer.from(id.replaceAll('-', ''), 'hex')]
}

export function eventIdOf([prefix, event]: IdColumns, prefixes: InternTable): string {
  return prefix === null ? wholeIdOf(event) : uuidOf(prefixes.text(prefix), Number(event))
}

/** `event`: a number behind a prefix, else the sixteen bytes in hexadecimal, or `=` and the text. */
export function eventIdFromJson(
  [prefix, event]: readonly [prefix: number | null, event: number | string],
  prefixes: PrefixTexts,
): string {
  if (prefix !== null) return uuidOf(prefixes.text(prefix), Number(event))
  const text = String(event)
  return text.startsWith('=') ? text.slice(1) : uuidOfHex(text.toLowerCase())
}

/** An id that stands without a prefix. */
export function wholeIdOf(event: SqlValue): string {
  if (!(event instanceof Uint8Array)) return String(event)
  return uuidOfHex(Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString('hex'))
}

function uuidOfHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
