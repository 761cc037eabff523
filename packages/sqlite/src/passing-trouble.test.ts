/** Trouble of the disk and of the operating system that passes. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import type { Store } from '@refold/core/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SqliteDriver } from './driver/driver.js'
import { loadDriver } from './driver/load-driver.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

let scratch: ScratchDirectory
const { readSync } = fs
beforeEach(() => {
  scratch = scratchDirectory()
})
afterEach(() => {
  replaceRead(readSync)
  scratch.remove()
})

const append = (store: Store, stream = 's-1') =>
  store.append(stream, [{ id: randomUUID(), type: 'tested', data: {}, metadata: {} }], { expected: 'no_stream' })

test('SQL-65 a file that a full disk kept from being made is told as that, and is made by the next call once there is room', async () => {
  const disk = { pages: 5 }
  const store = sqliteStore(scratch.file, { driver: smallDisk(disk) })
  const full = { code: 'STORE_REJECTED', hint: expect.stringContaining('Free some space'), facts: { sqlite: 'FULL' } }
  await expect(append(store)).rejects.toMatchObject(full)
  await expect(store.registers.get('a')).rejects.toMatchObject(full)
  disk.pages = 1_000_000
  expect(await append(store)).toMatchObject({ ok: true, revision: 0n })
  await store.close()
  const again = sqliteStore(scratch.file)
  expect((await append(again)).ok).toBe(false)
  await again.close()
})

test('SQL-65 a store whose file could not be opened is closed, and then opens nothing any more', async () => {
  const disk = { pages: 5 }
  const store = sqliteStore(scratch.file, { driver: smallDisk(disk) })
  await expect(append(store)).rejects.toMatchObject({ code: 'STORE_REJECTED' })
  disk.pages = 1_000_000
  await store.close()
  await expect(append(store)).rejects.toMatchObject({ code: 'CLOSED' })
})

test.each([
  ['EIO', 'disk'],
  ['EMFILE', 'files'],
])('SQL-66 an error %s of the operating system rejects an append, which can be made again', async (code, hint) => {
  const store = sqliteStore(scratch.file)
  await append(store, 'first')
  replaceRead(failing(code))
  await expect(append(store)).rejects.toMatchObject({ code: 'STORE_REJECTED', hint: expect.stringContaining(hint) })
  replaceRead(readSync)
  expect(await append(store)).toMatchObject({ ok: true, revision: 0n })
  await store.close()
})

test('SQL-275 a file that could not be opened since too many were open is told as that, and is opened by the next call once it can be', async () => {
  const store = await whileNoFileOpens('EMFILE', async () => {
    const short = sqliteStore(scratch.file, { driver: unopened })
    await expect(append(short)).rejects.toMatchObject({
      code: 'STORE_REJECTED',
      hint: expect.stringContaining('Too many files'),
    })
    return short
  })
  expect(await append(store)).toMatchObject({ ok: true, revision: 0n })
  await store.close()
  await whileNoFileOpens('EACCES', () =>
    expect(append(sqliteStore(scratch.file, { driver: unopened }))).rejects.toMatchObject({ code: 'STORE_FATAL' }),
  )
})

test('SQL-275 a directory, of the file or of the locks, that a full disk kept from being made is told as that', async () => {
  const { mkdirSync } = fs
  replace({ mkdirSync: failing('ENOSPC') })
  const store = sqliteStore(join(scratch.path, 'new', 'agents.db'))
  const full = { code: 'STORE_REJECTED', hint: expect.stringContaining('Free some space') }
  await expect(append(store)).rejects.toMatchObject(full)
  const other = sqliteStore(scratch.file)
  await expect(other.presence?.announce('w-1')).rejects.toMatchObject(full)
  replace({ mkdirSync })
  expect(await append(store)).toMatchObject({ ok: true })
  await (
    await other.presence?.announce('w-1')
  )?.()
  await Promise.all([store.close(), other.close()])
})

/** A real driver that opens a file only where one can be opened. */
const unopened: SqliteDriver = {
  name: 'short of files',
  open: (file, options) => {
    if (isShort) throw Object.assign(new Error('unable to open database file'), { code: 'SQLITE_CANTOPEN' })
    return loadDriver().open(file, options)
  },
}
let isShort = false

async function whileNoFileOpens<T>(code: string, run: () => Promise<T>): Promise<T> {
  const { openSync } = fs
  isShort = true
  replace({ openSync: failing(code) })
  try {
    return await run()
  } finally {
    isShort = false
    replace({ openSync })
  }
}

function failing(code: string): () => never {
  return () => {
    throw Object.assign(new Error(`${code}: simulated`), { code, syscall: 'simulated' })
  }
}

/** A real driver, on a disk with room for so many pages. */
function smallDisk(disk: { readonly pages: number }): SqliteDriver {
  const real = loadDriver()
  return {
    name: `small ${real.name}`,
    open: (file) => {
      const connection = real.open(file)
      connection.exec(`PRAGMA max_page_count = ${disk.pages}`)
      return connection
    },
  }
}

function replaceRead(read: typeof fs.readSync | (() => never)): void {
  replace({ readSync: read })
}

function replace(functions: Partial<Record<keyof typeof fs, unknown>>): void {
  Object.assign(fs, functions)
  syncBuiltinESMExports()
}
