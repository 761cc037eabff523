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
import { reading } from './failure.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { ListedPages, type ListedColumns, type ListedRows } from './listed-rows.js'
import { baseOf, idIn, MARKS, parseMarks, timeOf, type FirstMarks, type MarkBase } from './row-marks.js'
import { Rare, RowRecord, type Marks, type Rows } from './replayed-rows.js'
import { fillKeys, type CompiledOperation, type CompiledShape } from './shape/compile-shape.js'
import { parseAnyList, parsePayloads, parseValues } from './shape/parse-columns.js'
import { eventIdOf } from './table/event-id.js'
import { LOG_COLUMNS, type LogRow } from './table/log-table.js'
import type { StreamRow } from './table/stream-table.js'

const PAGE_ROWS = 1_000
/** Bytes of a text that is still read with others: a page of them is 4 MiB. */
const LONG = 4_096
/** Of an aggregate without a subquery, which would cost a third more: the index gives the rows in the order of revisions. */
const RANGE = 'FROM log INDEXED BY log_by_stream WHERE stream = ? AND revision BETWEEN ? AND ?'
const ROW = 'FROM log WHERE stream = ? AND revision = ?'
/** Where it has none, the event itself tells that it is damaged. */
const HAS_TIME = "typeof(at) IN ('integer', 'real')"
/** In the place of a payload that is long: no JSON begins so. */
const ELSEWHERE = '\u0001'

/** Of a stream's id, from a revision up to one, both included. */
type Range = readonly [stream: number, first: number, last: number]

interface Page extends Rows {
  readonly page: ListedRows | undefined
  /** `id` of the shape; 0: none, or it is damaged; less than 0: the values are long. */
  readonly shapes: readonly number[]
}

/** A page as it came from the file. */
interface PageRow {
  readonly row: readonly unknown[]
  /** Where it is to be listed. */
  readonly listing: { readonly pages: ListedPages; readonly base: MarkBase } | undefined
}

export class RecordReplay {
  readonly #file: LogFile
  readonly #columns: SqliteStatement
  readonly #listed: SqliteStatement
  readonly #marks: SqliteStatement
  readonly #payloads: SqliteStatement
  readonly #next: SqliteStatement
  readonly #row: SqliteStatement
  readonly #mark: SqliteStatement

  constructor(file: LogFile) {
    this.#file = file
    const { connection } = file
    const isLong = (column: string): string => `octet_length(${column}) > ${LONG}`
    const shape = `iif(${isLong('vals')}, -1, 1) * iif(${HAS_TIME}, coalesce(shape, 0), 0)`
    const columns = `max(revision), group_concat(${shape}, ','),
      group_concat(iif(shape IS NULL OR ${isLong('vals')}, '', vals), '],[')`
    this.#columns = connection.prepare(`SELECT ${columns} ${RANGE}`)
    this.#listed = connection.prepare(`SELECT ${columns}, ${MARKS} ${RANGE}`)
    this.#marks = connection.prepare(`SELECT ${MARKS} ${RANGE}`)
    this.#payloads = connection.prepare(
      `SELECT group_concat(iif(${isLong('data')}, char(1), coalesce(data, '')), char(10)) ${RANGE}`,
    )
    this.#next = connection.prepare(`SELECT min(revision) ${RANGE}`)
    this.#row = connection.prepare(`SELECT ${LOG_COLUMNS} ${ROW}`)
    this.#mark = connection.prepare(`SELECT prefix, event, at ${ROW}`)
  }

  async replay(
    name: string,
    { from, to, lists = false, guarded }: ReplayOptions & Guard,
    target: ReplayTarget,
  ): Promise<void> {
    const stream = await guarded(() => this.#file.streams.find(name))
    if (stream === undefined) return target.end()
    const pages = lists ? new ListedPages() : undefined
    const last = to === undefined ? Number.MAX_SAFE_INTEGER : Number(to)
    for (let first = Number(from ?? 0n); first <= last; await nextTurn()) {
      const range = [stream.id, first, Math.min(last, first + PAGE_ROWS - 1)] as const
      const read = await guarded(() => this.#read(stream, range, { last, pages }))
      if (read === undefined) break
      // in the same turn as the read: the connection is still open
      first += reading(() => this.#hand(this.#page(stream, range, read), stream, target))
      if (first <= range[2] || first > last) break // one who writes on would never let it end; nor is it open in another turn
    }
    target.end()
  }

  /** `undefined` where no row is. Throws where rows stand behind some that are gone. */
  #read(
    stream: StreamRow,
    range: Range,
    { last, pages }: { readonly last: number; readonly pages: ListedPages | undefined },
  ): PageRow | undefined {
    const [, first, end] = range
    const listing = pages && { pages, base: baseOf(this.#markAt(stream, first)) }
    const row =
      (listing === undefined ? this.#columns.get(...range) : this.#listed.get(...listing.base, ...range)) ?? []
    const [newest = null] = row
    const next = newest === null ? first : Number(newest) + 1
    const behind = next > end ? null : (this.#next.get(stream.id, next, last)?.[0] ?? null)
    if (behind !== null && behind !== next) throw gone(stream, next)
    return newest === null ? undefined : { row, listing }
  }

  /** Throws what is no error of the store where rows are damaged or gone. */
  #page(stream: StreamRow, range: Range, { row, listing }: PageRow): Page {
    const [, first] = range
    const [end, list, values, ...lists] = row
    const shapes = parseAnyList<number>(list)
    const rows = shapes.length
    if (end !== first + rows - 1) throw gone(stream, first)
    const rowAt = (index: number): LogRow => this.#rowAt(stream, first + index)
    const { firstId } = stream
    const columns = { first, firstId, shapes: new Int32Array(shapes) }
    const page = listing && this.#list({ ...columns, ...parseMarks(rows, lists, listing.base) }, listing.pages)
    return {
      first,
      firstId,
      shapes,
      values: parseValues(rows, values),
      marks: page ?? this.#rareMarks(stream, range, rows),
      payloads: new Rare({
        one: (index) => payloadOf(rowAt(index)),
        all: () => this.#allPayloads(range, { rows, row: rowAt }),
      }),
      page,
    }
  }

  /** All that will be asked of it later is in memory then. */
  #list(columns: ListedColumns, pages: ListedPages): ListedRows {
    const { log } = this.#file
    for (const id of changesIn(columns.prefixes)) if (id !== 0) pages.prefixes.set(id, log.prefixes.text(id))
    for (const id of changesIn(columns.shapes)) {
      const compiled = id > 0 ? log.compiled(id) : undefined
      if (compiled !== undefined) pages.compiled.set(id, compiled)
    }
    return pages.page(columns)
  }

  #rareMarks(stream: StreamRow, range: Range, rows: number): Marks {
    const [, first] = range
    const { prefixes: texts } = this.#file.log
    const marks = new Rare<readonly [id: string, at: number]>({
      one: (index) => {
        const [prefix = null, event = '', at] = this.#markAt(stream, first + index)
        return [eventIdOf([prefix, event], texts), timeOf(at)]
      },
      all: () => {
        const base = baseOf(this.#markAt(stream, first))
        const parsed = parseMarks(rows, this.#marks.get(...base, ...range) ?? [], base)
        return (index) => [idIn(parsed, index, texts), parsed.times[index] as number]
      },
    })
    return { id: (index) => marks.at(index)[0], at: (index) => marks.at(index)[1] }
  }

  #markAt({ id }: StreamRow, revision: number): FirstMarks {
    return (this.#mark.get(id, revision) ?? []) as unknown as FirstMarks
  }

  #rowAt({ id }: StreamRow, revision: number): LogRow {
    return (this.#row.get(id, revision) ?? []) as unknown as LogRow
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

  /** How many rows. */
  #hand(page: Page, stream: StreamRow, target: ReplayTarget): number {
    const { log } = this.#file
    const { first, shapes } = page
    for (let index = 0; index < shapes.length; index++) {
      const shape = shapes[index] as number
      const compiled = shape === 0 ? undefined : log.compiled(Math.abs(shape))
      const row = compiled === undefined || shape < 0 ? this.#rowAt(stream, first + index) : undefined
      if (compiled === undefined) {
        target.event(log.decode(row ?? [], stream))
        continue
      }
      const record = new RowRecord(page, index, compiled, row && parseAnyList(row[7]))
      page.page?.keep(index, compiled, record)
      handRecord(record, compiled, target)
    }
    return shapes.length
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

/** Each number that is not the one before it. */
function changesIn(numbers: Int32Array): readonly number[] {
  const changes: number[] = []
  for (let at = 0; at < numbers.length; at++)
    if (at === 0 || numbers[at] !== numbers[at - 1]) changes.push(numbers[at] as number)
  return changes
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
