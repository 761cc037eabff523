import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SqliteDriver } from './driver/driver.js'
import { loadDriver } from './driver/load-driver.js'
import { openReadOnly } from './open-read-only.js'
import { scratchDirectory } from './scratch-directory.fixture.js'
import type { ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

let scratch: ScratchDirectory
beforeEach(async () => {
  scratch = scratchDirectory()
  const store = sqliteStore(scratch.file)
  await store.registers.put('a', 1)
  await store.close()
})
afterEach(() => scratch.remove())

/** On a disk without room: the lock file is begun, and cannot be made whole. */
function fullDisk(): SqliteDriver {
  const driver = loadDriver()
  const open: SqliteDriver['open'] = (file, options) => {
    const connection = driver.open(file, options)
    if (!file.startsWith(scratch.file)) return connection
    if (!existsSync(`${file}-shm`)) writeFileSync(`${file}-shm`, 'abc')
    const prepare = (): never => {
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_SHMSIZE' })
    }
    return { exec: (sql) => connection.exec(sql), close: () => connection.close(), prepare }
  }
  return { ...driver, open }
}

test('CLI-358 a file that no process has open is read where the disk has no room for its lock file', () => {
  for (const _time of [1, 2]) {
    const connection = openReadOnly(scratch.file, fullDisk())
    expect(connection.prepare('SELECT count(*) FROM register').get()).toEqual([1])
    connection.close()
  }
})

test('CLI-358 one that a process may have open is not read beside its lock file', () => {
  rmSync(`${scratch.file}-shm`, { force: true })
  writeFileSync(`${scratch.file}-shm`, Buffer.alloc(32_768))
  expect(() => openReadOnly(scratch.file, fullDisk())).toThrow('disk I/O error')
})
