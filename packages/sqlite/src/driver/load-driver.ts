/** Which SQLite to use: Node's own, else better-sqlite3. Neither is loaded before a store is opened. */
import { RefoldError } from '@refold/core/store'
import { betterSqlite3Driver } from './better-sqlite3.js'
import type { SqliteDriver } from './driver.js'
import { nodeSqliteDriver } from './node-sqlite.js'

/** A driver by its name, as this Node and this installation have it, or one of your own. */
export type DriverChoice = 'node:sqlite' | 'better-sqlite3' | SqliteDriver

export interface DriverSources {
  readonly nodeSqlite: () => SqliteDriver | undefined
  readonly betterSqlite3: () => SqliteDriver
}

let betterSqlite3: SqliteDriver | undefined
const installed: DriverSources = {
  nodeSqlite: nodeSqliteDriver,
  betterSqlite3: () => (betterSqlite3 ??= betterSqlite3Driver()),
}

/**
 * The driver of this choice, or the first that is there. Throws `STORE_FATAL` when there is none.
 * Use one driver only for one file in one process: file locks of two SQLite libraries in one process do not see each other.
 */
export function loadDriver(choice?: DriverChoice, sources: DriverSources = installed): SqliteDriver {
  if (typeof choice === 'object') return choice
  const own = choice === 'better-sqlite3' ? undefined : sources.nodeSqlite()
  if (own !== undefined) return own
  if (choice === 'node:sqlite') throw missing('this Node has no node:sqlite')
  try {
    return sources.betterSqlite3()
  } catch (cause) {
    throw missing('neither node:sqlite nor better-sqlite3 can be loaded', cause)
  }
}

function missing(message: string, cause?: unknown): RefoldError {
  return new RefoldError('STORE_FATAL', message, {
    hint: 'Use Node 22.13 or newer, which has SQLite built in, or run `npm install better-sqlite3`.',
    cause,
  })
}
