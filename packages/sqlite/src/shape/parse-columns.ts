/**
 * Columns of many rows that came as one row of texts: all of a column is parsed at once. They throw what is no error of the store
 * where the texts do not come apart into as many rows as they were made of: one of them is damaged, and the others would move.
 */
import type { JsonValue } from '@refold/core/store'

/** What rows add to their shapes. */
export interface ContentColumns {
  readonly values: readonly (readonly JsonValue[])[]
  /** Payloads, as JSON text. */
  readonly data: readonly string[]
}

export function parseContents(rows: number, values: unknown, data: unknown): ContentColumns {
  return { values: parseValues(rows, values), data: parsePayloads(rows, data) }
}

export function parseValues(rows: number, values: unknown): readonly (readonly JsonValue[])[] {
  return inRows(rows, JSON.parse(`[[${String(values)}]]`))
}

export function parsePayloads(rows: number, data: unknown): readonly string[] {
  return inRows(rows, String(data).split('\n')) // in JSON text as it is written a line break is always escaped
}

/** Of entries with commas between them. */
export function parseList<T>(rows: number, text: unknown): readonly T[] {
  return inRows(rows, parseAnyList<T>(text))
}

/** Of as many rows as it says itself. */
export function parseAnyList<T>(text: unknown): readonly T[] {
  return JSON.parse(`[${String(text)}]`)
}

function inRows<T>(rows: number, entries: readonly T[]): readonly T[] {
  if (entries.length !== rows) throw new TypeError(`${rows} rows came as ${entries.length}: one of them is damaged`)
  return entries
}
