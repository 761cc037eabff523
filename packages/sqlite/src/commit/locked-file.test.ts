/** What waits while another process holds the file's lock. */
import { randomUUID } from 'node:crypto'
import type { NewEvent } from '@refold/core/store'
import { toRevision } from '@refold/core/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SqliteDriver, SqliteStatement } from '../driver/driver.js'
import { loadDriver } from '../driver/load-driver.js'
import { scratchDirectory, type ScratchDirectory } from '../scratch-directory.fixture.js'
import { sqliteStore } from '../sqlite-store.js'

let scratch: ScratchDirectory
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => scratch.remove())

test('REG-1 what is put while the file is locked is stored in the order in which it was put, however much it is', async () => {
  const store = sqliteStore(scratch.file)
  await store.registers.put('place', 0)
  const other = loadDriver().open(scratch.file)
  other.exec('BEGIN IMMEDIATE')
  const values = Array.from({ length: 1_200 }, (_, index) => index + 1) // more than one transaction takes
  const puts = values.map((value) => store.registers.put('place', value))
  await new Promise((resolve) => setTimeout(resolve, 20))
  other.exec('COMMIT')
  other.close()
  await Promise.all(puts)
  expect(await store.registers.get('place')).toBe(1_200)
  await store.close()
})

test.each([[[3]], [[3, 4]], [[3, 4, 5]]])(
  'SQL-224 beside one that is refused the others keep their order, where attempts %j find the lock taken',
  async (taken) => {
    let attempts = 0
    const driver = lockedAt(() => taken.includes(++attempts))
    const store = sqliteStore(scratch.file, { driver })
    for (const stream of ['s-1', 's-2']) await store.append(stream, [event()], { expected: 'no_stream' })
    attempts = 0
    const outcomes = await Promise.allSettled([
      store.append('s-1', [event()], { expected: toRevision(0), expectedId: randomUUID() }),
      store.append('s-2', [event()], { expected: toRevision(0) }),
      store.append('s-2', [event()], { expected: toRevision(1) }),
      store.registers.put('place', 1),
      store.registers.put('place', 2),
    ])
    expect(outcomes).toMatchObject([
      { reason: { code: 'STORE_FATAL' } },
      { value: { ok: true, revision: 1n } },
      { value: { ok: true, revision: 2n } },
      { status: 'fulfilled' },
      { status: 'fulfilled' },
    ])
    expect(await store.registers.get('place')).toBe(2)
    await store.close()
  },
)

/** A real driver that finds the file locked by another process when a transaction is to begin. */
function lockedAt(isTaken: () => boolean): SqliteDriver {
  const real = loadDriver()
  const begin = (statement: SqliteStatement) => (): void => {
    if (isTaken()) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
    statement.run()
  }
  const open: SqliteDriver['open'] = (file, options) => {
    const connection = real.open(file, options)
    const prepare = (sql: string): SqliteStatement => {
      const statement = connection.prepare(sql)
      return sql === 'BEGIN IMMEDIATE' ? { ...statement, run: begin(statement) } : statement
    }
    return { ...connection, prepare }
  }
  return { name: real.name, open }
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: null, metadata: {} }
}
