/** Opens the file as the store needs it: WAL, every commit on the disk, and no waiting inside of SQLite. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { RefoldError } from '@refold/core/store'
import type { SqliteConnection, SqliteDriver } from './driver/driver.js'
import { toRefoldError } from './failure.js'
import { makeDirectory } from './make-directory.js'
import { openReadOnly } from './open-read-only.js'
import { assertNewestSchema, migrate, schemaVersion } from './schema.js'

/** Short enough that the event loop hardly notices; longer waits are asynchronous. */
const BUSY_TIMEOUT_MS = 2

export interface OpenDatabaseOptions {
  readonly driver: SqliteDriver
  readonly sync: 'inline' | 'background'
  readonly readOnly: boolean
}

/** Throws SQLite's errors, `NEWER_FORMAT`, or `STORE_FATAL`. Makes missing directories, unless it only reads. */
export function openDatabase(file: string, { driver, sync, readOnly }: OpenDatabaseOptions): SqliteConnection {
  if (readOnly) return openForReading(file, driver)
  const directory = dirname(file)
  const trouble = makeDirectory(directory)
  if (trouble !== undefined) throw notMade(directory, trouble)
  const connection = driver.open(file)
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
    schemaVersion(connection) // before anything is written to a file that may not be ours
    putIntoWalMode(connection)
    connection.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF')
    migrate(connection)
    if (sync === 'background') connection.exec('PRAGMA synchronous = NORMAL')
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

/** Where it may pass, as on a full disk, that is said. */
function notMade(directory: string, cause: Error): RefoldError {
  const doing = `the directory ${directory} is not there and cannot be made`
  const error = toRefoldError(cause, { doing })
  if (error.code === 'STORE_REJECTED') return error
  const hint = 'Check that the path names a file in a directory that this process may write to.'
  return new RefoldError('STORE_FATAL', doing, { hint, cause })
}

/** SQLite says the mode that it left the file in, and no word of why. */
function putIntoWalMode(connection: SqliteConnection): void {
  const mode = connection.prepare('PRAGMA journal_mode = WAL').get()?.[0]
  if (mode === 'wal') return
  throw new RefoldError(
    'STORE_FATAL',
    `the file stays in the journal mode ${JSON.stringify(mode)}, and WAL is needed`,
    {
      hint: 'Put it on a local disk, and use a driver whose SQLite can share memory between processes.',
    },
  )
}

/** Also for a driver that knows nothing of it: no statement writes. */
function openForReading(file: string, driver: SqliteDriver): SqliteConnection {
  if (!existsSync(file)) throw new RefoldError('STORE_FATAL', `there is no file ${file}`, { hint: 'Check the path.' })
  const connection = openReadOnly(file, driver)
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA query_only = ON`)
    assertNewestSchema(connection)
    connection.exec('PRAGMA trusted_schema = OFF')
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}
