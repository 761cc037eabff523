import { randomUUID } from 'node:crypto'
import type { NewEvent, Store } from '@refold/core/store'
import { toRevision } from '@refold/core/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SqliteConnection, SqliteDriver, SqliteStatement } from '../driver/driver.js'
import { loadDriver } from '../driver/load-driver.js'
import { scratchDirectory, type ScratchDirectory } from '../scratch-directory.fixture.js'
import { sqliteStore } from '../sqlite-store.js'

describe('commits that fail', () => {
  let scratch: ScratchDirectory
  beforeEach(() => {
    scratch = scratchDirectory()
  })
  afterEach(() => scratch.remove())

  const REJECTED = { code: 'STORE_REJECTED' }

  test('APP-3 a full disk rejects those of fifty appends that do not fit, each alone, and stores none of their events', async () => {
    const driver = watchedDriver()
    const store = sqliteStore(scratch.file, { driver })
    await store.append('s-0', [event()], { expected: 'no_stream' })
    driver.connection().exec('PRAGMA max_page_count = 60')
    const appends = Array.from({ length: 50 }, (_, index) => {
      const data = 'x'.repeat(index % 2 === 0 ? 20_000 : 10)
      return { stream: `s-${index + 1}`, events: [event(), event(data)] }
    })
    const outcomes = await Promise.allSettled(
      appends.map(({ stream, events }) => store.append(stream, events, { expected: 'no_stream' })),
    )
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(rejected.length).toBeGreaterThan(5)
    expect(rejected.length).toBeLessThan(45)
    for (const { reason } of rejected)
      expect(reason).toMatchObject({ ...REJECTED, hint: expect.stringContaining('disk') })
    driver.connection().exec('PRAGMA max_page_count = 100000')
    for (const [index, { stream, events }] of appends.entries()) {
      const stored = await read(store, stream)
      expect(stored).toEqual(outcomes[index]?.status === 'fulfilled' ? events.map(({ id }) => id) : [])
      expect((await store.append(stream, events, { expected: 'no_stream' })).ok).toBe(true)
    }
    await store.close()
  })

  test('a commit that fails and is surely undone rejects, and the same append can be made again', async () => {
    const driver = watchedDriver()
    const store = sqliteStore(scratch.file, { driver })
    const events = [event(), event()]
    driver.failNextCommit({ code: 'SQLITE_FULL', stored: false })
    await expect(store.append('s-1', events, { expected: 'no_stream' })).rejects.toMatchObject(REJECTED)
    driver.failNextCommit({ code: 'SQLITE_IOERR_FSYNC', stored: false })
    await expect(store.append('s-1', events, { expected: 'no_stream' })).rejects.toMatchObject(REJECTED)
    expect(await read(store, 's-1')).toEqual([])
    expect(await store.append('s-1', events, { expected: 'no_stream' })).toMatchObject({ ok: true, revision: 1n })
    await store.close()
  })

  test('a commit that reports a failure although it is stored succeeds, for the whole group', async () => {
    const driver = watchedDriver()
    const store = sqliteStore(scratch.file, { driver })
    driver.failNextCommit({ code: 'SQLITE_IOERR', stored: true })
    const [one, two] = await Promise.all([
      store.append('s-1', [event()], { expected: 'no_stream' }),
      store.append('s-2', [event(), event()], { expected: 'no_stream' }),
      store.registers.put('a', 1),
    ])
    expect([one, two]).toMatchObject([
      { ok: true, revision: 0n },
      { ok: true, revision: 1n },
    ])
    expect(await store.registers.get('a')).toBe(1)
    await store.close()
  })

  test('APP-5 a commit of which no one can tell is unknown, and the repeated append learns what became of it', async () => {
    for (const stored of [true, false]) {
      const driver = watchedDriver()
      const store = sqliteStore(`${scratch.file}-${stored}`, { driver })
      const events = [event()]
      driver.failNextCommit({ code: 'SQLITE_IOERR_FSYNC', stored, thenDead: true })
      await expect(store.append('s-1', events, { expected: 'no_stream' })).rejects.toMatchObject({
        code: 'STORE_UNKNOWN',
      })
      driver.revive()
      expect(await store.append('s-1', events, { expected: 'no_stream' })).toMatchObject({ ok: true, revision: 0n })
      expect(await store.append('s-1', [event()], { expected: toRevision(0) })).toMatchObject({
        ok: true,
        revision: 1n,
      })
      await store.close()
    }
  })

  test('after a failed commit nothing that was numbered in it is taken for stored', async () => {
    const driver = watchedDriver()
    const store = sqliteStore(scratch.file, { driver })
    const record = (index: number): NewEvent => ({
      ...event({ src: 'draft', output: index }),
      metadata: {
        refold: { v: 0, agent: 's@1', at: 1_790_000_000_000, input: { kind: 'x' }, active: ['a'], body: { patch: [] } },
      },
    })
    const records = [0, 1, 2, 3, 4].map(record)
    driver.failNextCommit({ code: 'SQLITE_FULL', stored: false })
    await expect(store.append('s-1', records, { expected: 'no_stream' })).rejects.toMatchObject(REJECTED)
    await store.append('s-1', records, { expected: 'no_stream' })
    await store.close()
    const again = sqliteStore(scratch.file)
    const data: unknown[] = []
    for await (const page of again.read('s-1')) data.push(...page.map((stored) => [stored.data, stored.metadata]))
    expect(data).toEqual(records.map(({ data: written, metadata }) => [written, metadata]))
    expect((await again.directory.get('s-1'))?.active).toEqual(['a'])
    await again.close()
  })
})

interface Failure {
  readonly code: string
  /** Whether the commit really happened. */
  readonly stored: boolean
  /** Everything fails until `revive`. */
  readonly thenDead?: boolean
}

/** A real driver whose next commit fails on demand. */
function watchedDriver() {
  const real = loadDriver()
  let last: SqliteConnection | undefined
  let failure: Failure | undefined
  let dead = false
  const onCommit = (commit: () => void): void => {
    const now = failure
    failure = undefined
    if (now === undefined) return commit()
    if (now.stored) commit()
    dead = now.thenDead === true
    throw Object.assign(new Error(`simulated ${now.code}`), { code: now.code })
  }
  const assertAlive = (): void => {
    if (dead) throw Object.assign(new Error('simulated'), { code: 'SQLITE_IOERR' })
  }
  const open = (file: string): SqliteConnection => {
    const connection = real.open(file)
    last = connection
    const prepare = (sql: string): SqliteStatement => {
      const statement = connection.prepare(sql)
      return {
        run: (...values) => {
          if (sql !== 'ROLLBACK') assertAlive()
          if (sql === 'COMMIT') onCommit(() => statement.run())
          else statement.run(...values)
        },
        get: (...values) => (assertAlive(), statement.get(...values)),
        all: (...values) => (assertAlive(), statement.all(...values)),
      }
    }
    return { ...connection, prepare }
  }
  const driver: SqliteDriver = { name: `watched ${real.name}`, open }
  return {
    ...driver,
    failNextCommit: (next: Failure) => {
      failure = next
    },
    revive: () => {
      dead = false
    },
    connection: () => last as SqliteConnection,
  }
}

function event(data: NewEvent['data'] = null): NewEvent {
  return { id: randomUUID(), type: 'noted', data, metadata: {} }
}

async function read(store: Store, stream: string): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const page of store.read(stream)) ids.push(...page.map(({ id }) => id))
  return ids
}
