/** What has a signal or a time of its own, while the store says nothing or is out of reach. */
import { describe, expect, test } from 'vitest'
import { order as orderAgent, orders, quiet } from '../projection/orders.fixture.js'
import { RefoldError } from '../errors.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { withParts } from '../store/replaced-parts.fixture.js'
import { verifyAgents } from '../verify/verify-agents.js'
import { createClient } from './create-client.js'
import { drainWorker } from './drain-worker.js'
import { faultyStore } from './faulty-store.fixture.js'

/** An agent with a record, a client of its store, and its projection, which is ready. */
async function scene() {
  const store = faultyStore(memoryStore(memoryLog()))
  const views = memoryStore(memoryLog())
  const client = await createClient({ store, projections: views, agents: [orderAgent], world: quiet })
  const agent = await client.start(orderAgent, { id: '1' })
  const projection = await client.project(orders())
  await projection.ready
  return { store, client, agent, projection }
}

const outOfReach = (): never => {
  throw new RefoldError('STORE_REJECTED', 'out of reach')
}

describe('while the store says nothing', () => {
  test('PRJ-198 the wait for a place in a projection ends in its time, and when its signal aborts', async () => {
    const { store, agent, projection } = await scene()
    store.cut()
    await expect(projection.at(agent, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' })
    await expect(projection.at(agent, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(projection.at(agent, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    const waiting = projection.at(agent, { timeoutMs: 60_000 })
    store.repair()
    await waiting
  })

  test('SND-152 the wait for a state, and for the end, of an agent that is to be read ends in its time, and when its signal aborts', async () => {
    const { store, agent, client } = await scene()
    for (let n = 0; n < 80; n++) await client.start(orderAgent, { id: `other-${n}` }) // more than stay in memory
    store.cut()
    for (const wait of [agent.waitFor.bind(agent, () => false), agent.done.bind(agent)]) {
      await expect(wait({ timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' })
      await expect(wait({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ code: 'ABORTED' })
      await expect(wait({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' })
    }
    store.repair()
  })

  test('FOL-127 a follow whose place is still asked for ends without an error when its signal aborts', async () => {
    const { store, client } = await scene()
    store.cut()
    const given: unknown[] = []
    for await (const item of client.follow({ from: 'now', signal: AbortSignal.timeout(20) })) given.push(item)
    expect(given).toEqual([])
    store.repair()
  })

  test('WRK-54 the wait for a worker that drains ends when its signal aborts', async () => {
    const { store } = await scene()
    await store.registers.put('worker-w1', { beat: 1 })
    const abort = new AbortController()
    const silent = withParts(store, { presence: { announce, provenDead: () => silence(abort) } })
    const gone = drainWorker(silent, 'w1', { signal: abort.signal })
    await expect(gone).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('WRK-54 also before the order is known to be given, and one that is aborted already gives none', async () => {
    const { store } = await scene()
    await store.registers.put('worker-w1', { beat: 1 })
    const early = drainWorker(store, 'w1', { signal: AbortSignal.abort() })
    await expect(early).rejects.toMatchObject({ code: 'ABORTED' })
    store.cut()
    const silent = drainWorker(store, 'w1', { signal: AbortSignal.timeout(20) })
    await expect(silent).rejects.toMatchObject({
      code: 'ABORTED',
      hint: expect.stringContaining('may have been asked'),
    })
    store.repair()
    expect(await store.registers.get('drain-w1')).toBeUndefined()
  })
})

describe('while the store is out of reach', () => {
  test('WRK-54 a drain that was asked for, and is not heard of, is told as not known', async () => {
    const { store } = await scene()
    await store.registers.put('worker-w1', { beat: 1 })
    const lost = withParts(store, { presence: { announce, provenDead: async () => outOfReach() } })
    await expect(drainWorker(lost, 'w1')).rejects.toMatchObject({ code: 'STORE_UNKNOWN' })
  })

  test('VER-41 a look at many histories whose signal aborts ends with what was found', async () => {
    const { store } = await scene()
    const abort = new AbortController()
    const lost = withParts(store, {
      read: () => {
        abort.abort()
        return outOfReach()
      },
    })
    const found: unknown[] = []
    for await (const one of verifyAgents({ store: lost, agents: [orderAgent], signal: abort.signal })) found.push(one)
    expect(found).toEqual([])
  })

  test.each(['pause', 'resume'] as const)(
    'INT-32 a %s of all that is stored, and whose agents cannot be looked through, is told as not known',
    async (verb) => {
      const { store, client } = await scene()
      if (verb === 'resume') await client.pause()
      const held = verb === 'pause' ? 1 : 0
      const directory = { ...store.directory, find: outOfReach }
      const far = await createClient({ store: withParts(store, { directory }), agents: [orderAgent], world: quiet })
      await expect(far[verb]()).rejects.toMatchObject({ code: 'STORE_UNKNOWN' })
      expect(await far.holds()).toHaveLength(held)
      expect(await client[verb]()).toEqual({ count: 1, failed: [] })
    },
  )
})

const announce = async () => async () => {}

function silence(abort: AbortController): Promise<never> {
  setTimeout(() => abort.abort(), 20)
  return new Promise(() => {})
}
