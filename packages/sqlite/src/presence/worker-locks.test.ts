import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { NewEvent, Presence } from '@refold/core/store'
import { toRevision } from '@refold/core/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { scratchDirectory, type ScratchDirectory } from '../scratch-directory.fixture.js'
import { sqliteStore } from '../sqlite-store.js'
import { loadDriver } from '../driver/load-driver.js'
import { isSameMachine, thisMachine } from './machine.js'
import { thisProcess } from './process-life.js'

/** The record of an agent that this worker owns. */
function shipOf(owner: string): NewEvent {
  const refold = {
    v: 0,
    agent: 'ship@1',
    at: 1,
    input: { kind: 'started' },
    status: 'active',
    active: ['sea'],
    owner,
    epoch: 1,
  }
  return { id: randomUUID(), type: 'noted', data: {}, metadata: { refold } }
}

/** Its lock as it began three days ago, in a process that has ended without a word. */
function killedLongAgo(file: string, worker: string): void {
  const { host, boot } = thisMachine()
  const { namespace } = thisProcess()
  mkdirSync(`${file}-workers`, { recursive: true })
  const lock = loadDriver().open(join(`${file}-workers`, `${worker}.lock`))
  lock.exec('CREATE TABLE worker (host TEXT, boot TEXT, pid INTEGER, namespace TEXT, started TEXT)')
  lock.prepare('INSERT INTO worker VALUES (?, ?, ?, ?, ?)').run(host, boot, process.pid, namespace, '1') // another one had the pid
  lock.close()
  age(file, [worker], 3 * 24 * 60 * 60 * 1000)
}

function age(file: string, workers: readonly string[], ms: number): void {
  const then = new Date(Date.now() - ms)
  for (const worker of workers) utimesSync(join(`${file}-workers`, `${worker}.lock`), then, then)
}

describe('proof of life and death', () => {
  let scratch: ScratchDirectory
  beforeEach(() => {
    scratch = scratchDirectory()
  })
  afterEach(() => scratch.remove())

  const open = () => {
    const store = sqliteStore(scratch.file)
    return { store, presence: store.presence as Presence }
  }

  test('SQL-226 a lock that is taken after the store was closed is given up', async () => {
    const [one, two] = [open(), open()]
    mkdirSync(`${scratch.file}-workers`, { recursive: true })
    const trying = loadDriver().open(join(`${scratch.file}-workers`, 'w-1.lock'))
    trying.exec('BEGIN EXCLUSIVE')
    const announced = one.presence.announce('w-1').catch((error: unknown) => error)
    await one.store.close()
    trying.close()
    expect(await announced).toMatchObject({ code: 'CLOSED' })
    const release = await two.presence.announce('w-1')
    await release()
    await two.store.close()
  })

  test('two stores of one process see each other alive, until the lock is released', async () => {
    const [one, two] = [open(), open()]
    const release = await one.presence.announce('w-1')
    await two.presence.announce('w-2')
    for (const { presence } of [one, two])
      for (const worker of ['w-1', 'w-2']) expect(await presence.provenDead(worker)).toBe(false)
    await release()
    await release()
    for (const { presence } of [one, two]) expect(await presence.provenDead('w-1')).toBe(true)
    expect(await one.presence.provenDead('w-2')).toBe(false)
    await two.store.close()
    expect(await one.presence.provenDead('w-2')).toBe(true)
    await one.store.close()
  })

  test('SQL-21 a link to the file leads to the same locks', async () => {
    const one = open()
    const release = await one.presence.announce('w-1')
    const link = `${scratch.file}.link`
    symlinkSync(scratch.file, link)
    const other = sqliteStore(link)
    expect(await other.presence?.provenDead('w-1')).toBe(false)
    await release()
    expect(await other.presence?.provenDead('w-1')).toBe(true)
    await Promise.all([one.store.close(), other.close()])
  })

  test('trying the lock of a living worker does not take it away', async () => {
    const [one, two] = [open(), open()]
    await one.presence.announce('w-1')
    for (let look = 0; look < 20; look++) expect(await two.presence.provenDead('w-1')).toBe(false)
    await Promise.all([one.store.close(), two.store.close()])
  })

  test('a name that was never announced, or whose announcement was cut off, proves nothing', async () => {
    const { store, presence } = open()
    mkdirSync(`${scratch.file}-workers`, { recursive: true })
    writeFileSync(join(`${scratch.file}-workers`, 'w-half.lock'), '')
    writeFileSync(join(`${scratch.file}-workers`, 'w-damaged.lock'), 'whales '.repeat(2000))
    expect(await presence.provenDead('w-half')).toBe(false)
    expect(await presence.provenDead('w-damaged')).toBe(false)
    expect(await presence.provenDead('w-never')).toBe(false)
    expect(readdirSync(`${scratch.file}-workers`).toSorted()).toEqual(['w-damaged.lock', 'w-half.lock'])
    await expect(presence.announce('../w')).rejects.toMatchObject({ code: 'INVALID_ID' })
    await store.close()
  })

  test('a worker that is announced twice is refused, and one that was released can come back', async () => {
    const { store, presence } = open()
    const release = await presence.announce('w-1')
    await expect(presence.announce('w-1')).rejects.toMatchObject({ code: 'INVARIANT' })
    await release()
    await presence.announce('w-1')
    expect(await presence.provenDead('w-1')).toBe(false)
    await store.close()
  })

  test('WRK-30 the file of a dead worker is removed by the next announcement, unless an agent still names it, and then after a day', async () => {
    const [one, two] = [open(), open()]
    await one.presence.announce('w-alive')
    await (
      await two.presence.announce('w-dead')
    )()
    await two.store.append('ship-2', [shipOf('w-dead')], { expected: 'no_stream' })
    await (
      await two.presence.announce('w-fresh')
    )()
    await two.store.append('ship-1', [shipOf('w-fresh')], { expected: 'no_stream' })
    await (
      await two.presence.announce('w-of-no-one')
    )()
    const longAgo = new Date(Date.now() - 3 * 24 * 60 * 60 * 1000)
    for (const worker of ['w-alive', 'w-dead'])
      utimesSync(join(`${scratch.file}-workers`, `${worker}.lock`), longAgo, longAgo)
    await two.presence.announce('w-new')
    const locks = readdirSync(`${scratch.file}-workers`).filter((name) => name.endsWith('.lock'))
    expect(locks.toSorted()).toEqual(['w-alive.lock', 'w-fresh.lock', 'w-new.lock'])
    await Promise.all([one.store.close(), two.store.close()])
  })

  test('WRK-30 a worker that lived long and died is proven dead for a day more, and one that no agent names for ten minutes', async () => {
    const { store, presence } = open()
    await store.append('ship-1', [shipOf('w-named')], { expected: 'no_stream' })
    for (const worker of ['w-named', 'w-other']) killedLongAgo(scratch.file, worker)
    const left = async (next: string): Promise<readonly string[]> => {
      await (
        await presence.announce(next)
      )()
      const names = readdirSync(`${scratch.file}-workers`)
      return names.filter((name) => /^w-(named|other).lock$/.test(name)).toSorted()
    }
    for (const next of ['w-1', 'w-2']) expect(await left(next)).toEqual(['w-named.lock', 'w-other.lock'])
    for (const worker of ['w-named', 'w-other']) expect(await presence.provenDead(worker)).toBe(true)
    age(scratch.file, ['w-named', 'w-other'], 11 * 60 * 1000)
    expect(await left('w-3')).toEqual(['w-named.lock'])
    age(scratch.file, ['w-named'], 25 * 60 * 60 * 1000)
    expect(await left('w-4')).toEqual([])
    await store.close()
  })

  test('SQL-272 the file of a worker that died before its name stood in it is removed after ten minutes', async () => {
    const { store, presence } = open()
    mkdirSync(`${scratch.file}-workers`, { recursive: true })
    for (const worker of ['w-young', 'w-old']) writeFileSync(join(`${scratch.file}-workers`, `${worker}.lock`), '')
    age(scratch.file, ['w-old'], 11 * 60 * 1000)
    await presence.announce('w-1')
    const locks = readdirSync(`${scratch.file}-workers`).filter((name) => name.endsWith('.lock'))
    expect(locks.toSorted()).toEqual(['w-1.lock', 'w-young.lock'])
    await store.close()
  })

  test('WRK-30 nothing is left of a worker whose agents have been taken over', async () => {
    const { store, presence } = open()
    await (
      await presence.announce('w-dead')
    )()
    await store.append('ship-1', [shipOf('w-dead')], { expected: 'no_stream' })
    await presence.announce('w-1')
    expect(await presence.provenDead('w-dead')).toBe(true)
    await store.append('ship-1', [shipOf('w-1')], { expected: toRevision(0) })
    await presence.announce('w-2')
    expect(readdirSync(`${scratch.file}-workers`).filter((name) => name.startsWith('w-dead'))).toEqual([])
    await store.close()
  })

  test('a lock tells something only on the machine, or the kernel, on which it was taken', () => {
    expect(isSameMachine({ host: 'a', boot: '1' }, { host: 'a', boot: '2' })).toBe(true)
    expect(isSameMachine({ host: 'container', boot: '1' }, { host: 'other', boot: '1' })).toBe(true)
    expect(isSameMachine({ host: 'a', boot: '1' }, { host: 'b', boot: '2' })).toBe(false)
    expect(isSameMachine({ host: 'a', boot: '' }, { host: 'b', boot: '' })).toBe(false)
  })
})
