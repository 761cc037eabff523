/** Columns of many rows that came as one row of texts: all of a column is parsed at once. */
import type { JsonValue } from '@refold/core/store'

/** What rows add to their shapes. */
export interface ContentColumns {
  readonly values: readonly (readonly JsonValue[])[]
  /** Payloads, as JSON text. */
  readonly data: readonly string[]
}

export function parseContents(values: unknown, data: unknown): ContentColumns {
  return { values: parseValues(values), data: parsePayloads(data) }
}

export function parseValues(values: unknown): readonly (readonly JsonValue[])[] {
  return JSON.parse(`[[${String(values)}]]`)
}

export function parsePayloads(data: unknown): readonly string[] {
  return String(data).split('\n') // in JSON text a line break is always escaped
}

/** Of entries with commas between them. */
export function parseList<T>(text: unknown): readonly T[] {
  return JSON.parse(`[${String(text)}]`)
}
