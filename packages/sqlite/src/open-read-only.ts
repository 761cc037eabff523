/**
 * A connection that only reads. SQLite needs the lock file `-shm` to read a file in WAL mode, and makes it where it is not there. Where
 * this process may not, or where the file's owner could not write to what it made, no process has the file open: a copy is read then.
 */
import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { SqliteConnection, SqliteDriver } from './driver/driver.js'
import { sqliteCode } from './failure.js'
import { realPathOf } from './real-path.js'

/** Of its first part, without which no process has the file open. */
const LOCK_FILE_BYTES = 32_768

/** Throws SQLite's errors, and those of the system where a copy is needed and cannot be made. */
export function openReadOnly(path: string, driver: SqliteDriver): SqliteConnection {
  const file = realPathOf(path)
  if (!mayMakeLockFile(file)) return openCopy(file, driver)
  const connection = driver.open(file, { readOnly: true })
  try {
    touch(connection)
    return connection
  } catch (error) {
    connection.close()
    const code = sqliteCode(error)
    // The last process that had it open has just closed it, and with it went the lock file.
    if ((code === 'READONLY' || code === 'CANTOPEN') && !mayMakeLockFile(file)) return openCopy(file, driver)
    if (code === 'IOERR' && !hasLockFile(file)) return openCopy(file, driver) // it was begun, and the disk is full
    throw error
  }
}

function mayMakeLockFile(file: string): boolean {
  return existsSync(`${file}-shm`) || !existsSync(file) || (isWritable(file) && isWritable(dirname(file)))
}

/** One that is whole: SQLite makes it so before anyone reads. */
function hasLockFile(file: string): boolean {
  const size = statSync(`${file}-shm`, { throwIfNoEntry: false })?.size ?? 0
  return size >= LOCK_FILE_BYTES
}

function isWritable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The files are opened by the first statement. */
function touch(connection: SqliteConnection): void {
  connection.prepare('SELECT count(*) FROM sqlite_schema').get()
}

/** It is gone when it is closed, and where the system can also when the process is killed. */
function openCopy(file: string, driver: SqliteDriver): SqliteConnection {
  const directory = mkdtempSync(join(tmpdir(), 'refold-copy-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  try {
    const copy = join(directory, basename(file))
    for (const part of ['-wal', ''])
      if (existsSync(file + part)) copyFileSync(file + part, copy + part, constants.COPYFILE_FICLONE)
    const connection = driver.open(copy, { readOnly: true })
    const close = (): void => {
      connection.close()
      remove()
    }
    touch(connection)
    if (process.platform !== 'win32') remove()
    return { exec: (sql) => connection.exec(sql), prepare: (sql) => connection.prepare(sql), close }
  } catch (error) {
    remove()
    throw error
  }
}
