/** Projections in memory: what counts once, what parks, what is built beside. */
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { createClient } from '../api/create-client.js'
import type { Client } from '../public/runtime.js'
import type { ProjectionStatus } from '../public/projection.js'
import { memoryLog, type MemoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { defineProjection } from './define-projection.js'
import { order, orders, other, quiet } from './orders.fixture.js'

describe('a projection', () => {
  let log: MemoryLog
  let client: Client
  const connect = (): Promise<Client> => createClient({ store: memoryStore(log), agents: [order, other], world: quiet })
  beforeEach(async () => {
    log = memoryLog()
    client = await connect()
    return () => client.close()
  })

  async function placed(id: string, ...cents: number[]) {
    const agent = await client.start(order, { id })
    for (const one of cents) await agent.send({ type: 'add', cents: one })
    return agent
  }

  test('PRJ-1 counts each record once, the past first, and goes on in another process where it was', async () => {
    await placed('1', 500, 250)
    const one = await client.project(orders())
    await one.ready
    expect(await one.get('1')).toEqual({ status: 'active', total: 750, records: 3 })
    const second = await placed('2', 100)
    await one.at(second)
    await one.close()
    await second.send({ type: 'pay' })
    const next = await (await connect()).project(orders())
    await next.at(second)
    expect(await next.get('2')).toEqual({ status: 'done', total: 100, records: 3 })
    expectTypeOf(next.get('2')).resolves.toEqualTypeOf<{ status: string; total: number; records: number } | undefined>()
    const keys: string[] = []
    for await (const [key] of next.entries()) keys.push(key)
    expect(keys).toEqual(['1', '2'])
  })

  test('PRJ-400 one that is opened while its client closes is not left to run: the opening says so', async () => {
    const closed = await connect()
    const told: ProjectionStatus['phase'][] = []
    const opening = closed.project(orders(), { onStatus: ({ phase }) => told.push(phase) })
    await Promise.all([expect(opening).rejects.toMatchObject({ code: 'CLOSED' }), closed.close()])
    expect(told.at(-1)).toBe('stopped')
  })

  test('PRJ-2 holds what someone has seen: of a handle, of an answer, of a cursor; else it says why not', async () => {
    const projection = await client.project(orders())
    const agent = await placed('1', 500)
    await projection.at(agent)
    expect(await projection.get('1')).toMatchObject({ records: 2 })
    const { revision } = await agent.send({ type: 'add', cents: 1 })
    await projection.at({ name: agent.name, id: agent.id, revision })
    expect(await projection.get('1')).toMatchObject({ total: 501 })
    for await (const { cursor } of client.follow()) {
      if (cursor !== undefined) await projection.at(cursor)
      break
    }
    await expect(projection.at({ name: 'order', id: '7', revision })).rejects.toMatchObject({ code: 'CURSOR_LOST' })
    const stranger = await client.start(other, { id: '1' })
    await projection.at(stranger, { timeoutMs: 5_000 }) // it has passed it, and nothing of it is in the documents
  })

  test('PRJ-239 goes on, whatever `onStatus` throws or rejects with: the log has it', async () => {
    await placed('1', 500)
    const logged: string[] = []
    const world = { ...quiet, logger: { log: (_level: string, message: string) => void logged.push(message) } }
    const other = await createClient({ store: memoryStore(log), agents: [order], world })
    const onStatus = (): unknown => Promise.reject(new Error('in onStatus'))
    const projection = await other.project(orders(), { onStatus })
    await projection.ready
    expect(logged).toContain('onStatus threw')
    await other.close()
  })

  test('PRJ-5 PRJ-6 stands before a record that its code throws at, answers, and goes on after a retry or a repair', async () => {
    const agent = await placed('1', 500, 13, 7)
    const log: string[] = []
    const parked = await client.project(orders({ poison: 13 }), { onStatus: ({ phase }) => log.push(phase) })
    await expect(parked.ready).rejects.toMatchObject({
      code: 'PROJECTION_PARKED',
      facts: { revision: 2, type: 'add', agent: { name: 'order', id: '1' }, error: { message: '13 is too much' } },
    })
    expect(parked.status).toMatchObject({ phase: 'parked', parked: { revision: 2 }, records: 2 })
    expect(await parked.get('1')).toMatchObject({ total: 500 })
    await expect(parked.at(agent)).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
    await parked.retry()
    await expect(parked.ready).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
    expect(log.filter((phase) => phase === 'parked').length).toBeGreaterThan(1)
    await parked.close()
    const repaired = await client.project(orders())
    await repaired.at(agent)
    expect(await repaired.get('1')).toMatchObject({ total: 520, records: 4 })
    expect(repaired.status).not.toHaveProperty('parked')
  })

  test('PRJ-5 PRJ-15 parks on what is no JSON, and on a write to a document', async () => {
    const agent = await placed('1')
    const bad = defineProjection<typeof order, { at: unknown }>({
      name: 'bad',
      version: 1,
      initial: { at: '' },
      evolve: () => ({ at: new Date() }),
    })
    await expect((await client.project(bad)).ready).rejects.toMatchObject({
      facts: { error: { code: 'NOT_SERIALIZABLE' } },
    })
    const writing = defineProjection({
      name: 'writing',
      version: 1,
      initial: { list: [] as number[] },
      evolve: (document) => {
        document.list.push(1)
        return document
      },
    })
    await expect((await client.project(writing)).at(agent)).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
    const keys = defineProjection({ name: 'keys', version: 1, initial: 0, key: () => '', evolve: (count) => count + 1 })
    await expect((await client.project(keys)).ready).rejects.toMatchObject({ facts: { revision: 0 } })
  })

  test('PRJ-3 PRJ-4 builds a new version beside the old one, shows it when it has caught up, and takes it back', async () => {
    const agent = await placed('1', 500)
    const one = await client.project(orders())
    await one.ready
    expect(one.status.isCurrent).toBe(true)
    const two = await client.project(orders({ version: 2 }))
    await two.ready
    await agent.send({ type: 'add', cents: 100 })
    await Promise.all([one.at(agent), two.at(agent)])
    expect([await one.get('1'), await two.get('1')]).toMatchObject([{ total: 600 }, { total: 6 }])
    const states = async () => (await memoryStore(log).projections?.builds('orders'))?.map(({ state }) => state)
    expect(await states()).toEqual(['previous', 'current'])
    await one.rollback()
    expect(one.status.isCurrent).toBe(true)
    expect(await states()).toEqual(['current', 'previous'])
    await agent.send({ type: 'pay' })
    await Promise.all([one.at(agent), two.at(agent)])
    expect(await states()).toEqual(['current', 'previous'])
    expect(await two.get('1')).toMatchObject({ status: 'done' })
  })

  test.each(['one process', 'two'])(
    'PRJ-157 says whether it is current after a newer version and after a rollback, without a further record: %s',
    async (where) => {
      await placed('1', 500)
      await using second = await createClient({ store: memoryStore(log), agents: [order, other], world: quiet })
      const told: boolean[] = []
      const one = await client.project(orders(), { onStatus: ({ isCurrent }) => told.push(isCurrent) })
      await one.ready
      const two = await (where === 'two' ? second : client).project(orders({ version: 2 }))
      await two.ready
      expect(two.status.isCurrent).toBe(true)
      await expect.poll(() => one.status.isCurrent, { timeout: 5_000 }).toBe(false)
      await one.at(await client.start(other, { id: 'x' })) // a record that is none of its own
      expect(one.status).toMatchObject({ isCurrent: false, phase: 'live' })
      await one.rollback()
      expect([one.status.isCurrent, told.at(-1)]).toEqual([true, true])
      await expect.poll(() => two.status.isCurrent, { timeout: 5_000 }).toBe(false)
      expect(one.status.isCurrent).toBe(true)
    },
  )

  test('PRJ-7 PRJ-8 PRJ-12 is made again beside what answers, can be stopped, and goes on where it was', async () => {
    await placed('1', 500)
    const told: ProjectionStatus[] = []
    const projection = await client.project(orders(), { onStatus: (status) => told.push(status) })
    await projection.ready
    await projection.rebuild()
    expect(await projection.get('1')).toEqual({ status: 'active', total: 500, records: 2 })
    expect(told.map(({ phase }) => phase)).toContain('building')
    expect(told.at(-1)).toMatchObject({ phase: 'live', share: 1, records: 2, isCurrent: true })
    const stop = new AbortController()
    stop.abort()
    await expect(projection.rebuild({ signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await projection.get('1')).toMatchObject({ records: 2 })
  })

  test('PRJ-4 keeps a version that was replaced until no one has kept it up for a day', async () => {
    let shiftMs = 0
    const clock = { ...quiet.clock, now: () => quiet.clock.now() + shiftMs }
    const open = (): Promise<Client> =>
      createClient({ store: memoryStore(log), agents: [order, other], world: { ...quiet, clock } })
    const versions = async () => (await memoryStore(log).projections?.builds())?.map(({ version }) => version)
    await placed('1', 500)
    for (const version of [1, 2]) await (await client.project(orders({ version }))).ready
    await client.close()
    shiftMs = 23 * 3_600_000
    const dayLess = await open()
    await (await dayLess.project(orders({ version: 2 }))).close()
    expect(await versions()).toEqual([1, 2])
    const rolledBack = await dayLess.project(orders())
    await rolledBack.rollback()
    await dayLess.close()
    shiftMs += 25 * 3_600_000
    await using dayMore = await open()
    await (await dayMore.project(orders())).close()
    expect(await versions()).toEqual([1])
  })

  test('PRJ-10 is kept up by one of two processes, and by the other one when that ends', async () => {
    const clients = [await connect(), await connect()]
    const [one, two] = await Promise.all(clients.map((each) => each.project(orders())))
    const agent = await placed('1', 500)
    await Promise.all([one?.at(agent), two?.at(agent)])
    await agent.send({ type: 'add', cents: 1 })
    await Promise.all([one?.at(agent), two?.at(agent)])
    const phases = [one?.status.phase, two?.status.phase]
    expect(new Set(phases)).toEqual(new Set(['following', 'live']))
    const worker = phases.indexOf('live')
    await clients[worker]?.close()
    await agent.send({ type: 'add', cents: 2 })
    const left = [one, two][1 - worker]
    await left?.at(agent, { timeoutMs: 20_000 })
    expect(await left?.get('1')).toMatchObject({ total: 503, records: 4 })
    expect(left?.status.phase).toBe('live')
    await clients[1 - worker]?.close()
  })

  test('PRJ-13 refuses what makes no sense', async () => {
    const valid = { name: 'a', version: 1, initial: {}, evolve: (document: object) => document }
    for (const [path, value] of [
      ['name', 'Orders'],
      ['name', 'a-b'],
      ['version', 0],
      ['agents', []],
      ['initial', new Date()],
      ['evolve', 1],
      ['evolve', async (document: object) => document],
      ['key', 'id'],
      ['key', async () => 'id'],
      ['kee', 1],
    ] as const)
      expect(() => defineProjection({ ...valid, [path]: value })).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(`${path}: `) }),
      )
    await expect(client.project({ name: 'a', version: 1 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    const plain = Object.defineProperty(memoryStore(), 'projections', { value: undefined })
    await using without = await createClient({ store: plain, agents: [order] })
    await expect(without.project(orders())).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      hint: expect.stringContaining('projections: sqliteStore'),
    })
  })
})
