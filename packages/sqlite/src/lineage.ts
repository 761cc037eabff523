/**
 * Whether the file still holds what this connection knows of it: its newest event, and the newest of the texts in memory.
 *
 * Invariant: rows and texts are only ever added, in order, so that what is in place at the end is in place before it; an
 * older file in the place of this one, and another history that grows on it, have another end.
 */
import { PUT_BACK_HINT, RefoldError } from '@refold/core/store'
import type { SqliteConnection, SqliteStatement } from './driver/driver.js'
import { uuidOf } from './shape/template.js'
import { wholeIdOf } from './table/event-id.js'
import type { LogTable } from './table/log-table.js'
import type { StreamTable } from './table/stream-table.js'

/** The newest event that this connection wrote or looked at; position 0: there was none. */
interface Witness {
  readonly position: number
  /** Empty: there was none. */
  readonly id: string
}

export class Lineage {
  readonly #tables: { readonly log: LogTable; readonly streams: StreamTable }
  readonly #idAt: SqliteStatement
  #witness: Witness = { position: 0, id: '' }
  #broken: RefoldError | undefined

  constructor(connection: SqliteConnection, tables: { readonly log: LogTable; readonly streams: StreamTable }) {
    this.#tables = tables
    // Without what is kept in memory: that is what is to be proven.
    this.#idAt = connection.prepare('SELECT text, event FROM log LEFT JOIN id_prefix ON id = prefix WHERE position = ?')
  }

  /** Remembers the event at this position as the newest one; `id`: where it is known. */
  know(position: number, id = this.#read(position)): void {
    this.#witness = { position, id }
  }

  /** Throws `STORE_FATAL`, from then on always, when the file is another one than it was. */
  assertSame(): void {
    this.assertKnown()
    const { log, streams } = this.#tables
    const { position, id } = this.#witness
    const isSame = this.#read(position) === id && log.isInPlace && streams.columns.isInPlace
    if (isSame) return
    throw (this.#broken = new RefoldError(
      'STORE_FATAL',
      'the file is not the one any more that this process has read',
      {
        hint: PUT_BACK_HINT,
        facts: { position },
      },
    ))
  }

  /** The file is not in its place any more. */
  lost(error: RefoldError): void {
    this.#broken ??= error
  }

  /** Throws what `assertSame` threw once, or what is lost. */
  assertKnown(): void {
    if (this.#broken !== undefined) throw this.#broken
  }

  #read(position: number): string {
    const row = this.#idAt.get(position)
    if (row === undefined) return ''
    const [prefix, event = null] = row
    return typeof prefix === 'string' ? uuidOf(prefix, Number(event)) : wholeIdOf(event)
  }
}
