/** Pages of events. A page is bounded in rows and in bytes, so that a stream of any length is read in bounded memory. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ReadAllOptions, ReadOptions, StoredEvent } from '@refold/core/store'
import type { SqliteStatement, SqlValue } from './driver/driver.js'
import type { LogFile } from './log-file.js'
import { LOG_COLUMNS } from './table/log-table.js'

const PAGE_ROWS = 500
const PAGE_BYTES = 4 * 1024 * 1024
/** So few rows are read without asking how long they are: most streams of a store with many have no more. */
const FEW_ROWS = 4

/** A range of rows in one direction, read from `from` on, inclusive. */
interface Range {
  readonly read: SqliteStatement
  readonly size: SqliteStatement
  /** Values before the start and the limit. */
  readonly scope: readonly SqlValue[]
}

interface Asked {
  readonly from: number
  readonly limit: number
}

interface Page {
  readonly page: readonly StoredEvent[]
  /** So many were asked for. */
  readonly limit: number
}

export class LogReader {
  readonly #file: LogFile
  readonly #ofStream: { readonly forwards: Range; readonly backwards: Range }
  readonly #ofAll: { readonly forwards: Range; readonly backwards: Range }

  constructor(file: LogFile) {
    this.#file = file
    const range = (where: string, order: string): Range => {
      const rows = (columns: string): string => `SELECT ${columns} FROM log WHERE ${where} ORDER BY ${order} LIMIT ?`
      return {
        read: file.connection.prepare(rows(LOG_COLUMNS)),
        size: file.connection.prepare(
          `SELECT sum(bytes) FROM (${rows('octet_length(vals) + coalesce(octet_length(data), 0) AS bytes')})`,
        ),
        scope: [],
      }
    }
    this.#ofStream = {
      forwards: range('stream = ? AND revision >= ?', 'revision'),
      backwards: range('stream = ? AND revision <= ?', 'revision DESC'),
    }
    this.#ofAll = { forwards: range('position >= ?', 'position'), backwards: range('position <= ?', 'position DESC') }
  }

  /** Calls `guarded` around each access, so that the caller waits for locks and translates errors. */
  async *read(stream: string, options: ReadOptions & Guard): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const direction = options.direction ?? 'forwards'
    const isForwards = direction === 'forwards'
    const from = options.from === undefined ? (isForwards ? 0 : Number.MAX_SAFE_INTEGER) : Number(options.from)
    const next = (last: StoredEvent): number => Number(last.revision) + (isForwards ? 1 : -1)
    const asked = { from, limit: options.limit ?? Infinity }
    // The stream and its first page by one look.
    const found = await options.guarded(() => {
      const row = this.#file.streams.find(stream)
      if (row === undefined) return undefined
      const range = { ...this.#ofStream[direction], scope: [row.id] }
      const rest = isForwards ? row.lastRevision - from : Math.min(from, row.lastRevision)
      // One more than there should be: that it does not come is the end.
      const first = this.#page(range, { from, limit: Math.min(asked.limit, Math.max(rest || 0, 0) + 2) })
      return { range, first }
    })
    if (found !== undefined) yield* this.#pages(found.range, { ...options, ...asked, next, first: found.first })
  }

  async *readAll(options: ReadAllOptions & Guard): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const direction = options.direction ?? 'forwards'
    const after = options.after === undefined ? undefined : Number(options.after)
    const from = direction === 'forwards' ? (after ?? 0) + 1 : (after ?? Number.MAX_SAFE_INTEGER) - 1
    const next = (last: StoredEvent): number => Number(last.position) + (direction === 'forwards' ? 1 : -1)
    yield* this.#pages(this.#ofAll[direction], { ...options, from, next, limit: options.limit ?? Infinity })
  }

  async *#pages(
    range: Range,
    options: Guard & Asked & { readonly next: (last: StoredEvent) => number; readonly first?: Page },
  ): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    let { from, limit: left, first } = options
    while (left > 0) {
      const asked = { from, limit: left }
      const { page, limit } = first ?? (await options.guarded(() => this.#page(range, asked)))
      first = undefined
      const last = page.at(-1)
      if (last === undefined) return
      yield page
      if (page.length < limit) return
      await nextTurn() // a long read leaves the event loop to others between its pages
      from = options.next(last)
      left -= page.length
    }
  }

  /** As many rows as fit, at least one. */
  #page(range: Range, asked: Asked): Page {
    const { from } = asked
    let limit = Math.min(asked.limit, PAGE_ROWS)
    while (limit > FEW_ROWS && Number(range.size.get(...range.scope, from, limit)?.[0] ?? 0) > PAGE_BYTES)
      limit = limit >> 1
    const rows = range.read.all(...range.scope, from, limit)
    const { log, streams } = this.#file
    return { page: rows.map((row) => log.decode(row, streams.name(Number(row[1])))), limit }
  }
}

export interface Guard {
  readonly guarded: <T>(access: () => T) => Promise<T>
}
