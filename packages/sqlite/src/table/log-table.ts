/** Rows of the log: an event as columns, and back. */
import type { JsonValue, NewEvent, StoredEvent } from '@refold/core/store'
import { isRefoldError, storedEvent } from '@refold/core/store'
import type { SqliteConnection, SqliteStatement, SqlValue } from '../driver/driver.js'
import { readable } from '../failure.js'
import { compileShape, type CompiledShape } from '../shape/compile-shape.js'
import { parseShape, requireValues, TemplateReader, type Shape } from '../shape/read-record.js'
import type { RecordPlace } from '../shape/template.js'
import { ShapeTrie } from '../shape/shape-trie.js'
import { writeRecord } from '../shape/write-record.js'
import { eventIdOf, idColumnsOf, type IdColumns } from './event-id.js'
import { InternTable } from './intern-table.js'
import type { StreamName } from './stream-table.js'
import { RecentMap } from './recent-map.js'

/** An event as text, made before the transaction: what the caller changes later changes nothing. */
export interface EncodedEvent {
  readonly id: string
  readonly at: number | null
  /** Its number, or its text when it is to get one; `undefined`: the event is stored whole. */
  readonly shape: number | string | undefined
  readonly values: string
  readonly data: string | null
  /** Stands in for `values` when the shape got no number. */
  readonly whole: { readonly values: string; readonly data: string } | undefined
}

export const LOG_COLUMNS = 'position, stream, revision, prefix, event, at, shape, vals, data'
/** The names of more workers than any installation has. */
const MAX_PREFIXES = 100_000
const MAX_SHAPES = 10_000
/** A shape longer than this is that of one record. */
const MAX_SHAPE = 4096
/** In the place of an id or a type that cannot be read. */
const NOT_READABLE = 'unreadable'

export class LogTable {
  readonly prefixes: InternTable
  readonly shapes: InternTable
  readonly #trie = new ShapeTrie()
  readonly #parsed = new RecentMap<number, Shape>({ keep: MAX_SHAPES })
  readonly #compiled = new RecentMap<number, { readonly shape: CompiledShape | undefined }>({ keep: MAX_SHAPES })
  readonly #insert: SqliteStatement

  constructor(connection: SqliteConnection) {
    this.prefixes = new InternTable(connection, { table: 'id_prefix', maxTexts: MAX_PREFIXES })
    this.shapes = new InternTable(connection, { table: 'shape', maxTexts: MAX_SHAPES })
    this.#insert = connection.prepare(`INSERT INTO log (${LOG_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  }

  encode(event: NewEvent, place: RecordPlace): EncodedEvent {
    const shaped = writeRecord(event, place, this.#trie)
    if (shaped !== undefined) {
      const { shape, values, payload, at } = shaped
      if (shape.id !== undefined) return { id: event.id, at, shape: shape.id, values, data: payload, whole: undefined }
      const text = shape.text()
      const sight = text.length > MAX_SHAPE ? 'whole' : this.shapes.sight(text)
      if (typeof sight === 'number') shape.id = sight
      if (sight !== 'whole') {
        return {
          id: event.id,
          at,
          shape: typeof sight === 'number' ? sight : text,
          values,
          data: payload,
          whole: wholeOf(event),
        }
      }
    }
    return { id: event.id, at: null, shape: undefined, ...wholeOf(event), whole: undefined }
  }

  /** Inside a transaction only. */
  insert(
    event: EncodedEvent,
    at: { readonly position: number; readonly stream: number; readonly revision: number },
  ): void {
    const [prefix, id] = idColumnsOf(event.id, this.prefixes)
    const shape = this.#shapeId(event)
    const text = shape === null ? (event.whole ?? event) : event
    const time = shape === null ? null : event.at
    this.#insert.run(at.position, at.stream, at.revision, prefix, id, time, shape, text.values, text.data)
  }

  /** A row that names what is not there is an event that no one can read: its neighbours are given all the same. */
  decode(row: readonly SqlValue[], stream: StreamName): StoredEvent {
    try {
      return this.#decode(row, stream)
    } catch (cause) {
      if (!isRefoldError(cause, 'UNREADABLE')) throw cause
      const [position, , revision] = row as LogRow
      const unreadable = (): never => {
        throw cause
      }
      const place = { stream: stream.name, revision, position, id: NOT_READABLE, type: NOT_READABLE }
      return storedEvent({ ...place, data: unreadable, metadata: unreadable })
    }
  }

  #decode(row: readonly SqlValue[], stream: StreamName): StoredEvent {
    const [position, , revision, prefix, event, at, shape, values, data] = row as LogRow
    const id = eventIdOf([prefix, event], this.prefixes)
    const place = { stream: stream.name, revision, position, id }
    if (shape === null) {
      const whole = parseWhole(values)
      return storedEvent({
        ...place,
        type: whole?.type ?? '',
        data: () => JSON.parse(data ?? 'null'),
        metadata: () => (whole ?? damaged(values)).metadata,
      })
    }
    const known = this.shape(shape)
    const { type, ...templates } = known
    const read = (): readonly JsonValue[] => requireValues(parseValues(values), known)
    const content = { place: { id, revision, firstId: stream.firstId }, at, payload: data }
    return storedEvent({
      ...place,
      type,
      metadata: () => new TemplateReader({ ...content, values: read() }).read(templates.metadata),
      data: () => {
        const reader = new TemplateReader({ ...content, values: read() })
        reader.skip(templates.metadata)
        return reader.read(templates.data)
      },
    })
  }

  shape(id: number): Shape {
    let shape = this.#parsed.get(id)
    if (shape === undefined) this.#parsed.set(id, (shape = parseShape(this.shapes.text(id))))
    return shape
  }

  /** `undefined`: the file does not have it. */
  knownShape(id: number): Shape | undefined {
    return readable(() => this.shape(id))
  }

  /** The operations of a shape; `undefined` when its records are to be read whole. */
  compiled(id: number): CompiledShape | undefined {
    const known = this.#compiled.get(id)
    if (known !== undefined) return known.shape
    const shape = compileShape(this.shape(id))
    this.#compiled.set(id, { shape })
    return shape
  }

  /** Whether what is kept in memory still is what the file says. */
  get isInPlace(): boolean {
    return this.prefixes.isInPlace && this.shapes.isInPlace
  }

  committed(): void {
    this.prefixes.committed()
    this.shapes.committed()
  }

  rolledBack(): void {
    this.prefixes.rolledBack()
    this.shapes.rolledBack()
    this.#parsed.clear()
    this.#compiled.clear()
  }

  #shapeId({ shape }: EncodedEvent): number | null {
    return typeof shape === 'string' ? (this.shapes.intern(shape) ?? null) : (shape ?? null)
  }
}

export type LogRow = readonly [
  position: number,
  stream: number,
  revision: number,
  ...id: IdColumns,
  at: number | null,
  shape: number | null,
  values: string,
  data: string | null,
]

function wholeOf({ type, metadata, data }: NewEvent): { readonly values: string; readonly data: string } {
  return { values: JSON.stringify([type, metadata]).slice(1, -1), data: JSON.stringify(data) }
}

/** Of a row without a shape; `undefined`: it is damaged. */
function parseWhole(text: string): { readonly type: string; readonly metadata: JsonValue } | undefined {
  try {
    const [type, metadata = null] = parseValues(text)
    return typeof type === 'string' ? { type, metadata } : undefined
  } catch {
    return undefined
  }
}

function damaged(text: string): never {
  parseValues(text) // says what is wrong
  throw new TypeError('it does not begin with its type')
}

function parseValues(text: string): readonly JsonValue[] {
  return JSON.parse(`[${text}]`)
}
