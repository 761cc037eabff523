/** Pages of events. A page is bounded in rows and in bytes, so that a stream of any length is read in bounded memory. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ReadAllOptions, ReadOptions, StoredEvent } from '@refold/core/store'
import type { SqliteStatement, SqlValue } from './driver/driver.js'
import type { LogFile } from './log-file.js'
import { LOG_COLUMNS } from './table/log-table.js'

const PAGE_ROWS = 500
const PAGE_BYTES = 4 * 1024 * 1024

/** A range of rows in one direction, read from `from` on, inclusive. */
interface Range {
  readonly read: SqliteStatement
  readonly size: SqliteStatement
  /** Values before the start and the limit. */
  readonly scope: readonly SqlValue[]
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
    const found = await options.guarded(() => this.#file.streams.find(stream))
    if (found === undefined) return
    const from =
      options.from === undefined ? (direction === 'forwards' ? 0 : Number.MAX_SAFE_INTEGER) : Number(options.from)
    const range = { ...this.#ofStream[direction], scope: [found.id] }
    const next = (last: StoredEvent): number => Number(last.revision) + (direction === 'forwards' ? 1 : -1)
    yield* this.#pages(range, { ...options, from, next })
  }

  async *readAll(options: ReadAllOptions & Guard): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    const direction = options.direction ?? 'forwards'
    const after = options.after === undefined ? undefined : Number(options.after)
    const from = direction === 'forwards' ? (after ?? 0) + 1 : (after ?? Number.MAX_SAFE_INTEGER) - 1
    const next = (last: StoredEvent): number => Number(last.position) + (direction === 'forwards' ? 1 : -1)
    yield* this.#pages(this.#ofAll[direction], { ...options, from, next })
  }

  async *#pages(
    range: Range,
    options: Guard & { readonly from: number; readonly next: (last: StoredEvent) => number; readonly limit?: number },
  ): AsyncGenerator<readonly StoredEvent[], void, undefined> {
    let { from } = options
    let left = options.limit ?? Infinity
    while (left > 0) {
      const asked = Math.min(left, PAGE_ROWS)
      const { page, limit } = await options.guarded(() => this.#page(range, { from, limit: asked }))
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
  #page(
    range: Range,
    asked: { readonly from: number; readonly limit: number },
  ): { page: readonly StoredEvent[]; limit: number } {
    const { from } = asked
    let { limit } = asked
    while (limit > 1 && Number(range.size.get(...range.scope, from, limit)?.[0] ?? 0) > PAGE_BYTES) limit = limit >> 1
    const rows = range.read.all(...range.scope, from, limit)
    const { log, streams } = this.#file
    return { page: rows.map((row) => log.decode(row, streams.name(Number(row[1])))), limit }
  }
}

export interface Guard {
  readonly guarded: <T>(access: () => T) => Promise<T>
}
