/**
 * The few calls that the store needs of SQLite. `node:sqlite` and better-sqlite3 are adapted to it; another binding can
 * be handed to `sqliteStore` as its `driver`.
 */

/** What stands in a column. Integers are plain numbers: the store has none beyond 2⁵³. */
export type SqlValue = null | number | string | Uint8Array

/** What opens a file: the few calls that the store needs of an SQLite binding. */
export interface SqliteDriver {
  readonly name: string
  /**
   * Opens or creates the file; with `readOnly` it must be there, and nothing is written to it. Must not wait for locks on its own:
   * `PRAGMA busy_timeout` is set by the store.
   */
  open(file: string, options?: { readonly readOnly?: boolean }): SqliteConnection
}

/** One open file. Calls are synchronous; errors carry SQLite's result code: as a number in `errcode`, or by name in `code`. */
export interface SqliteConnection {
  /** Statements without parameters and without rows. */
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

/** Rows come as arrays, in the order of the columns. */
export interface SqliteStatement {
  run(...values: readonly SqlValue[]): void
  get(...values: readonly SqlValue[]): readonly SqlValue[] | undefined
  all(...values: readonly SqlValue[]): readonly (readonly SqlValue[])[]
  /** As `all`, with each integer as a `bigint`: for what others ask, where there may be any. Absent: they come as numbers. */
  allExact?(): readonly (readonly (SqlValue | bigint)[])[]
  /** Names of the columns, where the library tells them. */
  columns?(): readonly string[]
}
