/** `node:sqlite`: built into Node 22.13 and newer, nothing to install. */
import type { SqliteConnection, SqliteDriver, SqliteStatement, SqlValue } from './driver.js'

/** What this adapter uses of `DatabaseSync` and `StatementSync`. */
interface NodeSqlite {
  readonly DatabaseSync: new (
    file: string,
    options: { readonly readOnly: boolean },
  ) => {
    exec(sql: string): void
    prepare(sql: string): NodeStatement
    close(): void
  }
}
interface NodeStatement {
  run(...values: readonly SqlValue[]): unknown
  get(...values: readonly SqlValue[]): unknown
  all(...values: readonly SqlValue[]): unknown[]
  setReadBigInts(enabled: boolean): void
  /** Node 22.16 and newer. */
  setReturnArrays?(enabled: boolean): void
  /** Node 22.16 and newer. */
  columns?(): readonly { readonly name: string }[]
}

type Row = readonly SqlValue[]

/** The driver, or `undefined` where this Node has no SQLite of its own. */
export function nodeSqliteDriver(): SqliteDriver | undefined {
  const module = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined
  if (module === undefined) return undefined
  return {
    name: 'node:sqlite',
    open: (file, { readOnly = false } = {}) => adaptConnection(new module.DatabaseSync(file, { readOnly })),
  }
}

function adaptConnection(database: InstanceType<NodeSqlite['DatabaseSync']>): SqliteConnection {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => adaptStatement(database.prepare(sql)),
    close: () => database.close(),
  }
}

function adaptStatement(statement: NodeStatement): SqliteStatement {
  const run = (...values: Row): void => void statement.run(...values)
  const exactly = (): unknown[] => {
    statement.setReadBigInts(true)
    return statement.all()
  }
  if (statement.setReturnArrays !== undefined) {
    statement.setReturnArrays(true)
    return {
      run,
      get: (...values) => statement.get(...values) as Row | undefined,
      all: (...values) => statement.all(...values) as Row[],
      allExact: () => exactly() as (SqlValue | bigint)[][],
      columns: () => statement.columns?.().map(({ name }) => name) ?? [],
    }
  }
  return {
    run,
    get: (...values) => toRow(statement.get(...values)),
    all: (...values) => statement.all(...values).map((row) => toRow(row) ?? []),
    allExact: () => exactly().map((row) => Object.values(row as object) as (SqlValue | bigint)[]),
  }
}

/** Columns of one statement have different names, so the object has them all, in their order. */
function toRow(row: unknown): Row | undefined {
  return row === undefined ? undefined : (Object.values(row as object) as SqlValue[])
}
