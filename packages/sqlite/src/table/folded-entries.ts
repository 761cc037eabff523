/** What the log says of an agent whose row in the directory is damaged. */
import type { DirectoryEntry } from '@refold/core/store'
import { applyHeader, readHeader } from '@refold/core/store'
import type { SqliteConnection, SqliteStatement, SqlValue } from '../driver/driver.js'
import { readable } from '../failure.js'
import { LOG_COLUMNS, type LogTable } from './log-table.js'
import type { StreamName } from './stream-table.js'

const PAGE_ROWS = 500

export class FoldedEntries {
  readonly #log: LogTable
  readonly #rows: SqliteStatement

  constructor(connection: SqliteConnection, log: LogTable) {
    this.#log = log
    this.#rows = connection.prepare(
      `SELECT ${LOG_COLUMNS} FROM log WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?`,
    )
  }

  /** As its headers say, without those that cannot be read. `undefined`: it is no agent. */
  of(stream: StreamName): DirectoryEntry | undefined {
    let entry: DirectoryEntry | undefined
    for (let last = -1; ;) {
      const rows = this.#rows.all(stream.id, last, PAGE_ROWS)
      for (const row of rows) entry = this.#after(entry, row, stream)
      if (rows.length < PAGE_ROWS) return entry
      last = Number(rows.at(-1)?.[2])
    }
  }

  #after(entry: DirectoryEntry | undefined, row: readonly SqlValue[], stream: StreamName): DirectoryEntry | undefined {
    const header = readable(() => readHeader(stream.name, this.#log.decode(row, stream).metadata))
    return header === undefined ? entry : applyHeader(entry, stream.name, header)
  }
}
