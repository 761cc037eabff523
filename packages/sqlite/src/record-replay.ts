/**
 * The records of a stream handed to a fold without building them: hundreds of rows come as one row of texts, which are
 * parsed at once, and the operations of a shape are compiled once.
 *
 * Invariant: a page has a bound, since a row that is long is not in its texts, but read by itself.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ReplayOptions, ReplayTarget } from '@refold/core/store'
import { RefoldError } from '@refold/core/store'
import type { SqliteStatement } from './driver/driver.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { Rare, RowRecord, type RowMarks, type Rows } from './replayed-rows.js'
import { fillKeys, type CompiledOperation, type CompiledShape } from './shape/compile-shape.js'
import { parseAnyList, parseList, parsePayloads, parseValues } from './shape/parse-columns.js'
import { EVENT_AS_JSON, eventIdFromJson, eventIdOf, type IdColumns } from './table/event-id.js'
import { LOG_COLUMNS, type LogRow } from './table/log-table.js'
import type { StreamRow } from './table/stream-table.js'

const PAGE_ROWS = 1_000
/** Bytes of a text that is still read with others: a page of them is 4 MiB. */
const LONG = 4_096
const RANGE = 'FROM log WHERE stream = ? AND revision >= ? AND revision <= ? ORDER BY revision LIMIT ?'
const ROW = 'FROM log WHERE stream = ? AND revision = ?'
/** In the place of a payload that is long: no JSON begins so. */
const ELSEWHERE = '\u0001'

/** Of a stream's id, from a revision, up to one, and not more than so many. */
type Range = readonly [stream: number, first: number, last: number, limit: number]

type MarkRow = readonly [...id: IdColumns, at: number | null] | readonly []

interface Page extends Rows {
  /** `id` of the shape; 0: none; less than 0: the values are long. */
  readonly shapes: readonly number[]
}

export class RecordReplay {
  readonly #file: LogFile
  readonly #columns: SqliteStatement
  readonly #marks: SqliteStatement
  readonly #payloads: SqliteStatement
  readonly #row: SqliteStatement
  readonly #mark: SqliteStatement

  constructor(file: LogFile) {
    this.#file = file
    this.#row = file.connection.prepare(`SELECT ${LOG_COLUMNS} ${ROW}`)
    this.#mark = file.connection.prepare(`SELECT prefix, event, at ${ROW}`)
    const list = (column: string): string => `group_concat(${column}, ',')`
    this.#columns = file.connection.prepare(
      `SELECT min(revision), max(revision), ${list('shape')}, group_concat(vals, '],[') FROM (
        SELECT revision, iif(octet_length(vals) > ${LONG}, -1, 1) * coalesce(shape, 0) AS shape,
          iif(shape IS NULL OR octet_length(vals) > ${LONG}, '', vals) AS vals ${RANGE})`,
    )
    this.#marks = file.connection.prepare(
      `SELECT ${list('prefix')}, ${list('event')}, ${list('at')} FROM (
        SELECT coalesce(prefix, 'null') AS prefix, ${EVENT_AS_JSON} AS event, coalesce(at, 'null') AS at ${RANGE})`,
    )
    this.#payloads = file.connection.prepare(
      `SELECT group_concat(data, char(10)) FROM (
        SELECT iif(octet_length(data) > ${LONG}, char(1), coalesce(data, '')) AS data ${RANGE})`,
    )
  }

  async replay(stream: string, { from, to, guarded }: ReplayOptions & Guard, target: ReplayTarget): Promise<void> {
    const found = await guarded(() => this.#file.streams.find(stream))
    if (found === undefined) return target.end()
    const last = to === undefined ? Number.MAX_SAFE_INTEGER : Number(to)
    for (let first = Number(from ?? 0n); first <= last; await nextTurn()) {
      const range = [found.id, first, last, PAGE_ROWS] as const
      const row = await guarded(() => this.#columns.get(...range))
      if (row === undefined || row[0] === null) break
      const page = this.#page(found, range, row)
      this.#hand(page, found, target) // in the same turn as the read: the connection is still open
      first += page.shapes.length
      if (page.shapes.length < PAGE_ROWS || first > last) break // one who writes on would never let it end; nor is it open in another turn
    }
    target.end()
  }

  /** Throws what is no error of the store where rows are damaged or gone. */
  #page(stream: StreamRow, range: Range, [start, end, list, values]: readonly unknown[]): Page {
    const [, first] = range
    const shapes = parseAnyList<number>(list)
    const rows = shapes.length
    if (start !== first || end !== first + rows - 1) throw gone(stream, first)
    const row = (index: number): LogRow => this.#rowAt(stream, first + index)
    return {
      first,
      shapes,
      values: parseValues(rows, values),
      firstId: stream.firstId,
      marks: new Rare({ one: (index) => this.#marksAt(stream, first + index), all: () => this.#allMarks(range, rows) }),
      payloads: new Rare({ one: (index) => payloadOf(row(index)), all: () => this.#allPayloads(range, { rows, row }) }),
    }
  }

  #rowAt({ id }: StreamRow, revision: number): LogRow {
    return (this.#row.get(id, revision) ?? []) as unknown as LogRow
  }

  #marksAt({ id }: StreamRow, revision: number): RowMarks {
    const [prefix = null, event = '', at] = (this.#mark.get(id, revision) ?? []) as unknown as MarkRow
    return { id: eventIdOf([prefix, event], this.#file.log.prefixes), at: at ?? null }
  }

  #allMarks(range: Range, rows: number): (index: number) => RowMarks {
    const { prefixes: texts } = this.#file.log
    const [list, ids, times] = this.#marks.get(...range) ?? []
    const prefixes = parseList<number | null>(rows, list)
    const events = parseList<number | string>(rows, ids)
    const at = parseList<number | null>(rows, times)
    return (index) => ({
      id: eventIdFromJson([prefixes[index] ?? null, events[index] ?? ''], texts),
      at: at[index] ?? null,
    })
  }

  /** One by one where a damaged one has a line break: the others are theirs all the same. */
  #allPayloads(
    range: Range,
    { rows, row }: { readonly rows: number; readonly row: (index: number) => LogRow },
  ): (index: number) => string {
    try {
      const texts = parsePayloads(rows, this.#payloads.get(...range)?.[0])
      return (index) => (texts[index] === ELSEWHERE ? payloadOf(row(index)) : (texts[index] as string))
    } catch {
      return (index) => payloadOf(row(index))
    }
  }

  #hand(page: Page, stream: StreamRow, target: ReplayTarget): void {
    const { log } = this.#file
    const { first, shapes } = page
    for (let index = 0; index < shapes.length; index++) {
      const shape = shapes[index] as number
      const compiled = shape === 0 ? undefined : log.compiled(Math.abs(shape))
      const row = compiled === undefined || shape < 0 ? this.#rowAt(stream, first + index) : undefined
      if (compiled === undefined) target.event(log.decode(row ?? [], stream))
      else handRecord(new RowRecord(page, index, compiled, row && parseAnyList(row[7])), compiled, target)
    }
  }
}

function handRecord(record: RowRecord, { operations }: CompiledShape, target: ReplayTarget): void {
  target.begin(record)
  for (let at = 0; at < operations.length; at++) {
    const { operation, holes, value } = operations[at] as CompiledOperation
    fillKeys(holes, record)
    if (value === undefined) target.operation(operation, undefined)
    else if (value.isContainer) target.operation(operation, undefined, value)
    else target.operation(operation, value.text ?? record.make(value))
  }
}

function payloadOf(row: LogRow): string {
  return row[8] ?? ''
}

/** Read one by one, it is found which. */
function gone({ name }: StreamRow, revision: number): RefoldError {
  return new RefoldError('UNREADABLE', `records of ${name} are gone, from ${revision} on or later`, {
    facts: { stream: name, revision },
  })
}
