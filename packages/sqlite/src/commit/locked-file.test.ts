/** What waits while another process holds the file's lock. */
import { afterEach, beforeEach, expect, test } from 'vitest'
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
