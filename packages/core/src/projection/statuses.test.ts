/** What a projection tells of itself while records come that change nothing, and when its store fails now and then. */
import { expect, test } from 'vitest'
import { createClient } from '../api/create-client.js'
import { ManualTime, settle } from '../api/manual-time.fixture.js'
import { RefoldError } from '../errors.js'
import type { ProjectionStatus } from '../public/projection.js'
import { memoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { defineProjection } from './define-projection.js'
import { order, orders, other, quiet } from './orders.fixture.js'

test('PRJ-324 tells of no fewer records than before, while those come that change no document', async () => {
  await using client = await createClient({ store: memoryStore(memoryLog()), agents: [order], world: quiet })
  const told: ProjectionStatus[] = []
  const starts = defineProjection({
    name: 'starts',
    version: 1,
    agents: [order],
    initial: 0,
    evolve: (count, { event }) => (event.type === 'refold.started' ? count + 1 : count),
  })
  const projection = await client.project(starts, { onStatus: (status) => told.push(status) })
  const agent = await client.start(order, { id: '1' })
  for (let cents = 1; cents <= 4; cents++) {
    await agent.send({ type: 'add', cents })
    await projection.at(agent)
  }
  const records = told.map((status) => status.records)
  expect(records).toEqual(records.toSorted((one, other) => one - other))
  expect(records.at(-1)).toBe(5)
})

test('PRJ-325 a document that is null is given to `evolve` as it is', async () => {
  await using client = await createClient({ store: memoryStore(memoryLog()), agents: [other], world: quiet })
  const given: unknown[] = []
  const gone = defineProjection<typeof other, string | null>({
    name: 'gone',
    version: 1,
    agents: [other],
    initial: 'new',
    evolve: (document) => (given.push(document), null),
  })
  const projection = await client.project(gone)
  const agent = await client.start(other, { id: '1' })
  await agent.send({ type: 'poke' })
  await projection.at(agent)
  expect([given, await projection.get('1')]).toEqual([['new', null], null])
})

test('PRJ-326 after long good work the first failure is followed by a short wait, as if there had been none before', async () => {
  const time = new ManualTime()
  const world = createWorld({ clock: time.clock(), random: () => 1, logger: { log: () => {} } })
  const store = memoryStore(memoryLog())
  let isAway = false
  const away = new RefoldError('STORE_REJECTED', 'out of reach')
  const projections = store.projections as NonNullable<typeof store.projections>
  const commit: typeof projections.commit = (changes) => (isAway ? Promise.reject(away) : projections.commit(changes))
  await using client = await createClient({
    store: Object.assign(store, { projections: { ...projections, commit } }),
    agents: [order],
    world,
  })
  const projection = await client.project(orders())
  await time.advance(0)
  const agent = await client.start(order, { id: '1' })
  for (let outage = 0; outage < 8; outage++) {
    isAway = true
    await agent.send({ type: 'add', cents: 1 })
    await time.advance(0)
    expect(projection.status.phase).toBe('waiting')
    isAway = false
    await time.advance(100)
    await settle()
    expect(projection.status.phase).toBe('live')
    await time.advance(60_000)
  }
})

test('PRJ-327 a file of documents that never answers holds up no close, and what is asked of it ends with TIMEOUT', async () => {
  const time = new ManualTime()
  const world = createWorld({ clock: time.clock(), logger: { log: () => {} } })
  const views = memoryStore()
  const kept = views.projections as NonNullable<typeof views.projections>
  const never = new Promise<never>(() => {})
  let isMute = false
  const projections = {
    builds: kept.builds.bind(kept),
    get: (...asked: Parameters<typeof kept.get>) => (isMute ? never : kept.get(...asked)),
    commit: (...asked: Parameters<typeof kept.commit>) => (isMute ? never : kept.commit(...asked)),
    entries: kept.entries.bind(kept),
    remove: kept.remove.bind(kept),
  }
  const client = await createClient({
    store: memoryStore(memoryLog()),
    projections: Object.assign(views, { projections }),
    agents: [order],
    world,
  })
  const projection = await client.project(orders())
  const agent = await client.start(order, { id: '1' })
  await time.advance(0)
  isMute = true
  await agent.send({ type: 'add', cents: 1 })
  const asked = projection.get('1').catch((error: unknown) => error)
  await time.advance(120_000)
  expect(await asked).toMatchObject({ code: 'TIMEOUT' })
  let isClosed = false
  const closing = client.close().then(() => (isClosed = true))
  await time.advance(60_000)
  await settle()
  expect(isClosed).toBe(true)
  await closing
})

test('PRJ-328 who has heard that it is parked, repairs what was wrong and calls `retry` or `rebuild` at once can wait for it', async () => {
  await using client = await createClient({ store: memoryStore(memoryLog()), agents: [order], world: quiet })
  const agent = await client.start(order, { id: '1' })
  let isRepaired = false
  const failing = defineProjection({
    name: 'failing',
    version: 1,
    agents: [order],
    initial: 0,
    evolve: (count) => {
      if (!isRepaired) throw new Error('a defect')
      return count + 1
    },
  })
  const projection = await client.project(failing)
  await expect(projection.ready).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
  isRepaired = true
  await projection.retry()
  await projection.at(agent)
  expect(await projection.get('1')).toBe(1)
  isRepaired = false
  await agent.send({ type: 'add', cents: 1 })
  await expect(projection.at(agent)).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
  await expect(projection.rebuild()).rejects.toMatchObject({ code: 'PROJECTION_PARKED' })
  isRepaired = true
  await projection.rebuild()
  expect([await projection.get('1'), projection.status.phase]).toEqual([2, 'live'])
})

test('PRJ-328 one that has stopped for good says so to `rebuild`', async () => {
  const store = memoryStore(memoryLog())
  const kept = store.projections as NonNullable<typeof store.projections>
  const fatal = new RefoldError('STORE_FATAL', 'the file is not the one that was opened')
  let isLost = false
  const commit: typeof kept.commit = (changes) => (isLost ? Promise.reject(fatal) : kept.commit(changes))
  const projections = { ...kept, commit }
  await using client = await createClient({
    store: Object.assign(store, { projections }),
    agents: [order],
    world: quiet,
  })
  const projection = await client.project(orders())
  const agent = await client.start(order, { id: '1' })
  await projection.at(agent)
  isLost = true
  await agent.send({ type: 'add', cents: 1 })
  await expect(projection.at(agent)).rejects.toMatchObject({ code: 'STORE_FATAL' })
  isLost = false
  await expect(projection.rebuild()).rejects.toMatchObject({ code: 'STORE_FATAL' })
})
