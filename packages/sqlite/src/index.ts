/** `@refold/sqlite`: the embedded store of Refold, one SQLite file. */
export { sqliteStore } from './sqlite-store.js'
export type { SqliteStoreOptions } from './sqlite-options.js'
export type { DriverChoice } from './driver/load-driver.js'
export type { SqliteConnection, SqliteDriver, SqliteStatement, SqlValue } from './driver/driver.js'
