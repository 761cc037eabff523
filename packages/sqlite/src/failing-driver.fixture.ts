/** A real driver whose statements fail when they are told to. */
import type { SqliteDriver, SqliteStatement } from './driver/driver.js'
import { loadDriver } from './driver/load-driver.js'

/** `before`: asked before each read of rows; what it gives is thrown. */
export function failingDriver(before: (sql: string) => Error | undefined): SqliteDriver {
  const real = loadDriver()
  const tried = <R>(sql: string, read: (...values: never[]) => R): ((...values: never[]) => R) => {
    return (...values) => {
      const error = before(sql)
      if (error !== undefined) throw error
      return read(...values)
    }
  }
  const open: SqliteDriver['open'] = (file, options) => {
    const connection = real.open(file, options)
    const prepare = (sql: string): SqliteStatement => {
      const statement = connection.prepare(sql)
      return { ...statement, get: tried(sql, statement.get), all: tried(sql, statement.all) }
    }
    return { ...connection, prepare }
  }
  return { name: `failing ${real.name}`, open }
}

export function sqliteError(code: 'BUSY' | 'IOERR'): Error {
  return Object.assign(new Error(`${code}: simulated`), { code: `SQLITE_${code}` })
}
