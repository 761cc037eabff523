import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NewEvent, Store } from '@refold/core/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadDriver } from './driver/load-driver.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const FATAL = { code: 'STORE_FATAL', hint: expect.stringMatching(/\w/) }

describe('files that are not as they should be', () => {
  let scratch: ScratchDirectory
  beforeEach(() => {
    scratch = scratchDirectory()
  })
  afterEach(() => scratch.remove())

  test('a missing directory is made', async () => {
    const file = join(scratch.path, 'a', 'b', 'agents.db')
    await append(sqliteStore(file))
    expect(existsSync(file)).toBe(true)
  })

  test('a name that is no file is refused at once', () => {
    for (const name of [':memory:', '', 'file:agents.db', 'a\0b', undefined, null, 5])
      expect(() => sqliteStore(name as string)).toThrow(expect.objectContaining(FATAL))
  })

  test('a file that is no database is refused by the first operation, and left as it is', async () => {
    writeFileSync(scratch.file, 'whales '.repeat(2000))
    const store = sqliteStore(scratch.file)
    await expect(append(store, { keepOpen: true })).rejects.toMatchObject(FATAL)
    await expect(readAll(store)).rejects.toMatchObject(FATAL)
    await store.close()
    expect(readFileSync(scratch.file, 'utf8')).toBe('whales '.repeat(2000))
  })

  test('a database of another program is refused and left as it is', async () => {
    edit(scratch.file, 'CREATE TABLE whale (name)')
    const before = readFileSync(scratch.file)
    await expect(append(sqliteStore(scratch.file))).rejects.toMatchObject(FATAL)
    expect(readFileSync(scratch.file)).toEqual(before)
  })

  test.runIf(process.platform === 'linux')('SQL-20 a file that is refused is not kept open', async () => {
    await append(sqliteStore(scratch.file))
    edit(scratch.file, 'DROP TABLE register')
    const store = sqliteStore(scratch.file)
    await expect(append(store, { keepOpen: true })).rejects.toMatchObject(FATAL)
    expect(openFiles().filter((file) => file.startsWith(scratch.file))).toEqual([])
    await store.close()
  })

  test('SQL-273 a file that SQLite leaves in another mode than WAL is refused: no commit in it would be sure', async () => {
    const real = loadDriver()
    const open: typeof real.open = (file, options) => {
      const connection = real.open(file, options)
      const prepare: typeof connection.prepare = (sql) => {
        const statement = connection.prepare(sql)
        return sql === 'PRAGMA journal_mode = WAL' ? { ...statement, get: () => ['delete'] } : statement
      }
      return { ...connection, prepare }
    }
    for (const sync of ['inline', 'background'] as const)
      await expect(append(sqliteStore(scratch.file, { driver: { name: 'other', open }, sync }))).rejects.toMatchObject({
        ...FATAL,
        message: expect.stringContaining('"delete"'),
      })
  })

  test('a file of a newer release is refused', async () => {
    await append(sqliteStore(scratch.file))
    edit(scratch.file, 'PRAGMA user_version = 99')
    await expect(append(sqliteStore(scratch.file))).rejects.toMatchObject({
      code: 'NEWER_FORMAT',
      hint: expect.stringMatching(/\w/),
    })
  })

  test.each(['deleted', 'replaced'])('a file that is %s while it is open takes nothing any more', async (what) => {
    const store = sqliteStore(scratch.file)
    await append(store, { keepOpen: true })
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${scratch.file}${suffix}`, { force: true })
    if (what === 'replaced') await append(sqliteStore(scratch.file))
    await expect(append(store, { keepOpen: true })).rejects.toMatchObject(FATAL)
    await expect(store.registers.put('a', 1)).rejects.toMatchObject(FATAL)
    await store.close()
  })

  test.each(['deleted', 'replaced'])('SQL-22 those who follow a file that is %s hear of it', async (what) => {
    const store = sqliteStore(scratch.file)
    await append(store, { keepOpen: true })
    const told = Promise.allSettled([allOf(store.subscribe({ all: true })), allOf(store.externalAppends())])
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${scratch.file}${suffix}`, { force: true })
    if (what === 'replaced') await append(sqliteStore(scratch.file))
    expect(await told).toMatchObject([{ reason: FATAL }, { reason: FATAL }])
    await expect(allOf(store.externalAppends())).rejects.toMatchObject(FATAL)
    await expect(readAll(store)).rejects.toMatchObject(FATAL)
    await store.close()
  })

  test('a file by a relative name is the same after the working directory has changed', async () => {
    const before = process.cwd()
    process.chdir(scratch.path)
    try {
      const store = sqliteStore('relative.db')
      await append(store, { keepOpen: true })
      process.chdir(before)
      await expect(append(store)).resolves.toBeUndefined()
    } finally {
      process.chdir(before)
    }
  })

  test('a directory that cannot be made is refused by the first operation', async () => {
    writeFileSync(join(scratch.path, 'file'), '')
    for (const parent of ['/proc/nope', join(scratch.path, 'file', 'below')]) {
      const store = sqliteStore(join(parent, 'agents.db'))
      await expect(store.presence?.announce('w-1')).rejects.toMatchObject(FATAL)
      await expect(append(store)).rejects.toMatchObject(FATAL)
    }
  })

  test('a directory in the place of the file is refused', async () => {
    mkdirSync(scratch.file)
    await expect(append(sqliteStore(scratch.file))).rejects.toMatchObject(FATAL)
  })

  test('a damaged file is fatal where the damage is met', async () => {
    const store = sqliteStore(scratch.file)
    for (let stream = 0; stream < 30; stream++) await append(store, { stream: `s-${stream}`, keepOpen: true })
    await store.close()
    const bytes = readFileSync(scratch.file)
    bytes.fill(0xff, 4096 * 2)
    writeFileSync(scratch.file, bytes)
    const again = sqliteStore(scratch.file)
    await expect(readAll(again)).rejects.toMatchObject(FATAL)
    await expect(append(again, { stream: 's-1', keepOpen: true })).rejects.toMatchObject(FATAL)
    await again.close()
  })

  test('a table that is gone is fatal, and not taken for an empty one', async () => {
    await append(sqliteStore(scratch.file))
    edit(scratch.file, 'DROP TABLE register')
    await expect(append(sqliteStore(scratch.file))).rejects.toMatchObject(FATAL)
  })

  test('a file that may only be read is fatal for an append', async () => {
    await append(sqliteStore(scratch.file))
    chmodSync(scratch.file, 0o444)
    chmodSync(scratch.path, 0o555)
    try {
      await withoutRights(async () => {
        const store = sqliteStore(scratch.file)
        await expect(append(store)).rejects.toMatchObject(FATAL)
      })
      expect(statSync(scratch.file).mode & 0o777).toBe(0o444)
    } finally {
      chmodSync(scratch.path, 0o755)
    }
  })

  test('a machine without any SQLite is told what to install', () => {
    const nothing = {
      nodeSqlite: () => undefined,
      betterSqlite3: () => {
        throw new Error("Cannot find module 'better-sqlite3'")
      },
    }
    expect(() => loadDriver(undefined, nothing)).toThrow(
      expect.objectContaining({ code: 'STORE_FATAL', hint: expect.stringContaining('npm install better-sqlite3') }),
    )
    expect(() => loadDriver('node:sqlite', nothing)).toThrow(expect.objectContaining(FATAL))
  })
})

async function allOf(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _item of items) continue
}

function edit(file: string, sql: string): void {
  const connection = loadDriver().open(file)
  connection.exec(sql)
  connection.close()
}

async function append(
  store: Store,
  { stream = 's-1', keepOpen = false }: { stream?: string; keepOpen?: boolean } = {},
): Promise<void> {
  const event: NewEvent = { id: randomUUID(), type: 'noted', data: 'whale '.repeat(500), metadata: {} }
  try {
    await store.append(stream, [event], { expected: 'no_stream' })
  } finally {
    if (!keepOpen) await store.close()
  }
}

async function readAll(store: Store): Promise<number> {
  let count = 0
  for await (const page of store.readAll()) count += page.length
  return count
}

/** The superuser may write to everything: act as someone else. */
async function withoutRights(action: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(65534)
  try {
    await action()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

/** By this process. */
function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))]
    } catch {
      return [] // that of the list itself
    }
  })
}
