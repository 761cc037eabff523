/** better-sqlite3: an optional dependency, for a Node that has no SQLite of its own. */
import { createRequire } from 'node:module'
import type { SqliteConnection, SqliteDriver, SqliteStatement, SqlValue } from './driver.js'

/** What this adapter uses of it. */
type BetterSqlite3 = new (
  file: string,
  options: { readonly timeout: number; readonly readonly?: boolean },
) => {
  exec(sql: string): unknown
  prepare(sql: string): BetterStatement
  close(): unknown
}
interface BetterStatement {
  readonly reader: boolean
  raw(enabled: boolean): BetterStatement
  safeIntegers(enabled: boolean): BetterStatement
  columns(): readonly { readonly name: string }[]
  run(...values: readonly SqlValue[]): unknown
  get(...values: readonly SqlValue[]): unknown
  all(...values: readonly SqlValue[]): unknown[]
}

type Row = readonly SqlValue[]

/** The driver; throws where the package, or its binary for this machine and this Node, is missing. */
export function betterSqlite3Driver(): SqliteDriver {
  const here = (import.meta.url as string | undefined) ?? __filename // of a bundle in CommonJS only the latter is known
  const Database = createRequire(here)('better-sqlite3') as BetterSqlite3
  new Database(':memory:', { timeout: 0 }).close() // only this loads the binary
  return {
    name: 'better-sqlite3',
    open: (file, { readOnly = false } = {}) => adaptConnection(new Database(file, { timeout: 0, readonly: readOnly })),
  }
}

function adaptConnection(database: InstanceType<BetterSqlite3>): SqliteConnection {
  return {
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => adaptStatement(database.prepare(sql)),
    close: () => void database.close(),
  }
}

function adaptStatement(statement: BetterStatement): SqliteStatement {
  if (statement.reader) statement.raw(true)
  return {
    run: (...values) => void statement.run(...values),
    get: (...values) => statement.get(...values) as Row | undefined,
    all: (...values) => statement.all(...values) as Row[],
    allExact: () => statement.safeIntegers(true).all() as (SqlValue | bigint)[][],
    columns: () => statement.columns().map(({ name }) => name),
  }
}
