/**
 * One connection to the file: its tables, its transaction, and what other connections wrote.
 *
 * Invariants:
 * 1. Positions are given in the write lock, one after the other: all rows beyond the last known position that this
 *    connection did not write itself are others'. After a commit that failed and is stored, its rows too are reported as
 *    others': to look at a stream once more does no harm.
 * 2. `look` comes first in every transaction: what is cached is then what the file says.
 * 3. After a commit of someone else nothing is done before `Lineage` has found in the file what is known of it.
 */
import type { AppendResult, DirectoryHeader, ExternalAppend } from '@refold/core/store'
import { applyHeader, assertDecidedOn, isRefoldError, toPosition, toRevision } from '@refold/core/store'
import type { SqliteConnection, SqliteStatement } from './driver/driver.js'
import { FileInPlace } from './file-in-place.js'
import { Lineage } from './lineage.js'
import { eventIdOf, type IdColumns } from './table/event-id.js'
import { FoldedEntries } from './table/folded-entries.js'
import { LogTable, type EncodedEvent } from './table/log-table.js'
import { StreamTable, type StreamRow } from './table/stream-table.js'

/** An append as it is carried out in a transaction. */
export interface PreparedAppend {
  readonly stream: string
  /** Last revision that the stream must have; -1: none. */
  readonly expected: number
  /** Of the event there; `undefined`: it was not decided on one. */
  readonly expectedId: string | undefined
  readonly events: readonly EncodedEvent[]
  /** Of those events that the directory reads. */
  readonly headers: readonly DirectoryHeader[]
}

export class LogFile {
  readonly connection: SqliteConnection
  readonly log: LogTable
  readonly streams: StreamTable
  /** Told what others appended, up to their last commit. */
  onExternal: (appends: () => readonly ExternalAppend[]) => void = () => {}
  readonly #lineage: Lineage
  #dataVersion: number
  /** Position of the last row that this connection wrote or looked at. */
  #known: number
  #next: number
  /** Of the last event that was appended in the transaction. */
  #lastId = ''
  readonly #place: FileInPlace
  /** A commit failed and may be in the file all the same. */
  #isUnsure = false
  readonly #begin: SqliteStatement
  readonly #commit: SqliteStatement
  readonly #rollback: SqliteStatement
  readonly #version: SqliteStatement
  readonly #lastPosition: SqliteStatement
  readonly #newest: SqliteStatement
  readonly #ids: SqliteStatement

  constructor(connection: SqliteConnection, { path }: { readonly path: string }) {
    this.connection = connection
    this.log = new LogTable(connection)
    const folded = new FoldedEntries(connection, this.log)
    this.streams = new StreamTable(connection, { prefixes: this.log.prefixes, folded })
    this.#begin = connection.prepare('BEGIN IMMEDIATE')
    this.#commit = connection.prepare('COMMIT')
    this.#rollback = connection.prepare('ROLLBACK')
    this.#version = connection.prepare('PRAGMA data_version')
    this.#lastPosition = connection.prepare('SELECT coalesce(max(position), 0) FROM log')
    this.#newest = connection.prepare(
      'SELECT stream, max(revision) FROM log WHERE position > ? AND position <= ? GROUP BY stream',
    )
    this.#ids = connection.prepare(
      'SELECT prefix, event, position FROM log WHERE stream = ? AND revision > ? AND revision <= ? ORDER BY revision',
    )
    this.#dataVersion = this.#readVersion()
    this.#lineage = new Lineage(connection, this)
    this.#known = this.#readLastPosition()
    this.#lineage.know(this.#known)
    this.#next = this.#known + 1
    this.#place = new FileInPlace(path) // the last thing that may throw: it holds a file open
  }

  /**
   * Takes the write lock. Throws SQLite's busy error when another connection has it, `STORE_FATAL` when the file is gone or
   * another one.
   */
  begin(): void {
    this.#begin.run()
    if (this.#place.assertToWrite().isTouched) this.#lookThrough()
    this.look()
    this.#next = this.#known + 1
  }

  commit(): void {
    this.#commit.run()
    this.#place.committed()
    this.#know(this.#next - 1, this.#lastId)
    this.log.committed()
    this.streams.columns.committed()
  }

  /** Ends the transaction without a trace, also when SQLite has ended it already. */
  rollback(): void {
    this.#isUnsure = true
    this.log.rolledBack()
    this.streams.columns.rolledBack()
    this.streams.rolledBack()
    try {
      this.#rollback.run()
    } catch {} // no transaction any more
  }

  /** Notices what other connections committed. Cheap when they did not. */
  look(): void {
    this.#lineage.assertKnown()
    const version = this.#readVersion()
    if (version === this.#dataVersion && !this.#isUnsure) return
    this.#lineage.assertSame()
    const last = this.#readLastPosition()
    const known = this.#known
    this.streams.expire()
    if (last !== known) {
      this.onExternal(() => this.#newestBetween(known, last)) // where that throws, the next look tells it
      this.#know(last)
    }
    this.#dataVersion = version
    this.#isUnsure = false
  }

  /** Throws `STORE_FATAL`, from then on always, when the files are not in their place any more: what is read there is no one's. */
  assertInPlace(): void {
    this.#lineage.assertKnown()
    try {
      this.#place.assertInPlace()
    } catch (error) {
      if (isRefoldError(error)) this.#lineage.lost(error)
      throw error
    }
  }

  close(): void {
    this.#checkpoint()
    this.connection.close()
    this.#place.close()
  }

  /** The WAL goes into the file, if both are those that this connection knows: from another WAL it would take pages of others. */
  #checkpoint(): void {
    try {
      this.#lineage.assertKnown()
      this.#place.assertInPlace()
      this.connection.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch {} // the next opening does it
  }

  /** Forgets the pages in memory: what is written past SQLite is seen only on the disk. */
  #lookThrough(): void {
    this.connection.exec('PRAGMA shrink_memory')
    this.#lineage.assertSame()
  }

  /** Inside a transaction only. A conflict writes nothing. */
  append(append: PreparedAppend): AppendResult {
    const { stream: name, expected, events, headers } = append
    const known = this.streams.find(name)
    this.#assertDecidedOn(known, append)
    if ((known?.lastRevision ?? -1) !== expected) return this.findRepeat(append)
    let entry = known?.entry
    for (const header of headers) entry = applyHeader(entry, name, header)
    const stream = known ?? this.streams.add(name, { firstId: events[0]?.id ?? '', entry })
    for (const event of events) {
      stream.lastRevision++
      stream.lastId = this.#lastId = event.id
      this.log.insert(event, { position: this.#next++, stream: stream.id, revision: stream.lastRevision })
    }
    if (entry !== undefined && entry !== stream.entry) this.streams.update(stream, entry)
    return { ok: true, revision: toRevision(stream.lastRevision), position: toPosition(this.#next - 1) }
  }

  /** The answer to an append that was stored before, or the conflict. */
  findRepeat({ stream: name, expected, events }: Pick<PreparedAppend, 'stream' | 'expected' | 'events'>): AppendResult {
    const stream = this.streams.find(name)
    if (stream === undefined) return { ok: false, actual: 'no_stream' }
    const position = this.#positionOf(stream, { expected, events })
    if (position === undefined) return { ok: false, actual: toRevision(stream.lastRevision) }
    return { ok: true, revision: toRevision(expected + events.length), position: toPosition(position) }
  }

  #assertDecidedOn(known: StreamRow | undefined, { stream, expected, expectedId }: PreparedAppend): void {
    if (expectedId === undefined || expected < 0 || (expected === known?.lastRevision && expectedId === known.lastId))
      return
    const row = known === undefined ? undefined : this.#ids.all(known.id, expected - 1, expected)[0]
    const found = row === undefined ? undefined : eventIdOf(row as unknown as IdColumns, this.log.prefixes)
    assertDecidedOn(found, { stream, expected: toRevision(expected), expectedId })
  }

  #know(position: number, id?: string): void {
    if (position === this.#known) return
    this.#known = position
    this.#lineage.know(position, id)
  }

  /** Of the last of these events, if all of them stand after the expected revision. */
  #positionOf(
    stream: StreamRow,
    { expected, events }: Pick<PreparedAppend, 'expected' | 'events'>,
  ): number | undefined {
    const last = expected + events.length
    if (last > stream.lastRevision) return undefined
    const rows = this.#ids.all(stream.id, expected, last)
    const same = events.every((event, index) => {
      const [prefix, id] = (rows[index] ?? []) as unknown as IdColumns
      return prefix !== undefined && eventIdOf([prefix, id], this.log.prefixes) === event.id
    })
    return same ? Number(rows.at(-1)?.[2]) : undefined
  }

  #newestBetween(after: number, last: number): readonly ExternalAppend[] {
    return this.#newest.all(after, last).map(([stream, revision]) => ({
      stream: this.streams.name(Number(stream)).name,
      revision: toRevision(Number(revision)),
    }))
  }

  #readVersion(): number {
    return Number(this.#version.get()?.[0])
  }

  #readLastPosition(): number {
    return Number(this.#lastPosition.get()?.[0])
  }
}
