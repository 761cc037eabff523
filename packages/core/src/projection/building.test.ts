/** Builds that take long: stopped in the middle, gone on with, beside those that answer. */
import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../api/create-client.js'
import { copyStreams } from '../history/copy-streams.js'
import type { ProjectionStatus } from '../public/projection.js'
import type { Client } from '../public/runtime.js'
import { memoryLog, type MemoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { defineProjection } from './define-projection.js'
import { order, orders, other, quiet } from './orders.fixture.js'

const MANY = 25_000

describe('a long build', () => {
  let log: MemoryLog
  let client: Client
  const connect = (): Promise<Client> => createClient({ store: memoryStore(log), agents: [order], world: quiet })
  beforeEach(async () => {
    log = memoryLog()
    client = await connect()
    const refold = { v: 0, agent: 'order@1', at: 1, input: { kind: 'x' }, body: { patch: [] } }
    const events = Array.from({ length: MANY }, () => ({
      id: quiet.newId(),
      type: 'x',
      data: {},
      metadata: { refold },
    }))
    await memoryStore(log).append('order-old', events, { expected: 'no_stream' })
    return () => client.close()
  })

  test('PRJ-7 goes on where it was after it was closed in the middle of a build', async () => {
    let taken = 0
    const counting = defineProjection({
      name: 'counting',
      version: 1,
      agents: [order],
      initial: 0,
      evolve: (before) => (taken++, before + 1),
    })
    const begun = new Promise<ProjectionStatus>((resolve) => {
      const onStatus = (status: ProjectionStatus): void => (status.records > 0 ? resolve(status) : undefined)
      void client.project(counting, { onStatus })
    })
    const { share, phase } = await begun
    await client.close()
    expect([phase, share > 0 && share < 1]).toEqual(['building', true])
    expect(taken).toBeLessThan(MANY)
    client = await connect()
    const projection = await client.project(counting)
    await projection.ready
    expect([await projection.get('old'), taken]).toEqual([MANY, MANY])
  })

  test('PRJ-16 is refused for other definitions than those that it was made of, and made again for them', async () => {
    const of = (agent: typeof order | typeof other) =>
      defineProjection({ name: 'counts', version: 1, agents: [agent], initial: 0, evolve: (count) => count + 1 })
    await (
      await client.project(of(order))
    ).ready
    await client.close()
    client = await createClient({ store: memoryStore(log), agents: [order, other], world: quiet })
    await (await client.start(other, { id: '1' })).send({ type: 'poke' })
    await expect(client.project(of(other))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('of order, and is defined for other'),
    })
    const again = await client.project(of(other), { rebuild: true })
    await again.ready
    expect([await again.get('1'), await again.get('old')]).toEqual([2, undefined])
    await again.close()
    await (
      await client.project(of(other))
    ).ready
  })

  test('PRJ-12 a rebuild leaves no listener on its signal', async () => {
    const projection = await client.project(orders())
    await projection.ready
    const { signal } = new AbortController()
    for (let times = 0; times < 3; times++) await projection.rebuild({ signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('PRJ-12 leaves a rebuild that was stopped for the next one, which goes on, and others follow to what it gives', async () => {
    await using second = await connect()
    const other = await second.project(orders())
    await other.ready
    const stop = new AbortController()
    let isRebuilding = false
    const onStatus = ({ phase, records }: ProjectionStatus): void => {
      if (isRebuilding && phase === 'building' && records > 0) stop.abort()
    }
    const projection = await client.project(orders(), { onStatus })
    await projection.ready
    isRebuilding = true
    await expect(projection.rebuild({ signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' })
    const agent = await client.start(order, { id: '1' })
    await agent.send({ type: 'add', cents: 500 })
    await Promise.all([projection.at(agent), other.at(agent)])
    expect(await projection.get('1')).toMatchObject({ total: 500 })
    const rebuilt = projection.rebuild()
    await agent.send({ type: 'add', cents: 1 })
    await projection.at(agent)
    expect(await projection.get('1')).toMatchObject({ total: 501 }) // whichever generation answers
    await rebuilt
    await Promise.all([projection.at(agent), other.at(agent)])
    expect(await Promise.all([projection.get('1'), other.get('1')])).toMatchObject([{ total: 501 }, { total: 501 }])
    const builds = (await memoryStore(log).projections?.builds('orders')) ?? []
    expect(builds.map(({ generation, state }) => [generation, state])).toEqual([
      [1, 'previous'],
      [2, 'current'],
    ])
  })

  test('PRJ-2 PRJ-12 holds your own write also while it is made again', async () => {
    const projection = await client.project(orders())
    await projection.ready
    const agent = await client.start(order, { id: '1' })
    const rebuilt = projection.rebuild()
    for (let n = 1; n <= 20; n++) {
      await agent.send({ type: 'add', cents: 1 })
      await projection.at(agent)
      expect(await projection.get('1')).toMatchObject({ total: n })
    }
    await rebuilt
    expect(await projection.get('1')).toMatchObject({ total: 20 })
  })
})

describe('documents that are ahead of the log', () => {
  const views = memoryLog()
  const connect = (log: MemoryLog): Promise<Client> =>
    createClient({ store: memoryStore(log), projections: memoryStore(views), agents: [order], world: quiet })

  test('PRJ-520 are made again when a backup of the agents was put back, and those of the backup answer', async () => {
    const [log, backup] = [memoryLog(), memoryLog()]
    await using before = await connect(log)
    await before.start(order, { id: '1' })
    await copyStreams(memoryStore(log), memoryStore(backup))
    const later = await before.start(order, { id: '2' })
    await (await before.project(orders())).at(later)
    await before.close()
    await using client = await connect(backup)
    await expect(client.project(orders())).rejects.toMatchObject({ code: 'CURSOR_LOST' })
    const projection = await client.project(orders(), { rebuild: true })
    await projection.ready
    expect([await projection.get('1'), await projection.get('2')]).toMatchObject([{ records: 1 }, undefined])
    expect(projection.status).toMatchObject({ phase: 'live', isCurrent: true })
  })
})
