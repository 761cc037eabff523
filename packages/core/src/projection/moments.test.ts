/** What comes between two steps of a projection. */
import { beforeEach, expect, test } from 'vitest'
import { createClient } from '../api/create-client.js'
import type { Codec } from '../log/codec.js'
import type { ProjectionStatus } from '../public/projection.js'
import { memoryLog, type MemoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { createWorld } from '../world/system-world.js'
import { defineProjection } from './define-projection.js'
import { order, orders, quiet } from './orders.fixture.js'

let log: MemoryLog
beforeEach(() => {
  log = memoryLog()
})

/** `onBegun` is waited for when a generation was begun, before its commit is answered. */
function storeThatTells(onBegun: (generation: number) => Promise<void> | void): Store {
  const store = memoryStore(log)
  const projections: Store['projections'] = store.projections && {
    ...store.projections,
    commit: async (changes) => {
      const isDone = (await store.projections?.commit(changes)) === true
      const begun = changes.find(({ expected }) => expected === 0)
      if (isDone && begun !== undefined) await onBegun(begun.build.generation)
      return isDone
    },
  }
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = name === 'projections' ? projections : Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

const connect = (store: Store = memoryStore(log), codecs: readonly Codec[] = []) =>
  createClient({ store, agents: [order], world: quiet, codecs })

test('PRJ-299 a rebuild ends when another process has finished it before this one looked', async () => {
  await using second = await connect()
  await using client = await connect(
    storeThatTells(async (generation) => {
      if (generation === 2) await (await second.project(orders(), { rebuild: true })).ready
      if (generation === 2)
        await expect
          .poll(async () => (await memoryStore(log).projections?.builds('orders'))?.at(-1))
          .toMatchObject({ generation: 2, state: 'current' })
    }),
  )
  await client.start(order, { id: '1' })
  const projection = await client.project(orders())
  await projection.ready
  await projection.rebuild()
  expect(await projection.get('1')).toMatchObject({ records: 1 })
})

test('PRJ-300 a rebuild heeds a signal that aborts while it begins', async () => {
  const stop = new AbortController()
  await using client = await connect(storeThatTells((generation) => void (generation === 2 && stop.abort())))
  await client.start(order, { id: '1' })
  const projection = await client.project(orders())
  await projection.ready
  await expect(projection.rebuild({ signal: stop.signal })).rejects.toMatchObject({ code: 'ABORTED' })
  expect((await memoryStore(log).projections?.builds('orders'))?.map(({ state }) => state)).toEqual([
    'current',
    'building',
  ])
})

test('PRJ-301 stays parked at a record that no codec decodes, also where it had just passed one that changes nothing', async () => {
  const turned: Codec = {
    name: 'turn',
    encode: (plain) => ({ bytes: plain.toReversed() }),
    decode: (bytes) => bytes.toReversed(),
  }
  await using writer = await connect(memoryStore(log), [turned])
  await using client = await connect()
  const phases: ProjectionStatus['phase'][] = []
  const none = defineProjection({ name: 'none', version: 1, key: () => undefined, initial: 0, evolve: (n) => n })
  const projection = await client.project(none, { onStatus: ({ phase }) => phases.push(phase) })
  await projection.ready
  await projection.at(await client.start(order, { id: '1' }))
  await writer.start(order, { id: '2' })
  await expect.poll(() => projection.status.phase).toBe('parked')
  phases.length = 0
  await new Promise((resolve) => setTimeout(resolve, 1_300)) // what was passed is stored within a second
  expect(phases).toEqual([])
  const [build] = (await memoryStore(log).projections?.builds('none')) ?? []
  expect(build?.about).toMatchObject({ parked: { error: { code: 'UNREADABLE' } } })
})

test('ERR-260 a projection that a store stopped by an error without a code says what was thrown', async () => {
  const said: string[] = []
  const store = memoryStore(log)
  const broken = new Proxy(store, {
    get: (target, name) => {
      if (name === 'subscribe' || name === 'scan' || name === 'readAll')
        return () => thrown(new Error('read ECONNRESET'))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const world = createWorld({ logger: { log: (_level, message) => void said.push(message) } })
  await using client = await createClient({ store: broken, agents: [order], world })
  const projection = await client.project(orders())
  await expect(projection.ready).rejects.toMatchObject({
    code: 'INVARIANT',
    message: 'the projection failed: read ECONNRESET',
  })
  expect(said).toContain('projection orders stopped: the projection failed: read ECONNRESET')
})

// eslint-disable-next-line require-yield
async function* thrown(error: Error): AsyncGenerator<never> {
  throw error
}
