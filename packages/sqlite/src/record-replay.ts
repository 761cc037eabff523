/**
 * The records of a stream handed to a fold without building them: hundreds of rows come as one row of texts, which are
 * parsed at once, and the operations of a shape are compiled once. Payloads stay in the file until one of their page is needed:
 * of most no one ever asks.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JsonValue, ReplayedRecord, ReplayOptions, ReplayTarget } from '@refold/core/store'
import type { SqliteStatement } from './driver/driver.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { keysOf, type CompiledOperation, type CompiledShape, type CompiledValue } from './shape/compile-shape.js'
import { parseList, parsePayloads, parseValues } from './shape/parse-columns.js'
import { TemplateReader, type RowContent, type Shape } from './shape/read-record.js'
import { uuidOf, type RecordPlace } from './shape/template.js'
import { LOG_COLUMNS } from './table/log-table.js'
import type { StreamRow } from './table/stream-table.js'

const PAGE_ROWS = 500
const PAGE_BYTES = 4 * 1024 * 1024
const RANGE = 'FROM log WHERE stream = ? AND revision >= ? AND revision <= ? ORDER BY revision LIMIT ?'

/** Rows from `first` on, column by column. What most folds never ask for is read when one does. */
interface Columns {
  readonly first: number
  readonly shapes: readonly number[]
  readonly values: readonly (readonly JsonValue[])[]
  readonly marks: Later<Marks>
  /** Payloads, as JSON text. */
  readonly payloads: Later<readonly string[]>
}

/** Ids and times. */
interface Marks {
  readonly prefixes: readonly (number | null)[]
  readonly events: readonly (number | null)[]
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
      `SELECT min(revision), ${list('shape')}, group_concat(vals, '],[') FROM (
        SELECT revision, coalesce(shape, 0) AS shape, vals ${RANGE})`,
    )
    this.#marks = file.connection.prepare(
      `SELECT ${list('prefix')}, ${list('event')}, ${list('at')} FROM (
        SELECT coalesce(prefix, 'null') AS prefix, iif(prefix IS NULL, 'null', event) AS event, coalesce(at, 'null') AS at ${RANGE})`,
    )
    this.#payloads = file.connection.prepare(
      `SELECT group_concat(data, char(10)) FROM (SELECT coalesce(data, '') AS data ${RANGE})`,
    )
  }

  async replay(stream: string, { from, to, guarded }: ReplayOptions & Guard, target: ReplayTarget): Promise<void> {
    const found = await guarded(() => this.#file.streams.find(stream))
    if (found === undefined) return
    const last = to === undefined ? Number.MAX_SAFE_INTEGER : Number(to)
    for (let first = Number(from ?? 0n); first <= last; await nextTurn()) {
      const columns = await guarded(() => this.#read(found, { first, last }))
      if (columns === undefined) break
      this.#hand(columns, found, target) // in the same turn as the read: the connection is still open
      first += columns.shapes.length
      if (first > last) break
    }
    target.end()
  }

  /** As many rows as fit, at least one; `undefined` after the last. */
  #read(stream: StreamRow, { first, last }: { readonly first: number; readonly last: number }): Columns | undefined {
    let limit = PAGE_ROWS
    while (limit > 1 && Number(this.#size.get(stream.id, first, last, limit)?.[0] ?? 0) > PAGE_BYTES) limit = limit >> 1
    const range = [stream.id, first, last, limit] as const
    const row = this.#columns.get(...range)
    if (row === undefined || row[0] === null) return undefined
    const [start, shapes, values] = row
    return {
      first: Number(start),
      shapes: parseList(shapes),
      values: parseValues(values),
      marks: new Later(() => this.#readMarks(range)),
      payloads: new Later(() => parsePayloads(this.#payloads.get(...range)?.[0])),
    }
  }

  #readMarks(range: readonly number[]): Marks {
    const [prefixes, events, times] = this.#marks.get(...range) ?? []
    return { prefixes: parseList(prefixes), events: parseList(events), times: parseList(times) }
  }

  #hand(columns: Columns, stream: StreamRow, target: ReplayTarget): void {
    const { log } = this.#file
    for (let index = 0; index < columns.shapes.length; index++) {
      const id = columns.shapes[index] as number
      const compiled = id === 0 ? undefined : log.compiled(id)
      if (compiled === undefined)
        target.event(log.decode(this.#row.get(stream.id, columns.first + index) ?? [], stream))
      else {
        const { payloadKey } = compiled
        const readId = (): string => this.#idOf(columns, index, stream)
        const record = new RowRecord({ columns, index, stream, shape: log.shape(id), payloadKey, readId })
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

  #idOf(columns: Columns, index: number, stream: StreamRow): string {
    const { prefixes, events } = columns.marks.value
    const prefix = prefixes[index] ?? null
    if (prefix !== null) return uuidOf(this.#file.log.prefixes.text(prefix), events[index] as number)
    return this.#file.log.decode(this.#row.get(stream.id, columns.first + index) ?? [], stream).id
  }
}

/** One row as the target and the templates see it; a class, since there are very many. */
class RowRecord implements ReplayedRecord, RowContent, RecordPlace {
  readonly revision: number
  readonly firstId: string
  readonly values: readonly JsonValue[]
  readonly payloadKey: string | undefined
  readonly #columns: Columns
  /** Among the rows of the columns. */
  readonly #index: number
  readonly #shape: Shape
  readonly #readId: () => string
  #id: string | undefined

  constructor({ columns, index, stream, shape, payloadKey, readId }: RowSource) {
    this.revision = columns.first + index
    this.firstId = stream.firstId
    this.values = columns.values[index] as readonly JsonValue[]
    this.payloadKey = payloadKey
    this.#columns = columns
    this.#index = index
    this.#shape = shape
    this.#readId = readId
  }

  get place(): RecordPlace {
    return this
  }

  get id(): string {
    return (this.#id ??= this.#readId())
  }

  get at(): number | null {
    return this.#columns.marks.value.times[this.#index] ?? null
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
  readonly payloadKey: string | undefined
  readonly readId: () => string
}
