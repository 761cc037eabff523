/** What waits while another process holds the file's lock. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SqliteDriver } from '../driver/driver.js'
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

test('REG-1 what is put beside a change that the file refuses is stored in the order in which it was put, though the file is locked meanwhile', async () => {
  for (const locked of [[1], [1, 2], [2], [1, 3]]) {
    const driver = refusingDriver({ refused: '"refused"', locked })
    const file = `${scratch.file}-${locked.join('')}`
    const store = sqliteStore(file, { driver })
    const puts = ['refused', 1, 2, 3].map((value) => store.registers.put('place', value))
    const outcomes = await Promise.allSettled(puts)
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled'])
    expect(await store.registers.get('place')).toBe(3)
    await store.close()
  }
})

/** A real driver that refuses one value, and finds the file locked at the given transactions after the first refusal. */
function refusingDriver({ refused, locked }: { readonly refused: string; readonly locked: readonly number[] }) {
  const real = loadDriver()
  let begun: number | undefined
  const assertFree = (): void => {
    if (begun === undefined) return
    begun++
    if (locked.includes(begun)) throw Object.assign(new Error('simulated'), { code: 'SQLITE_BUSY' })
  }
  const driver: SqliteDriver = {
    name: `refusing ${real.name}`,
    open: (file, options) => {
      const connection = real.open(file, options)
      const prepare: typeof connection.prepare = (sql) => {
        const statement = connection.prepare(sql)
        const run: typeof statement.run = (...values) => {
          if (sql.startsWith('BEGIN')) assertFree()
          if (values.includes(refused)) {
            begun ??= -1 // it is refused once more, alone
            throw Object.assign(new Error('simulated'), { code: 'SQLITE_FULL' })
          }
          statement.run(...values)
        }
        return { ...statement, get: statement.get.bind(statement), all: statement.all.bind(statement), run }
      }
      return {
        ...connection,
        exec: connection.exec.bind(connection),
        close: connection.close.bind(connection),
        prepare,
      }
    },
  }
  return driver
}
