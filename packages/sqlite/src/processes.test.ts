import { randomUUID } from 'node:crypto'
import type { NewEvent, Store, StoredEvent } from '@refold/core/store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rmSync } from 'node:fs'
import { bundle, startChild, type Child } from './children.fixture.js'
import { loadDriver } from './driver/load-driver.js'
import { scratchDirectory, type ScratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

describe('several processes on one file', () => {
  const bundles = { appender: '', worker: '', locker: '' }
  let scratch: ScratchDirectory
  let children: Child[] = []

  beforeAll(async () => {
    for (const name of ['appender', 'worker', 'locker'] as const)
      bundles[name] = await bundle(`${name}-child.fixture.ts`)
  })
  afterAll(() => {
    for (const file of Object.values(bundles)) rmSync(file, { force: true })
  })
  beforeEach(() => {
    scratch = scratchDirectory()
    children = []
  })
  afterEach(async () => {
    for (const child of children) child.process.kill('SIGKILL')
    await Promise.all(children.map((child) => child.ended()))
    scratch.remove()
  })

  const start = (name: keyof typeof bundles, ...args: readonly string[]): Child => {
    const child = startChild(bundles[name], [scratch.file, ...args])
    children.push(child)
    return child
  }

  test('APP-4 two processes that append to one stream never both succeed at one revision', async () => {
    const appenders = [start('appender', 's-1', '60'), start('appender', 's-1', '60')]
    const told = (await Promise.all(appenders.map(linesOf))).flat() as Acknowledged[]
    const store = sqliteStore(scratch.file)
    const stored = await readAll(store)
    await store.close()
    expect(stored).toHaveLength(120)
    for (const { id, revision } of told) expect(stored[revision]?.id).toBe(id)
    expect(new Set(told.map(({ revision }) => revision)).size).toBe(120)
  })

  test('SQL-6 a -shm that is deleted under a process leaves the file to those who open it then', async () => {
    const store = sqliteStore(scratch.file)
    await store.append('s-0', [event()], { expected: 'no_stream' })
    rmSync(`${scratch.file}-shm`)
    expect(await linesOf(start('appender', 's-1', '100'))).toHaveLength(100)
    const appender = start('appender', 's-2', '300')
    await appender.line()
    const late = store.append('s-3', [event()], { expected: 'no_stream' })
    await expect(late).rejects.toMatchObject({ code: 'STORE_FATAL', message: expect.stringContaining('-shm') })
    await store.close()
    expect(await linesOf(appender)).toHaveLength(299)
    const next = sqliteStore(scratch.file)
    expect(await readAll(next)).toHaveLength(401)
    await next.close()
    const connection = loadDriver().open(scratch.file)
    expect(connection.prepare('PRAGMA integrity_check').get()).toEqual(['ok'])
    connection.close()
  })

  test('CLOSE-2 a process that is killed while it appends leaves everything that it was told is stored', async () => {
    const appender = start('appender', 's-1', '1000000')
    const told: Acknowledged[] = []
    while (told.length < 50) told.push((await appender.line()) as Acknowledged)
    appender.process.kill('SIGKILL')
    await appender.ended()
    told.push(...((await linesOf(appender)) as Acknowledged[]))
    const store = sqliteStore(scratch.file)
    const stored = await readAll(store)
    await store.close()
    for (const { id, revision } of told) expect(stored[revision]?.id).toBe(id)
  })

  test('FOR-1 SUB-1 what another process appends is reported and reaches subscribers', async () => {
    const store = sqliteStore(scratch.file)
    const reports = store.externalAppends()[Symbol.asyncIterator]()
    const items = store.subscribe({ all: true })[Symbol.asyncIterator]()
    start('appender', 's-1', '5')
    expect((await reports.next()).value?.[0]).toMatchObject({ stream: 's-1' })
    const revisions: bigint[] = []
    while (revisions.length < 5) {
      const { value } = await items.next()
      if (value?.kind === 'event') revisions.push(value.event.revision)
    }
    expect(revisions).toEqual([0n, 1n, 2n, 3n, 4n])
    await store.close()
  })

  test('an append to a file that another process holds locked is stored when the lock is given up', async () => {
    const store = sqliteStore(scratch.file)
    await store.append('s-0', [event()], { expected: 'no_stream' })
    const locker = start('locker')
    expect(await locker.line()).toBe('locked')
    const waiting = Array.from({ length: 20 }, (_, index) =>
      store.append(`s-${index + 1}`, [event()], { expected: 'no_stream' }),
    )
    expect(await Promise.race([Promise.any(waiting), pollTurns(20)])).toBe('still waiting')
    expect(await readAll(store)).toHaveLength(1)
    locker.process.stdin?.end()
    for (const result of await Promise.all(waiting)) expect(result.ok).toBe(true)
    expect(await readAll(store)).toHaveLength(21)
    await store.close()
  })

  test('SQL-65 a store whose file was locked for too long when it was opened opens it for what is asked later', async () => {
    const locker = start('locker')
    expect(await locker.line()).toBe('locked')
    const store = sqliteStore(scratch.file, { busyTimeoutMs: 50 })
    await expect(store.append('s-1', [event()], { expected: 'no_stream' })).rejects.toMatchObject({
      code: 'STORE_REJECTED',
    })
    await expect(store.registers.get('place')).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    locker.process.stdin?.end()
    await locker.ended()
    expect(await store.append('s-1', [event()], { expected: 'no_stream' })).toMatchObject({ ok: true, revision: 0n })
    expect(await readAll(store)).toHaveLength(1)
    await store.close()
  })

  test('an append gives up with STORE_REJECTED, and is surely not stored, when the lock outlasts the time to wait', async () => {
    const store = sqliteStore(scratch.file, { busyTimeoutMs: 50 })
    await store.append('s-0', [event()], { expected: 'no_stream' })
    const locker = start('locker')
    await locker.line()
    await expect(store.append('s-1', [event()], { expected: 'no_stream' })).rejects.toMatchObject({
      code: 'STORE_REJECTED',
    })
    locker.process.stdin?.end()
    await locker.ended()
    expect(await readAll(store)).toHaveLength(1)
    await store.close()
  })

  test('a worker that lost its lock, because its own process read the lock file, is not proven dead while it runs', async () => {
    const worker = start('worker', 'w-2')
    expect(await worker.line()).toBe('announced')
    worker.process.stdin?.end()
    expect(await worker.line()).toBe('read')
    const store = sqliteStore(scratch.file)
    expect(await store.presence?.provenDead('w-2')).toBe(false)
    worker.process.kill('SIGKILL')
    await worker.ended()
    expect(await store.presence?.provenDead('w-2')).toBe(true)
    await store.close()
  })

  test('a worker of another process is proven dead when it was killed, and not before', async () => {
    const store = sqliteStore(scratch.file)
    const worker = start('worker', 'w-1')
    expect(await worker.line()).toBe('announced')
    for (let look = 0; look < 5; look++) expect(await store.presence?.provenDead('w-1')).toBe(false)
    worker.process.kill('SIGKILL')
    await worker.ended()
    expect(await store.presence?.provenDead('w-1')).toBe(true)
    expect(await store.presence?.provenDead('w-2')).toBe(false)
    await store.close()
  })
})

interface Acknowledged {
  readonly id: string
  readonly revision: number
}

async function linesOf(child: Child): Promise<unknown[]> {
  const lines: unknown[] = []
  for (let line = await child.line(); line !== undefined; line = await child.line()) lines.push(line)
  return lines
}

async function readAll(store: Store): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const page of store.readAll()) events.push(...page)
  return events
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: null, metadata: {} }
}

/** Some turns of the event loop in which nothing may happen. */
async function pollTurns(turns: number): Promise<string> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
  return 'still waiting'
}
