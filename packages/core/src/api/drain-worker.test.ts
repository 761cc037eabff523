/** A drain that is asked for in the store, of a worker that runs elsewhere. */
import { describe, expect, test } from 'vitest'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { controlledBody, obedient } from './controlled-body.fixture.js'
import { drainWorker } from './drain-worker.js'
import type { DrainWorkerOptions } from './drain-worker.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, LEASE_MS, outcomeOf, startWorker } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'
import type { WorkOptions } from './work-agent.fixture.js'

const HEARTBEAT_MS = LEASE_MS / 3

/** `a` is at the effect of agent 1, and `b` is there to go on. */
async function working(policy?: WorkOptions['policy']) {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, ...(policy === undefined ? undefined : { policy }) })
  const options = { log, time, agents: [definition] }
  const a = await startWorker({ ...options, id: 'a' })
  await a.runtime.start(definition, { id: '1' })
  await settle()
  const b = await startWorker({ ...options, id: 'b' })
  const store = memoryStore(log)
  const world = createWorld({ clock: time.clock() })
  const drain = (worker: string, how: DrainWorkerOptions = {}) => drainWorker(store, worker, { world, ...how })
  return { log, time, work, definition, options, a, b, store, drain }
}

describe('WRK-33 a drain that is asked for in the store', () => {
  test('WRK-33 is met at the next heartbeat, and others go on at once', async () => {
    const { log, time, work, a, b, drain } = await working()
    obedient(work.last)
    const gone = drain(a.runtime.id, { by: 'ana', reason: 'new kernel' })
    await settle()
    expect(await outcomeOf(gone)).toBe('pending')
    expect(work.runs).toHaveLength(1)
    await time.advance(HEARTBEAT_MS)
    await gone
    expect(work.runs).toHaveLength(2)
    const released = (await eventsOf(log, 'work-1')).find(({ type }) => type === 'refold.released')
    expect(released).toMatchObject({ metadata: { refold: { by: 'ana', reason: 'new kernel', owner: null } } })
    expect(b.takenOver).toMatchObject([{ previous: a.runtime.id, why: 'released', reason: 'new kernel' }])
    expect(a.reports).toMatchObject([
      { code: 'DRAINED', facts: { worker: a.runtime.id, by: 'ana', reason: 'new kernel' } },
    ])
    await expect(a.runtime.find()).rejects.toMatchObject({ code: 'CLOSED' })
    expect([...log.registers.keys()].filter((name) => name.startsWith('drain-'))).toEqual([])
  })

  test('WRK-33 goes as it is asked: a body that may be repeated is waited for', async () => {
    const { time, work, a, drain } = await working()
    const gone = drain(a.runtime.id, { bodies: 'finish', deadlineMs: 60_000 })
    await time.advance(HEARTBEAT_MS)
    expect([work.runs.length, work.last.args.signal.aborted, await outcomeOf(gone)]).toEqual([1, false, 'pending'])
    work.last.resolve('done')
    await time.advance(HEARTBEAT_MS)
    await gone
    expect(work.runs).toHaveLength(1)
  })

  test('WRK-33 asked for twice, or of a worker that has gone, is one drain', async () => {
    const { time, work, a, drain } = await working()
    obedient(work.last)
    const both = Promise.all([drain(a.runtime.id, { by: 'ana' }), drain(a.runtime.id, { by: 'ben' })])
    await time.advance(2 * HEARTBEAT_MS)
    await both
    expect(a.reports).toHaveLength(1)
    await drain(a.runtime.id)
    expect(work.runs).toHaveLength(2)
  })

  test('WRK-33 is ended by a worker that dies meanwhile, when it has been silent for its lease', async () => {
    const { time, work, a, drain } = await working()
    a.die()
    const gone = drain(a.runtime.id).catch((error: unknown) => error)
    await time.advance(2 * LEASE_MS)
    expect(await gone).toMatchObject({ code: 'TIMEOUT', facts: { worker: a.runtime.id } })
    expect(work.runs).toHaveLength(2)
  })

  test('WRK-33 stands for a worker that comes back', async () => {
    const { time, a, drain } = await working()
    a.die()
    const gone = drain(a.runtime.id).catch((error: unknown) => error)
    await time.advance(2 * LEASE_MS)
    await gone
    a.wake()
    await time.advance(HEARTBEAT_MS)
    expect(a.reports.map(({ code }) => code)).toContain('DRAINED')
  })

  test('WRK-33 is waited for as long as someone likes', async () => {
    const { time, a, drain } = await working()
    const controller = new AbortController()
    const how = { signal: controller.signal, bodies: 'finish', deadlineMs: 60_000 } as const
    const left = drain(a.runtime.id, how).catch((error: unknown) => error)
    await settle()
    controller.abort(new Error('enough'))
    await time.advance(100)
    expect(await left).toMatchObject({ code: 'ABORTED' })
    await time.advance(HEARTBEAT_MS)
    expect(a.reports.map(({ code }) => code)).toEqual(['DRAINED'])
  })

  test('WRK-33 what cannot be read is looked for at the next heartbeat', async () => {
    const { time, work, a, drain } = await working()
    obedient(work.last)
    const get = a.store.registers.get.bind(a.store.registers)
    let failures = 0
    a.store.registers.get = (name) => {
      if (!name.startsWith('drain-') || failures++ > 0) return get(name)
      throw new Error('not now')
    }
    const gone = drain(a.runtime.id)
    await time.advance(HEARTBEAT_MS)
    expect(a.reports).toEqual([])
    await time.advance(HEARTBEAT_MS)
    await gone
  })

  test('WRK-33 of an unknown worker, or with nonsense, is refused, and nothing is written', async () => {
    const { log, drain, store } = await working()
    const before = [...log.registers.keys()]
    await expect(drain('c')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(drain('c', { deadlineMs: -1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(drain('c', { bodies: 'stop' as never })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(drain('c', { nonsense: 1 } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(drain(7 as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(drainWorker(undefined as never, 'c')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(drainWorker(store, 'c', null as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect([...log.registers.keys()]).toEqual(before)
  })
})
