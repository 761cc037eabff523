/** Which places are files, which are servers, and which are neither. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { storeFrom } from './store-from.js'

let folder: string
let before: string

beforeEach(() => {
  before = process.cwd()
  folder = mkdtempSync(join(tmpdir(), 'refold-places-'))
  process.chdir(folder)
})

afterEach(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

test.each([
  ['esdb:/localhost:2113', 'esdb:/'],
  ['esdb:localhost:2113', 'esdb:'],
  ['esdb+discover:/cluster.example', 'esdb+discover:/'],
  ['http://localhost:2113', 'http://'],
  ['kurrentdb://localhost:2113', 'kurrentdb://'],
  ['file:/var/agents.db', 'file:/'],
])('CLI-378 %s is neither a server nor a file: it is refused, and no file is made', async (place, shown) => {
  await expect(storeFrom(place)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: `${shown} is no store`,
    hint: expect.stringContaining('KurrentDB too, is named by esdb://') as unknown,
  })
  expect(readdirSync(folder)).toEqual([])
})

test.each(['agents.db', join('data', 'a:b.db')])('CLI-378 %s is a file', async (place) => {
  const store = await storeFrom(place)
  await store.close()
  expect(existsSync(place)).toBe(true)
})
