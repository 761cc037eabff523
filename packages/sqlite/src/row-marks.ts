/**
 * Ids and times of many rows that came as lists. A list has each number as the difference to that of the first row: a small number
 * is made text and parsed many times faster. What is no such number stands as a text, and never for another number.
 */
import { parseList } from './shape/parse-columns.js'
import { isCanonicalUuid, suffixOf } from './shape/template.js'
import { eventIdFromJson, type IdColumns, type PrefixTexts } from './table/event-id.js'

/** These columns of one row. */
export type FirstMarks = readonly [...id: IdColumns, at: unknown] | readonly []

/** What differences are to; the two parameters of `MARKS`. */
export type MarkBase = readonly [at: number, event: number]

/** Numbers that no garbage collection looks into. */
export interface RowMarks {
  /** NaN: none. */
  readonly times: Float64Array
  /** 0: none. */
  readonly prefixes: Int32Array
  readonly events: Float64Array | readonly (number | string)[]
}

/** Why a row with a shape is damaged. */
export const NO_TIME = 'it has no time'

/** In the order of `parseMarks`. The casts: drivers bind a number as a real, and reals are made text and parsed many times slower. */
export const MARKS = `
  group_concat(iif(typeof(at) = 'integer', at - CAST(? AS INTEGER), iif(at IS NULL, 'null', json_quote('=' || at))), ','),
  group_concat(coalesce(prefix, 'null'), ','),
  group_concat(iif(prefix IS NOT NULL AND typeof(event) IN ('integer', 'real'), CAST(event AS INTEGER) - CAST(? AS INTEGER),
    json_quote(iif(typeof(event) = 'blob', hex(event), '=' || event))), ',')`

export function baseOf([, event, at]: FirstMarks): MarkBase {
  return [typeof at === 'number' ? at : 0, typeof event === 'number' ? Math.trunc(event) : 0]
}

/** Throws for a time that is none. */
export function parseMarks(
  rows: number,
  [at, prefixes, events]: readonly unknown[],
  [firstAt, firstEvent]: MarkBase,
): RowMarks {
  const times = new Float64Array(rows)
  const list = parseList<number | string | null>(rows, at)
  for (let index = 0; index < rows; index++) times[index] = firstAt + timeOf(list[index])
  return {
    times,
    prefixes: new Int32Array(parseList<number>(rows, prefixes)),
    events: eventsOf(parseList<number | string>(rows, events), firstEvent),
  }
}

export function idIn({ prefixes, events }: RowMarks, index: number, texts: PrefixTexts): string {
  return eventIdFromJson([prefixes[index] || null, events[index] ?? ''], texts)
}

/** The place of the last row with this id; -1: none has it. Numbers are compared first: of most rows no id is put together. */
export function lastWithId(marks: RowMarks, id: string, texts: PrefixTexts): number {
  const { prefixes, events } = marks
  const suffix = isCanonicalUuid(id) ? suffixOf(id) : undefined
  for (let index = prefixes.length - 1; index >= 0; index--) {
    if (prefixes[index] !== 0 && events[index] !== suffix) continue
    if (idIn(marks, index, texts) === id) return index
  }
  return -1
}

/** Throws for what is no time. NaN: it has none, as a row without a shape. */
export function timeOf(at: unknown): number {
  if (at === null) return Number.NaN
  if (typeof at !== 'number') throw new TypeError(`its time is ${JSON.stringify(at)}`)
  return at
}

function eventsOf(list: readonly (number | string)[], first: number): RowMarks['events'] {
  if (list.some((event) => typeof event === 'string'))
    return list.map((event) => (typeof event === 'number' ? first + event : event))
  const events = new Float64Array(list.length)
  for (let index = 0; index < list.length; index++) events[index] = first + (list[index] as number)
  return events
}
