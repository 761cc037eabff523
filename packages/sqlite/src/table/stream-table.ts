/**
 * Streams: their numbers, last revisions and directory entries, with a cache in front.
 *
 * Invariants: what the cache says of a stream is what the file says, as long as no other connection wrote since: `expire`
 * is called when one did, and after every rollback. A stream's number, name and first event never change.
 */
import { isRefoldError } from '@refold/core/store'
import type { DirectoryEntry } from '@refold/core/store'
import type { SqliteConnection, SqliteStatement, SqlValue } from '../driver/driver.js'
import { readable } from '../failure.js'
import { DIRECTORY_COLUMNS, DirectoryColumns } from './directory-columns.js'
import { eventIdOf, type IdColumns } from './event-id.js'
import type { InternTable } from './intern-table.js'
import { RecentMap } from './recent-map.js'

export interface StreamRow {
  readonly id: number
  readonly name: string
  /** Event id of revision 0. */
  readonly firstId: string
  lastRevision: number
  /** Event id of that revision. */
  lastId: string
  entry: DirectoryEntry | undefined
  /** The row is: the entry is what the log says. */
  isDamaged: boolean
}

/** What never changes of a stream. */
export type StreamName = Pick<StreamRow, 'id' | 'name' | 'firstId'>

/** Says of an agent what the log says. */
interface Folded {
  of(stream: StreamName): DirectoryEntry | undefined
}

const CACHED_STREAMS = 1_000
const COLUMNS = DIRECTORY_COLUMNS.join(', ')

export class StreamTable {
  readonly columns: DirectoryColumns
  readonly #connection: SqliteConnection
  readonly #prefixes: InternTable
  readonly #folded: Folded
  readonly #cache = new RecentMap<string, StreamRow>({ keep: CACHED_STREAMS })
  readonly #names = new RecentMap<number, StreamName>({ keep: CACHED_STREAMS })
  readonly #updates = new Map<string, SqliteStatement>()
  readonly #find: SqliteStatement
  readonly #byId: SqliteStatement
  readonly #byIds: SqliteStatement
  readonly #between: SqliteStatement
  readonly #firstId: SqliteStatement
  readonly #insert: SqliteStatement
  readonly #maxId: SqliteStatement
  readonly #replace: SqliteStatement

  constructor(
    connection: SqliteConnection,
    { prefixes, folded }: { readonly prefixes: InternTable; readonly folded: Folded },
  ) {
    this.#connection = connection
    this.#prefixes = prefixes
    this.#folded = folded
    this.columns = new DirectoryColumns(connection)
    // With its first event and its last one.
    this.#find = connection.prepare(
      `SELECT first.prefix, first.event, last.prefix, last.event, last.revision, stream.id, ${COLUMNS} FROM stream
        LEFT JOIN log AS first ON first.stream = stream.id AND first.revision = 0
        LEFT JOIN log AS last ON last.stream = stream.id
          AND last.revision = (SELECT max(revision) FROM log WHERE log.stream = stream.id)
        WHERE name = ?`,
    )
    this.#byId = connection.prepare('SELECT name FROM stream WHERE id = ?')
    // One text of many rows costs half of what as many values do.
    const rows = (where: string): string =>
      `SELECT json_group_array(json_array(id, name, ${COLUMNS})) FROM (SELECT * FROM stream WHERE ${where} ORDER BY id)`
    this.#byIds = connection.prepare(rows('id IN (SELECT value FROM json_each(?))'))
    this.#between = connection.prepare(rows('id BETWEEN ? AND ?'))
    this.#firstId = connection.prepare('SELECT prefix, event FROM log WHERE stream = ? AND revision = 0')
    this.#insert = connection.prepare(
      `INSERT INTO stream (id, name, ${COLUMNS}) VALUES (${'?, '.repeat(DIRECTORY_COLUMNS.length + 1)}?)`,
    )
    const assignments = DIRECTORY_COLUMNS.map((column) => `${column} = ?`).join(', ')
    this.#replace = connection.prepare(`UPDATE stream SET ${assignments} WHERE id = ?`)
    this.#maxId = connection.prepare('SELECT coalesce(max(id), 0) FROM stream')
  }

  /** The stream as the cache or the file has it; `undefined` when no one wrote to it. */
  find(name: string): StreamRow | undefined {
    const cached = this.#cache.get(name)
    if (cached !== undefined) return cached
    const row = this.#find.get(name)
    if (row === undefined) return undefined
    const [firstPrefix, firstEvent, lastPrefix, lastEvent, lastRevision, streamId, ...columns] = row
    const id = Number(streamId)
    const firstId = this.#idOf([firstPrefix, firstEvent])
    const stream: StreamRow = {
      id,
      name,
      firstId,
      lastRevision: lastRevision === null ? Number.NaN : Number(lastRevision),
      lastId: this.#idOf([lastPrefix, lastEvent]),
      ...this.#entryOf({ id, name, firstId }, columns),
    }
    this.#cache.set(name, stream)
    this.#names.set(id, stream)
    return stream
  }

  /** What never changes of the stream with this number. */
  name(id: number): StreamName {
    const cached = this.#names.get(id)
    if (cached !== undefined) return cached
    const name = String(this.#byId.get(id)?.[0])
    const stream = { id, name, firstId: this.#readFirstId(id) }
    this.#names.set(id, stream)
    return stream
  }

  /** The directory entries of streams with these numbers, which ascend; of those that are agents'. */
  entries(ids: readonly number[]): readonly DirectoryEntry[] {
    const entries: DirectoryEntry[] = []
    let at = 0
    for (const [id, name, ...columns] of this.#rowsOf(ids)) {
      while (at < ids.length && (ids[at] as number) < Number(id)) at++
      if (ids[at] !== Number(id)) continue
      const entry = this.#listed(String(name), columns)
      if (entry !== undefined) entries.push(entry)
    }
    return entries
  }

  /** A list of all agents has nearly all numbers between the first and the last: reading them in a row costs less than looking each up. */
  #rowsOf(ids: readonly number[]): readonly (readonly SqlValue[])[] {
    const [first = 0] = ids
    const last = ids.at(-1) ?? first
    const isDense = last - first < 2 * ids.length
    const row = isDense ? this.#between.get(first, last) : this.#byIds.get(JSON.stringify(ids))
    return JSON.parse(String(row?.[0] ?? '[]')) as readonly (readonly SqlValue[])[] // as the query made it
  }

  /** Inside a transaction only. */
  add(name: string, { firstId, entry }: Pick<StreamRow, 'firstId' | 'entry'>): StreamRow {
    const id = Number(this.#maxId.get()?.[0]) + 1
    const columns: readonly SqlValue[] =
      entry === undefined ? DIRECTORY_COLUMNS.map(() => null) : this.columns.toRow(entry)
    this.#insert.run(id, name, ...columns)
    const stream: StreamRow = { id, name, firstId, lastRevision: -1, lastId: '', entry, isDamaged: false }
    this.#cache.set(name, stream)
    this.#names.set(id, stream)
    return stream
  }

  /** Writes what changed in the directory, and only that: each index is touched only with its column. Inside a transaction only. */
  update(stream: StreamRow, entry: DirectoryEntry): void {
    if (stream.isDamaged) return this.replace(stream, entry)
    const changed = this.columns.changed(stream.entry, entry)
    stream.entry = entry
    if (changed.length === 0) return
    const assignments = changed.map(([column]) => `${column} = ?`).join(', ')
    let statement = this.#updates.get(assignments)
    if (statement === undefined) {
      statement = this.#connection.prepare(`UPDATE stream SET ${assignments} WHERE id = ?`)
      this.#updates.set(assignments, statement)
    }
    statement.run(...changed.map(([, value]) => value), stream.id)
  }

  /** Writes all of an entry, or that the stream is no agent's. Inside a transaction only. */
  replace(stream: StreamRow, entry: DirectoryEntry | undefined): void {
    const values: readonly SqlValue[] =
      entry === undefined ? DIRECTORY_COLUMNS.map(() => null) : this.columns.toRow(entry)
    this.#replace.run(...values, stream.id)
    stream.entry = entry
    stream.isDamaged = false
  }

  /** Another connection wrote: what changes of a stream must be read again. */
  expire(): void {
    this.#cache.clear()
  }

  /** What was added in the transaction is not there. */
  rolledBack(): void {
    this.#cache.clear()
    this.#names.clear()
  }

  #entryOf(stream: StreamName, columns: readonly SqlValue[]): Pick<StreamRow, 'entry' | 'isDamaged'> {
    try {
      return { entry: this.columns.fromRow(stream.name, columns), isDamaged: false }
    } catch (error) {
      if (!isRefoldError(error, 'UNREADABLE')) throw error
      return { entry: this.#folded.of(stream), isDamaged: true }
    }
  }

  /** One that was folded is kept with its stream. */
  #listed(name: string, columns: readonly SqlValue[]): DirectoryEntry | undefined {
    try {
      return this.columns.fromRow(name, columns)
    } catch (error) {
      if (!isRefoldError(error, 'UNREADABLE')) throw error
      return this.find(name)?.entry
    }
  }

  #readFirstId(id: number): string {
    const row = this.#firstId.get(id)
    return row === undefined ? '' : this.#idOf(row)
  }

  /** Empty: there is no such event, or it cannot be read, as is told by the event itself. */
  #idOf(columns: readonly (SqlValue | undefined)[]): string {
    if (columns[1] === null) return ''
    return readable(() => eventIdOf(columns as unknown as IdColumns, this.#prefixes)) ?? ''
  }
}
