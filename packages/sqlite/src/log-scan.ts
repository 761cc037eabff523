/**
 * The log as projections read it: hundreds of rows come as one row of texts, which are parsed at once, and of a record only
 * what is looked at is put together, never its patch.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type {
  JsonValue,
  Position,
  Revision,
  ScannedEvent,
  ScannedPage,
  ScanOptions,
  StoredEvent,
} from '@refold/core/store'
import { scannedEvent, toPosition, toRevision } from '@refold/core/store'
import type { SqliteStatement } from './driver/driver.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { parseAnyList, parseContents, parseList, type ContentColumns } from './shape/parse-columns.js'
import { countHoles, TemplateReader, type RowContent, type Shape } from './shape/read-record.js'
import type { RecordPlace, Template } from './shape/template.js'
import { LOG_COLUMNS } from './table/log-table.js'

const PAGE_ROWS = 500
const PAGE_BYTES = 4 * 1024 * 1024
const ROWS = 'FROM log WHERE position > ? ORDER BY position LIMIT ?'

/** Rows of a page, column by column. */
interface Columns extends ContentColumns {
  readonly positions: readonly number[]
  readonly names: readonly string[]
  readonly revisions: readonly number[]
  readonly shapes: readonly number[]
  readonly times: readonly (number | null)[]
}

export class LogScan {
  readonly #file: LogFile
  readonly #window: SqliteStatement
  readonly #all: SqliteStatement
  readonly #some: SqliteStatement
  readonly #row: SqliteStatement

  constructor(file: LogFile) {
    this.#file = file
    const { connection } = file
    this.#window = connection.prepare(
      `SELECT max(position), sum(bytes) FROM (SELECT position, octet_length(vals) + coalesce(octet_length(data), 0) AS bytes ${ROWS})`,
    )
    this.#row = connection.prepare(`SELECT ${LOG_COLUMNS} FROM log WHERE position = ?`)
    const list = (column: string): string => `group_concat(${column}, ',')`
    const columns = (where: string): string =>
      `SELECT ${list('position')}, ${list('name')}, ${list('revision')}, ${list('shape')}, ${list('at')}, group_concat(vals, '],['), group_concat(data, char(10)) FROM (
        SELECT position, json_quote(name) AS name, revision, coalesce(shape, 0) AS shape, coalesce(at, 'null') AS at, vals, coalesce(data, '') AS data
          FROM log CROSS JOIN stream ON stream.id = log.stream WHERE position > ? AND position <= ? ${where} ORDER BY position)`
    this.#all = connection.prepare(columns(''))
    this.#some = connection.prepare(
      columns("AND substr(name, 1, instr(name, '-') - 1) IN (SELECT value FROM json_each(?))"),
    )
  }

  /** Calls `guarded` around each access. */
  async *scan({ after, definitions, guarded }: ScanOptions & Guard): AsyncGenerator<ScannedPage, void, undefined> {
    const wanted = definitions && JSON.stringify(definitions)
    for (let from = after === undefined ? 0 : Number(after); ; await nextTurn()) {
      const page = await guarded(() => this.#page(from, wanted))
      if (page === undefined) return
      from = Number(page.last.position)
      yield page
    }
  }

  /** As many rows as fit, at least one; `undefined` after the last. */
  #page(after: number, wanted: string | undefined): ScannedPage | undefined {
    const read = (limit: number): readonly [last: number | null, bytes: number] => {
      const [last, bytes] = this.#window.get(after, limit) ?? []
      return [last === null || last === undefined ? null : Number(last), Number(bytes ?? 0)]
    }
    let limit = PAGE_ROWS
    let [end, bytes] = read(limit)
    while (limit > 1 && bytes > PAGE_BYTES) [end, bytes] = read((limit = limit >> 1))
    if (end === null) return undefined
    const row = wanted === undefined ? this.#all.get(after, end) : this.#some.get(after, end, wanted)
    const events = row === undefined || row[0] === null ? [] : this.#events(row)
    return {
      events,
      last: events.at(-1)?.position === toPosition(end) ? (events.at(-1) as ScannedEvent) : this.#whole(end),
    }
  }

  #events(row: readonly unknown[]): readonly ScannedEvent[] {
    const { log, streams } = this.#file
    const positions = parseAnyList<number>(row[0])
    const whole = (position: number): StoredEvent => this.#whole(position)
    const columns = parseColumns(positions, row)
    if (columns === undefined) return positions.map((position) => scannedEvent(whole(position)))
    const source: RowSource = { log, columns, whole, firstId: (stream) => streams.find(stream)?.firstId }
    return columns.shapes.map((shape, at) =>
      shape !== 0 && columns.values[at]?.length === log.knownShape(shape)?.holes
        ? new ScannedRow(source, at)
        : scannedEvent(whole(positions[at] as number)),
    )
  }

  #whole(position: number): StoredEvent {
    const row = this.#row.get(position) ?? []
    return this.#file.log.decode(row, this.#file.streams.name(Number(row[1])))
  }
}

interface RowSource {
  readonly log: LogFile['log']
  readonly columns: Columns
  /** The same event as a read gives it. */
  readonly whole: (position: number) => StoredEvent
  /** Event id of a stream's first event. */
  readonly firstId: (stream: string) => string | undefined
}

/** One row with a shape; a class, since there are very many. */
class ScannedRow implements ScannedEvent, RowContent {
  readonly stream: string
  readonly type: string
  readonly values: readonly JsonValue[]
  readonly at: number | null
  readonly #source: RowSource
  readonly #index: number
  readonly #shape: Shape
  #header: JsonValue | undefined
  #place: RowPlace | undefined

  constructor(source: RowSource, index: number) {
    const { log, columns } = source
    this.stream = columns.names[index] as string
    this.values = columns.values[index] as readonly JsonValue[]
    this.at = columns.times[index] ?? null
    this.#source = source
    this.#index = index
    this.#shape = log.shape(columns.shapes[index] as number)
    this.type = this.#shape.type
  }

  get revision(): Revision {
    return toRevision(this.#source.columns.revisions[this.#index] as number)
  }

  get position(): Position {
    return toPosition(this.#source.columns.positions[this.#index] as number)
  }

  get id(): string {
    return this.place.id
  }

  get payload(): string | null {
    const text = this.#source.columns.data[this.#index] as string
    return text === '' ? null : text
  }

  get data(): JsonValue {
    const reader = new TemplateReader(this)
    reader.skip(this.#shape.metadata)
    return reader.read(this.#shape.data)
  }

  get header(): JsonValue | undefined {
    return (this.#header ??= readHeader(this.#shape.metadata, this))
  }

  /** What templates of this row are relative to. */
  get place(): RowPlace {
    return (this.#place ??= new RowPlace(this.#source, this.#index))
  }
}

/** The ids of a row are read on demand: few templates ask for them. */
class RowPlace implements RecordPlace {
  readonly revision: number
  readonly #source: RowSource
  readonly #index: number
  #id: string | undefined

  constructor(source: RowSource, index: number) {
    this.revision = source.columns.revisions[index] as number
    this.#source = source
    this.#index = index
  }

  get id(): string {
    return (this.#id ??= this.#source.whole(this.#source.columns.positions[this.#index] as number).id)
  }

  get firstId(): string | undefined {
    return this.#source.firstId(this.#source.columns.names[this.#index] as string)
  }
}

type Members = { readonly [key: string]: Template }

/** `metadata.refold` of a row, and of its body what was emitted. */
function readHeader(metadata: Template, row: RowContent): JsonValue | undefined {
  const members = membersOf(metadata)
  const refold = membersOf(members?.['refold'])
  if (members === undefined || refold === undefined) return refoldIn(new TemplateReader(row).read(metadata))
  let first = 0
  for (const [key, template] of Object.entries(members)) {
    if (key === 'refold') break
    first += countHoles(template)
  }
  const reader = new TemplateReader(row, first)
  const header: Record<string, JsonValue> = {}
  for (const key in refold) {
    const template = refold[key] as Template
    const body = key === 'body' ? membersOf(template) : undefined
    if (key !== 'body') header[key] = reader.read(template)
    else if (body?.['emit'] === undefined) reader.skip(template)
    else header['body'] = emittedIn(body, reader)
  }
  return header
}

function emittedIn(body: Members, reader: TemplateReader): JsonValue {
  let emit: JsonValue = null
  for (const [key, template] of Object.entries(body)) {
    if (key === 'emit') emit = reader.read(template)
    else reader.skip(template)
  }
  return { emit }
}

function membersOf(template: Template | undefined): Members | undefined {
  return typeof template === 'object' && !Array.isArray(template) ? (template as Members) : undefined
}

function refoldIn(metadata: JsonValue): JsonValue | undefined {
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
    ? (metadata as { readonly refold?: JsonValue }).refold
    : undefined
}

/** `undefined`: a row is damaged. Read one by one each tells what is wrong with it, to the one who looks. */
function parseColumns(positions: readonly number[], row: readonly unknown[]): Columns | undefined {
  const [, names, revisions, shapes, times, values, data] = row
  const rows = positions.length
  try {
    return {
      positions,
      names: parseList(rows, names),
      revisions: parseList(rows, revisions),
      shapes: parseList(rows, shapes),
      times: parseList(rows, times),
      ...parseContents(rows, values, data),
    }
  } catch {
    return undefined
  }
}
