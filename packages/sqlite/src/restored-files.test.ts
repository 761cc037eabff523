/** Files that are put back, copied over or cut while a process has them open. */
import { randomUUID } from 'node:crypto'
import { copyFileSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import type { NewEvent, Store } from '@refold/core/store'
import { toRevision } from '@refold/core/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installedDrivers } from './installed-drivers.fixture.js'
import { openOperator } from './operator.fixture.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore, type SqliteStoreOptions } from './index.js'

const FATAL = { code: 'STORE_FATAL', hint: expect.stringMatching(/Stop all processes/) }
const KINDS = installedDrivers().flatMap((driver) => [
  { name: driver.name, options: { driver } },
  { name: `${driver.name}, synced in the background`, options: { driver, sync: 'background' } as const },
])

describe.each(KINDS)('on $name', ({ options }) => {
  let scratch: ScratchDirectory
  let backup: string
  const open: Store[] = []
  beforeEach(() => {
    scratch = scratchDirectory()
    backup = `${scratch.file}.backup`
  })
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close()
    scratch.remove()
  })
  const connect = (given: SqliteStoreOptions = options): Store => {
    const store = sqliteStore(scratch.file, given)
    open.push(store)
    return store
  }

  test('SQL-5 a process that has read more than a restored file holds is refused everything', async () => {
    const store = connect()
    const last = await grow(store, 3)
    await copyOf(scratch.file, backup)
    await grow(store, 3, { revision: 2n, id: last })
    await restore(backup, scratch.file)
    await expect(store.append('s-2', [event()], { expected: 'no_stream' })).rejects.toMatchObject(FATAL)
    await expect(store.registers.put('a', 1)).rejects.toMatchObject(FATAL)
    await expect(readAll(store)).rejects.toMatchObject(FATAL)
    await expect(store.directory.get('s-1')).rejects.toMatchObject(FATAL)
    expect(await readAll(connect())).toHaveLength(3)
  })

  test('SQL-5 so is one that was not looking while the restored file grew again', async () => {
    const store = connect()
    const last = await grow(store, 3)
    await copyOf(scratch.file, backup)
    await grow(store, 3, { revision: 2n, id: last })
    await restore(backup, scratch.file)
    const other = connect()
    await grow(other, 5, { revision: 2n, id: last })
    await expect(store.append('s-1', [event()], { expected: toRevision(5n) })).rejects.toMatchObject(FATAL)
    await expect(readAll(store)).rejects.toMatchObject(FATAL)
    expect(await readAll(other)).toHaveLength(8)
  })

  test('SQL-5 texts that a restored file does not have are never named by a row', async () => {
    const store = connect()
    await copyOf(scratch.file, backup)
    await grow(store, 3)
    await restore(backup, scratch.file)
    await expect(grow(store, 1, { revision: 2n, id: '' })).rejects.toMatchObject(FATAL)
    const again = connect()
    await grow(again, 3)
    expect(await readAll(again)).toHaveLength(3)
    await expect(again.directory.rebuild()).resolves.toMatchObject({ repaired: 0 })
  })

  test('SQL-5 a file that holds all that a process knows, and more, is the same file', async () => {
    const store = connect()
    const last = await grow(store, 3)
    const other = connect()
    await grow(other, 2, { revision: 2n, id: last })
    await copyOf(scratch.file, backup)
    await restore(backup, scratch.file)
    expect(await readAll(store)).toHaveLength(5)
    expect(await store.append('s-2', [event()], { expected: 'no_stream' })).toMatchObject({ ok: true })
  })

  test.each(['deleted', 'replaced', 'cut', 'emptied'] as const)(
    'SQL-6 a WAL that is %s takes nothing any more',
    async (what) => {
      const store = connect()
      const last = await grow(store, 3)
      const wal = `${scratch.file}-wal`
      const bytes = readFileSync(wal)
      if (what === 'cut') truncateSync(wal, bytes.length - 4096)
      else if (what === 'emptied') truncateSync(wal, 0)
      else rmSync(wal)
      if (what === 'replaced') writeFileSync(wal, bytes)
      const error = what === 'emptied' ? { code: expect.stringMatching(/^STORE_/) } : FATAL
      for (const again of [1, 2])
        await expect(grow(store, again, { revision: 2n, id: last })).rejects.toMatchObject(error)
    },
  )

  test.each(['-wal', '-shm'])(
    'SQL-6 a %s that is deleted is noticed through a link to the file too',
    async (suffix) => {
      await connect().registers.put('a', 1)
      const link = `${scratch.file}.link`
      symlinkSync(scratch.file, link)
      const store = sqliteStore(link, options)
      open.push(store)
      const last = await grow(store, 3)
      rmSync(`${scratch.file}${suffix}`)
      for (const again of [1, 2])
        await expect(grow(store, again, { revision: 2n, id: last })).rejects.toMatchObject(FATAL)
    },
  )

  test('SQL-6 a backup that is copied over the file, without its WAL, takes nothing any more', async () => {
    const store = connect()
    const last = await grow(store, 3)
    await copyOf(scratch.file, backup)
    await grow(store, 3, { revision: 2n, id: last })
    await checkpoint(scratch.file)
    copyFileSync(backup, scratch.file)
    await expect(store.append('s-2', [event()], { expected: 'no_stream' })).rejects.toMatchObject(FATAL)
    truncateSync(scratch.file, 4096)
    await expect(store.append('s-2', [event()], { expected: 'no_stream' })).rejects.toMatchObject({
      code: 'STORE_FATAL',
    })
  })

  test('SQL-6 a commit that writes nothing, on a WAL that is still empty, is a commit', async () => {
    const first = connect()
    await grow(first, 3)
    await first.close()
    const store = connect()
    expect(await store.append('s-1', [event()], { expected: 'no_stream' })).toEqual({ ok: false, actual: 2n })
    await checkpoint(scratch.file)
    expect(await store.append('s-1', [event()], { expected: 'no_stream' })).toEqual({ ok: false, actual: 2n })
    await store.registers.remove('none')
    expect(await store.append('s-2', [event()], { expected: 'no_stream' })).toMatchObject({ ok: true })
  })

  test('SQL-6 checkpoints of others, a VACUUM and a WAL that was begun again change nothing', async () => {
    const store = connect()
    let last = await grow(store, 3)
    await checkpoint(scratch.file)
    last = await grow(store, 3, { revision: 2n, id: last })
    const operator = await openOperator(scratch.file)
    operator.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)')
    operator.close()
    await grow(store, 3, { revision: 5n, id: last })
    expect(await readAll(store)).toHaveLength(9)
  })
})

/** Appends so many, one by one; the id of the last. */
async function grow(
  store: Store,
  times: number,
  on?: { readonly revision: bigint; readonly id: string },
): Promise<string> {
  let { revision, id } = on ?? { revision: -1n, id: '' }
  for (let time = 0; time < times; time++) {
    const next = event()
    const decidedOn =
      revision < 0n ? { expected: 'no_stream' as const } : { expected: toRevision(revision), expectedId: id }
    const result = await store.append('s-1', [next], decidedOn)
    if (!result.ok) throw new Error(`a conflict at ${String(result.actual)}`)
    ;({ revision } = result)
    id = next.id
  }
  return id
}

/** Ids of one process begin alike, and its records have one shape. */
const PROCESS = randomUUID().slice(0, 24)
let made = 0

function event(): NewEvent {
  const metadata = { refold: { v: 0, type: 'x', at: 1_790_000_000_000, body: { kind: 'none', patch: [] } } }
  return { id: `${PROCESS}${String(++made).padStart(12, '0')}`, type: 'refold.test', data: { text: 'a' }, metadata }
}

async function readAll(store: Store): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const page of store.readAll()) ids.push(...page.map(({ id }) => id))
  return ids
}

/** As `.backup` of the sqlite3 shell. */
async function copyOf(file: string, to: string): Promise<void> {
  const source = await openOperator(file)
  await source.backup(to)
  source.close()
}

/** As `.restore` of the sqlite3 shell. */
async function restore(backup: string, file: string): Promise<void> {
  await copyOf(backup, file)
}

async function checkpoint(file: string): Promise<void> {
  const operator = await openOperator(file)
  operator.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  operator.close()
}
