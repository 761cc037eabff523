/** A drain: what a worker is at goes to others, in good order. */
import { describe, expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outcomeOf, startProcess, startWorker, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

const GRACE_MS = 20_000

/** `a` is at the effect of agent 1, and `b` is there to go on. */
async function working(policy?: WorkOptions['policy']) {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, ...(policy === undefined ? undefined : { policy }) })
  const options = { log, time, agents: [definition] }
  const a = await startWorker({ ...options, id: 'a' })
  const agent = await a.runtime.start(definition, { id: '1' })
  await settle()
  const b = await startWorker({ ...options, id: 'b' })
  const there = await b.runtime.attach(definition, '1')
  return { log, time, work, definition, options, a, b, agent, there, types: () => typesOf(log, 'work-1') }
}

describe('an idempotent body', () => {
  test('WRK-6 WRK-7 is aborted, and begins elsewhere at once with the same key', async () => {
    const { log, work, a, b } = await working()
    const first = obedient(work.last)
    const drained = await a.runtime.drain({ by: 'ana', reason: 'new kernel' })
    expect(drained).toEqual({ released: 1, inDoubt: 0 })
    expect(first.args.signal.aborted).toBe(true)
    await settle()
    expect(work.runs.map(({ args }) => args.key)).toEqual([first.args.key, first.args.key])
    const released = (await eventsOf(log, 'work-1')).find(({ type }) => type === 'refold.released')
    expect(released).toMatchObject({
      data: { worker: a.runtime.id },
      metadata: { refold: { by: 'ana', reason: 'new kernel', owner: null } },
    })
    expect(b.takenOver).toMatchObject([{ previous: a.runtime.id, why: 'released', reason: 'new kernel' }])
    expect((await eventsOf(log, 'work-1')).find(({ type }) => type === 'refold.claimed')).toMatchObject({
      data: { worker: b.runtime.id, why: 'released' },
    })
  })

  test('WRK-7 is waited for when that is asked for, and its next effect begins elsewhere', async () => {
    const { time, work, a, b, there, types } = await working()
    const drained = a.runtime.drain({ bodies: 'finish' })
    expect(await outcomeOf(drained)).toBe('pending')
    expect(work.last.args.signal.aborted).toBe(false)
    work.last.resolve('done')
    expect(await drained).toEqual({ released: 0, inDoubt: 0 })
    expect(await types()).toEqual(['refold.started', 'refold.effect.done'])
    await there.send({ type: 'go' })
    await time.advance(250)
    expect(work.runs).toHaveLength(2)
    expect(b.takenOver).toMatchObject([{ previous: a.runtime.id, why: 'closed' }])
  })

  test('WRK-7 is aborted at the deadline', async () => {
    const { time, work, a } = await working()
    const first = obedient(work.last)
    const drained = a.runtime.drain({ bodies: 'finish', deadlineMs: 1_000 })
    await time.advance(1_000)
    expect(await drained).toEqual({ released: 1, inDoubt: 0 })
    expect(first.args.signal.aborted).toBe(true)
    await settle()
    expect(work.runs).toHaveLength(2)
  })

  test('WRK-6 WRK-7 that fails while it is waited for is retried elsewhere', async () => {
    const { time, work, a, types } = await working({ retry: { attempts: 3, delayMs: 0, jitter: false } })
    const drained = a.runtime.drain({ bodies: 'finish' })
    work.last.reject(new Error('not now'))
    expect(await drained).toEqual({ released: 1, inDoubt: 0 })
    await time.advance(200)
    expect(work.runs.map(({ args }) => args.attempt)).toEqual([1, 2])
    expect(await types()).toEqual([
      'refold.started',
      'refold.effect.failed',
      'refold.released',
      'refold.claimed',
      'refold.effect.started',
    ])
  })

  test('WRK-7 whose success comes after the release counts, and the new attempt is aborted', async () => {
    const { log, work, a } = await working()
    let release = (): void => {}
    a.store.faults.push({ until: new Promise<void>((resolve) => (release = resolve)) })
    const drained = a.runtime.drain()
    work.last.resolve('done after all')
    await settle()
    release()
    await drained
    await settle()
    const done = (await eventsOf(log, 'work-1')).find(({ type }) => type === 'refold.effect.done')
    expect(done).toMatchObject({ data: { output: 'done after all' }, metadata: { refold: { input: { late: true } } } })
  })
})

describe('a never-retry body', () => {
  const policy = { safety: 'never-retry' } as const

  test('WRK-8 is waited for, and its outcome is stored by the worker that drains', async () => {
    const { work, a, types } = await working(policy)
    const drained = a.runtime.drain()
    expect(await outcomeOf(drained)).toBe('pending')
    expect(work.last.args.signal.aborted).toBe(false)
    work.last.resolve('paid')
    expect(await drained).toEqual({ released: 0, inDoubt: 0 })
    expect(await types()).toEqual(['refold.started', 'refold.effect.started', 'refold.effect.done'])
  })

  test('WRK-8 that does not end by the deadline is in doubt from the release on', async () => {
    const { time, work, a, there, types } = await working(policy)
    const drained = a.runtime.drain()
    await time.advance(GRACE_MS - 1)
    expect(await outcomeOf(drained)).toBe('pending')
    await time.advance(1)
    expect(await drained).toEqual({ released: 1, inDoubt: 1 })
    expect(await types()).toEqual(['refold.started', 'refold.effect.started', 'refold.released'])
    expect((await there.inDoubt()).map(({ inDoubt }) => inDoubt?.why)).toEqual(['interrupted'])
    expect(work.runs).toHaveLength(1)
  })

  test('WRK-6 WRK-8 holds up its own agent only', async () => {
    const { log, time, work, definition, a } = await working(policy)
    const other = workAgent({ body: work.body, version: 2 })
    const options = { log, time, agents: [definition, other] }
    const c = await startWorker({ ...options, id: 'c' })
    await c.runtime.start(definition, { id: 'pays' })
    await c.runtime.start(other, { id: 'writes' })
    await settle()
    const d = await startWorker({ ...options, id: 'd' })
    const drained = c.runtime.drain()
    await settle()
    expect(d.takenOver).toMatchObject([{ agent: { id: 'writes' }, why: 'released' }])
    expect(await outcomeOf(drained)).toBe('pending')
    await time.advance(GRACE_MS)
    expect(await drained).toEqual({ released: 2, inDoubt: 1 })
    a.die()
  })
})

describe('a drain', () => {
  test('WRK-6 begins nothing that comes meanwhile', async () => {
    const { work, definition, a, types } = await working({ safety: 'never-retry' })
    const drained = a.runtime.drain()
    const started = await a.runtime.start(definition, { id: '2' })
    await started.send({ type: 'note', text: 'still taken' })
    await settle()
    work.runs[0]?.resolve('paid')
    await drained
    await settle()
    expect(work.runs).toHaveLength(2)
    expect(await types()).toContain('refold.effect.done')
  })

  test('WRK-6 is asked for once, and ends in a closed worker', async () => {
    const { a, definition } = await working()
    const [one, two] = [a.runtime.drain(), a.runtime.drain()]
    expect(await one).toBe(await two)
    await expect(a.runtime.start(definition, { id: '2' })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('a close ends a drain that waits', async () => {
    const { time, a } = await working({ safety: 'never-retry' })
    const drained = a.runtime.drain()
    await settle()
    const closed = a.runtime.close()
    await time.advance(0)
    await closed
    expect(await drained).toEqual({ released: 1, inDoubt: 1 })
  })

  test('a worker that was closed has nothing to drain', async () => {
    const { a } = await working()
    await a.runtime.close()
    expect(await a.runtime.drain()).toEqual({ released: 0, inDoubt: 0 })
  })

  test('WRK-6 of a worker whose store does not answer ends at its deadline; others find it gone', async () => {
    const { log, time, options, work, a, b } = await working()
    await b.runtime.close()
    a.store.faults.push({ until: new Promise(() => {}) })
    const drained = a.runtime.drain({ deadlineMs: 1_000 })
    await time.advance(60_000)
    void drained
    a.die()
    await startWorker(options)
    await time.advance(60_000)
    expect(work.runs).toHaveLength(2)
    expect(await typesOf(log, 'work-1')).not.toContain('refold.released')
  })

  test.each([
    [{ deadlineMs: -1 }, 'deadlineMs'],
    [{ bodies: 'kill' }, 'bodies'],
    [{ reason: 5 }, 'reason'],
    [{ deadline: 5 }, 'deadline'],
  ])('%j is refused', async (options, path) => {
    const { a } = await working()
    await expect(a.runtime.drain(options as never)).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path } })
    await a.runtime.close()
  })

  test('WRK-6 that was refused for its options is none: the next one drains', async () => {
    const { a } = await working()
    await expect(a.runtime.drain({ deadlineMs: -1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(await a.runtime.drain({ deadlineMs: 0 })).toMatchObject({ released: 1 })
  })

  test('a process without effects drains nothing', async () => {
    const { log, time, definition } = await working()
    const web = await startProcess({ log, time, agents: [definition], worker: false })
    await web.runtime.close()
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started'])
  })
})

test('WRK-154 an agent of the worker that cannot be loaded keeps no other from being released', async () => {
  const { log, work, a, agent, definition } = await working()
  const other = await a.runtime.start(definition, { id: '2' })
  await settle()
  for (const each of [agent, other]) {
    a.store.faults.push('fatal') // neither is in memory after it
    await expect(each.pause()).rejects.toMatchObject({ code: 'STORE_FATAL' })
  }
  const { read } = a.store
  a.store.read = (stream, ...rest) => {
    if (stream === 'work-1') throw new RefoldError('STORE_REJECTED', 'not now')
    return read.call(a.store, stream, ...rest)
  }
  expect(await a.runtime.drain()).toEqual({ released: 1, inDoubt: 0 })
  expect(await typesOf(log, 'work-2')).toContain('refold.released')
  expect(a.logged).toContainEqual({ level: 'warn', message: 'work-1 could not be released' })
  await settle()
  expect(work.runs.length).toBeGreaterThan(2)
})
