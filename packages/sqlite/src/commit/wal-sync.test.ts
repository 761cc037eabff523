import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Store } from '@refold/core/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadDriver } from '../driver/load-driver.js'
import { scratchDirectory, type ScratchDirectory } from '../scratch-directory.fixture.js'
import { sqliteStore } from '../sqlite-store.js'

const { fdatasync, fdatasyncSync } = fs

describe('commits that are synced in the background', () => {
  let scratch: ScratchDirectory
  let store: Store
  beforeEach(() => {
    scratch = scratchDirectory()
    store = sqliteStore(scratch.file, { sync: 'background' })
  })
  afterEach(async () => {
    replaceSync({ fdatasync, fdatasyncSync })
    await store.close()
    scratch.remove()
  })

  const append = (stream: string, to = store) =>
    to.append(stream, [{ id: randomUUID(), type: 'tested', data: {}, metadata: {} }], { expected: 'no_stream' })
  const appendMany = (count: number) =>
    Promise.allSettled(Array.from({ length: count }, (_, n) => append(`s-${count}-${n}`)))

  test('an append is answered only after the sync, and what comes meanwhile shares the next one', async () => {
    await append('first')
    const syncs: (() => void)[] = []
    replaceSync({ fdatasync: ((file, done) => void syncs.push(() => fdatasync(file, done))) as typeof fdatasync })
    let answered = 0
    const count = (): void => void answered++
    const group = [append('a'), append('b')].map((appending) => appending.then(count))
    while (syncs.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const later = Array.from({ length: 50 }, (_, n) => append(`later-${n}`).then(count))
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(answered).toBe(0)
    expect(syncs).toHaveLength(1)
    syncs[0]?.()
    await Promise.all(group)
    while (syncs.length === 1) await new Promise((resolve) => setImmediate(resolve))
    syncs[1]?.()
    await Promise.all(later)
    expect(syncs).toHaveLength(2)
  })

  test('SQL-67 after a sync that failed its appends are unknown, and the store takes none any more, also when the next sync would succeed', async () => {
    await append('first')
    const broken = Object.assign(new Error('the disk'), { code: 'EIO' })
    replaceSync({ fdatasync: ((_file, done) => done(broken)) as typeof fdatasync })
    for (const outcome of await appendMany(3))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNKNOWN' } })
    replaceSync({ fdatasync })
    const fatal = { code: 'STORE_FATAL', hint: expect.stringContaining('start it again') }
    for (const outcome of await appendMany(2)) expect(outcome).toMatchObject({ reason: fatal })
    await expect(append('alone')).rejects.toMatchObject(fatal)
    await expect(store.registers.put('a', 1)).rejects.toMatchObject(fatal)
    const other = sqliteStore(scratch.file)
    expect(await append('alone', other)).toMatchObject({ ok: true })
    await other.close()
  })

  test.each([
    ['is stored all the same', true, true],
    ['is undone', false, 'STORE_REJECTED'],
  ])('SQL-276 a commit that fails and %s is answered after a sync', async (_what, isStored, answer) => {
    const real = loadDriver()
    let fails = false
    const open: typeof real.open = (file, options) => {
      const connection = real.open(file, options)
      const prepare: typeof connection.prepare = (sql) => {
        const statement = connection.prepare(sql)
        const commit = (): void => {
          if (isStored || !fails) statement.run()
          if (!fails) return
          fails = false
          throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
        }
        return sql === 'COMMIT' ? { ...statement, run: commit } : statement
      }
      return { ...connection, prepare }
    }
    const failing = sqliteStore(scratch.file, { driver: { name: 'failing', open }, sync: 'background' })
    await append('first', failing)
    let syncs = 0
    const sync = (file: number): void => {
      syncs++
      fdatasyncSync(file)
    }
    replaceSync({ fdatasyncSync: sync })
    fails = true
    const found = append('second', failing).then(
      ({ ok }) => ok,
      ({ code }: { readonly code: string }) => code,
    )
    expect(await found).toBe(answer)
    expect(syncs).toBeGreaterThan(0)
    fails = true
    replaceSync({
      fdatasyncSync: () => {
        throw Object.assign(new Error('the disk'), { code: 'EIO' })
      },
    })
    await expect(append('third', failing)).rejects.toMatchObject({ code: 'STORE_UNKNOWN' })
    await failing.close()
  })

  test('an append that is alone is synced at once, and told when that fails', async () => {
    await append('first')
    const fail = (): never => {
      throw Object.assign(new Error('the disk'), { code: 'EIO' })
    }
    replaceSync({ fdatasyncSync: fail })
    await expect(append('alone')).rejects.toMatchObject({ code: 'STORE_UNKNOWN' })
  })
})

function replaceSync(functions: Partial<Pick<typeof fs, 'fdatasync' | 'fdatasyncSync'>>): void {
  Object.assign(fs, functions)
  syncBuiltinESMExports()
}
