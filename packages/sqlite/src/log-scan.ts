/**
 * The log as projections read it: hundreds of rows come as one row of texts, which are parsed at once, and of a record only
 * what is looked at is put together, never its patch.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ScannedEvent, ScannedPage, ScanOptions, StoredEvent } from '@refold/core/store'
import { scannedEvent, toPosition } from '@refold/core/store'
import type { SqliteStatement } from './driver/driver.js'
import { readable } from './failure.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { baseOf, idIn, MARKS, parseMarks, type FirstMarks, type MarkBase, type RowMarks } from './row-marks.js'
import { namesFirst, ScannedRow, type ScannedColumns } from './scanned-row.js'
import { parseAnyList, parseContents, parseList } from './shape/parse-columns.js'
import { LOG_COLUMNS } from './table/log-table.js'

const PAGE_ROWS = 500
const PAGE_BYTES = 4 * 1024 * 1024
const ROWS = 'FROM log WHERE position > ? ORDER BY position LIMIT ?'

type Columns = ScannedColumns & RowMarks

export class LogScan {
  readonly #file: LogFile
  readonly #window: SqliteStatement
  readonly #all: SqliteStatement
  readonly #some: SqliteStatement
  readonly #row: SqliteStatement
  readonly #first: SqliteStatement

  constructor(file: LogFile) {
    this.#file = file
    const { connection } = file
    this.#window = connection.prepare(
      `SELECT max(position), sum(bytes) FROM (SELECT position, octet_length(vals) + coalesce(octet_length(data), 0) AS bytes ${ROWS})`,
    )
    this.#row = connection.prepare(`SELECT ${LOG_COLUMNS} FROM log WHERE position = ?`)
    this.#first = connection.prepare('SELECT prefix, event, at FROM log WHERE position > ? ORDER BY position LIMIT 1')
    const list = (column: string): string => `group_concat(${column}, ',')`
    const columns = (where: string): string =>
      `SELECT ${list('position')}, ${list('name')}, ${list('revision')}, ${list('shape')}, group_concat(vals, '],['), group_concat(data, char(10)), ${MARKS} FROM (
        SELECT position, json_quote(name) AS name, revision, coalesce(shape, 0) AS shape, at, vals, coalesce(data, '') AS data, prefix, event
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
    const base = baseOf((this.#first.get(after) ?? []) as unknown as FirstMarks)
    const range = [...base, after, end]
    const row = wanted === undefined ? this.#all.get(...range) : this.#some.get(...range, wanted)
    const events = row === undefined || row[0] === null ? [] : this.#events(row, base)
    return {
      events,
      last: events.at(-1)?.position === toPosition(end) ? (events.at(-1) as ScannedEvent) : this.#whole(end),
    }
  }

  #events(row: readonly unknown[], base: MarkBase): readonly ScannedEvent[] {
    const positions = parseAnyList<number>(row[0])
    const columns = parseColumns(positions, row, base)
    return positions.map(
      (position, index) => (columns && this.#listed(columns, index)) ?? scannedEvent(this.#whole(position)),
    )
  }

  /** With all that may be asked of it later. `undefined`: it stands whole in its row, or is damaged. */
  #listed(columns: Columns, index: number): ScannedRow | undefined {
    const { log, streams } = this.#file
    const number = columns.shapes[index] as number
    const shape = number === 0 ? undefined : log.knownShape(number)
    if (shape === undefined || columns.values[index]?.length !== shape.holes) return undefined
    const id = readable(() => idIn(columns, index, log.prefixes))
    const firstId = namesFirst(shape) ? streams.find(columns.names[index] as string)?.firstId : undefined
    return id === undefined ? undefined : new ScannedRow(columns, { index, shape, id, firstId })
  }

  #whole(position: number): StoredEvent {
    const row = this.#row.get(position) ?? []
    return this.#file.log.decode(row, this.#file.streams.name(Number(row[1])))
  }
}

/** `undefined`: a row is damaged. Read one by one each tells what is wrong with it, to the one who looks. */
function parseColumns(positions: readonly number[], row: readonly unknown[], base: MarkBase): Columns | undefined {
  const [, names, revisions, shapes, values, data, ...marks] = row
  const rows = positions.length
  try {
    return {
      positions,
      names: parseList(rows, names),
      revisions: parseList(rows, revisions),
      shapes: parseList(rows, shapes),
      ...parseContents(rows, values, data),
      ...parseMarks(rows, marks, base),
    }
  } catch {
    return undefined
  }
}
