/**
 * The records of a stream handed to a fold without building them: hundreds of rows come as one row of texts, which are
 * parsed at once, and the operations of a shape are compiled once. Payloads stay in the file until one of their page is needed:
 * of most no one ever asks.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JsonValue, ReplayedRecord, ReplayOptions, ReplayTarget } from '@refold/core/store'
import { RefoldError } from '@refold/core/store'
import type { SqliteStatement } from './driver/driver.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { keysOf, type CompiledOperation, type CompiledShape, type CompiledValue } from './shape/compile-shape.js'
import { parseAnyList, parseList, parsePayloads, parseValues } from './shape/parse-columns.js'
import { requireValues, TemplateReader, type RowContent, type Shape } from './shape/read-record.js'
import type { RecordPlace } from './shape/template.js'
import { EVENT_AS_JSON, eventIdFromJson } from './table/event-id.js'
import type { InternTable } from './table/intern-table.js'
import { LOG_COLUMNS } from './table/log-table.js'
import type { StreamRow } from './table/stream-table.js'

const PAGE_ROWS = 500
const PAGE_BYTES = 4 * 1024 * 1024
/** Below 0: its time is damaged, as is told by the event itself. */
const SHAPE_OF_TIMED = "coalesce(iif(typeof(at) IN ('integer', 'real'), shape, -shape), 0)"
const RANGE = 'FROM log WHERE stream = ? AND revision >= ? AND revision <= ? ORDER BY revision LIMIT ?'

/** Rows from `first` on, column by column. What most folds never ask for is read when one does. */
interface Columns {
  /** Revision of the first row; each other one's is the next. */
  readonly first: number
  readonly shapes: readonly number[]
  readonly values: readonly (readonly JsonValue[])[]
  readonly marks: Later<Marks>
  /** Payloads, as JSON text. */
  readonly payloads: Later<readonly string[]>
}

/** Of a stream's id, from a revision, up to one, and not more than so many. */
type Range = readonly [stream: number, first: number, last: number, limit: number]

interface Rows {
  readonly range: Range
  readonly row: readonly unknown[]
}

/** Ids and times. */
interface Marks {
  readonly prefixes: readonly (number | null)[]
  readonly events: readonly (number | string)[]
  readonly times: readonly (number | null)[]
}

class Later<T> {
  readonly #read: () => T
  #value: T | undefined

  constructor(read: () => T) {
    this.#read = read
  }

  get value(): T {
    return (this.#value ??= this.#read())
  }
}

export class RecordReplay {
  readonly #file: LogFile
  readonly #size: SqliteStatement
  readonly #columns: SqliteStatement
  readonly #marks: SqliteStatement
  readonly #payloads: SqliteStatement
  readonly #row: SqliteStatement

  constructor(file: LogFile) {
    this.#file = file
    this.#size = file.connection.prepare(
      `SELECT sum(bytes) FROM (SELECT octet_length(vals) + coalesce(octet_length(data), 0) AS bytes ${RANGE})`,
    )
    this.#row = file.connection.prepare(`SELECT ${LOG_COLUMNS} FROM log WHERE stream = ? AND revision = ?`)
    const list = (column: string): string => `group_concat(${column}, ',')`
    this.#columns = file.connection.prepare(
      `SELECT min(revision), max(revision), ${list('shape')}, group_concat(vals, '],[') FROM (
        SELECT revision, ${SHAPE_OF_TIMED} AS shape, vals ${RANGE})`,
    )
    this.#marks = file.connection.prepare(
      `SELECT ${list('prefix')}, ${list('event')}, ${list('at')} FROM (
        SELECT coalesce(prefix, 'null') AS prefix, ${EVENT_AS_JSON} AS event, coalesce(at, 'null') AS at ${RANGE})`,
    )
    this.#payloads = file.connection.prepare(
      `SELECT group_concat(data, char(10)) FROM (SELECT coalesce(data, '') AS data ${RANGE})`,
    )
  }

  async replay(stream: string, { from, to, guarded }: ReplayOptions & Guard, target: ReplayTarget): Promise<void> {
    const found = await guarded(() => this.#file.streams.find(stream))
    if (found === undefined) return target.end()
    const last = to === undefined ? Number.MAX_SAFE_INTEGER : Number(to)
    for (let first = Number(from ?? 0n); first <= last; await nextTurn()) {
      const rows = await guarded(() => this.#read(found, { first, last }))
      if (rows === undefined) break
      const columns = this.#columnsOf(found, rows)
      this.#hand(columns, found, target) // in the same turn as the read: the connection is still open
      const count = columns.shapes.length
      first += count
      const [, , , limit] = rows.range
      if (count < limit || first > last) break // one who writes on would never let it end; nor is it open in another turn
    }
    target.end()
  }

  /** As many rows as fit, at least one; `undefined` after the last. */
  #read(stream: StreamRow, { first, last }: { readonly first: number; readonly last: number }): Rows | undefined {
    let limit = PAGE_ROWS
    while (limit > 1 && Number(this.#size.get(stream.id, first, last, limit)?.[0] ?? 0) > PAGE_BYTES) limit = limit >> 1
    const range = [stream.id, first, last, limit] as const
    const row = this.#columns.get(...range)
    return row === undefined || row[0] === null ? undefined : { range, row }
  }

  /** Throws what is no error of the store where rows are damaged or gone. */
  #columnsOf(stream: StreamRow, { range, row: [start, end, list, values] }: Rows): Columns {
    const [, first] = range
    const shapes = parseAnyList<number>(list)
    const rows = shapes.length
    if (start !== first || end !== first + rows - 1) throw gone(stream, first)
    return {
      first,
      shapes,
      values: parseValues(rows, values),
      marks: new Later(() => this.#readMarks(range, rows)),
      payloads: new Later(() => this.#readPayloads(range, rows)),
    }
  }

  #readMarks(range: Range, rows: number): Marks {
    const [prefixes, events, times] = this.#marks.get(...range) ?? []
    return { prefixes: parseList(rows, prefixes), events: parseList(rows, events), times: parseList(rows, times) }
  }

  /** One by one where a damaged one has a line break: the others are theirs all the same. */
  #readPayloads(range: Range, rows: number): readonly string[] {
    try {
      return parsePayloads(rows, this.#payloads.get(...range)?.[0])
    } catch {
      const [stream, first] = range
      return Array.from({ length: rows }, (_, at) => String(this.#row.get(stream, first + at)?.at(-1) ?? ''))
    }
  }

  #hand(columns: Columns, stream: StreamRow, target: ReplayTarget): void {
    const { log } = this.#file
    for (let index = 0; index < columns.shapes.length; index++) {
      const id = columns.shapes[index] as number
      const compiled = id <= 0 ? undefined : log.compiled(id)
      if (compiled === undefined)
        target.event(log.decode(this.#row.get(stream.id, columns.first + index) ?? [], stream))
      else {
        const { prefixes } = log
        const record = new RowRecord({ columns, index, stream, shape: log.shape(id), compiled, prefixes })
        this.#handRecord(record, compiled, target)
      }
    }
  }

  #handRecord(record: RowRecord, { operations }: CompiledShape, target: ReplayTarget): void {
    target.begin(record)
    for (let at = 0; at < operations.length; at++) {
      const { op, path, from, value, constant } = operations[at] as CompiledOperation
      const operation = constant ?? { op, keys: keysOf(path, record), from: from && keysOf(from, record) }
      if (value === undefined) target.operation(operation, undefined)
      else if (value.isContainer) target.operation(operation, undefined, value)
      else target.operation(operation, value.text ?? record.make(value))
    }
  }
}

/** One row as the target and the templates see it; a class, since there are very many. */
class RowRecord implements ReplayedRecord, RowContent, RecordPlace {
  readonly revision: number
  readonly firstId: string
  readonly values: readonly JsonValue[]
  readonly #columns: Columns
  /** Among the rows of the columns. */
  readonly #index: number
  readonly #shape: Shape
  readonly #compiled: CompiledShape
  readonly #prefixes: InternTable
  #id: string | undefined

  constructor({ columns, index, stream, shape, compiled, prefixes }: RowSource) {
    this.revision = columns.first + index
    this.firstId = stream.firstId
    this.values = requireValues(columns.values[index] as readonly JsonValue[], shape)
    this.#columns = columns
    this.#index = index
    this.#shape = shape
    this.#compiled = compiled
    this.#prefixes = prefixes
  }

  get place(): RecordPlace {
    return this
  }

  get id(): string {
    return (this.#id ??= this.#readId())
  }

  #readId(): string {
    const { prefixes, events } = this.#columns.marks.value
    return eventIdFromJson([prefixes[this.#index] ?? null, events[this.#index] ?? ''], this.#prefixes)
  }

  get type(): string {
    return this.#shape.type
  }

  get kind(): string {
    return this.#compiled.kind
  }

  get at(): number {
    return this.#columns.marks.value.times[this.#index] ?? 0 // a compiled shape says that there is one
  }

  about(): JsonValue | undefined {
    return this.#compiled.about && this.make(this.#compiled.about)
  }

  owner(): JsonValue | undefined {
    return this.#compiled.owner && this.make(this.#compiled.owner)
  }

  get payloadKey(): string | undefined {
    return this.#compiled.payloadKey
  }

  get payload(): string | null {
    return this.#columns.payloads.value[this.#index] || null // no JSON is an empty text
  }

  data(): JsonValue {
    const reader = new TemplateReader(this)
    reader.skip(this.#shape.metadata)
    return reader.read(this.#shape.data)
  }

  makePayload(): JsonValue {
    return JSON.parse(this.payload ?? 'null')
  }

  make({ template, firstValue }: CompiledValue): JsonValue {
    return new TemplateReader(this, firstValue).read(template)
  }
}

interface RowSource {
  readonly columns: Columns
  readonly index: number
  readonly stream: StreamRow
  readonly shape: Shape
  readonly compiled: CompiledShape
  readonly prefixes: InternTable
}

/** Read one by one, it is found which. */
function gone({ name }: StreamRow, revision: number): RefoldError {
  return new RefoldError('UNREADABLE', `records of ${name} are gone, from ${revision} on or later`, {
    facts: { stream: name, revision },
  })
}
