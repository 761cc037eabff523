/** Workers that share a store: who takes what, how much, and what they tell of it. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, LEASE_MS, startProcess, startWorker, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const IDS = ['1', '2', '3', '4', '5'] as const

const note = z.object({ text: z.string() })
const BOILS_AFTER_MS = 5 * LEASE_MS
const kettle = defineAgent({
  name: 'kettle',
  version: 1,
  machine: setup({}).createMachine({
    initial: 'heating',
    states: { heating: { after: { [BOILS_AFTER_MS]: 'boiling' } }, boiling: {} },
  }),
})

const herald = defineAgent({
  name: 'herald',
  version: 1,
  machine: setup({ types: { events: {} as { type: 'call' } } }).createMachine({
    on: {
      call: {
        actions: sendToAgent({ agent: agentContract({ name: 'work', events: { note } }), id: 'busy' }, () => ({
          type: 'note',
          text: 'hear',
        })),
      },
    },
  }),
})

function fleet() {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const options = { log, time, agents: [definition] }
  const worker = (id: string, capacity?: number) =>
    startWorker({ ...options, id, ...(capacity === undefined ? undefined : { capacity }) })
  const web = () => startProcess({ ...options, worker: false })
  const end = async (nth: number): Promise<void> => {
    work.runs[nth]?.resolve('done')
    await settle()
  }
  return { log, time, work, definition, worker, web, end }
}

async function started({ web, definition }: ReturnType<typeof fleet>, ids: readonly string[] = IDS) {
  const { runtime } = await web()
  const agents = []
  for (const id of ids) agents.push(await runtime.start(definition, { id }))
  await settle()
  return agents
}

describe('capacity', () => {
  test('WRK-1 WRK-2 a worker that joins takes as many agents as it may, and another one the rest', async () => {
    const scene = fleet()
    await started(scene)
    const a = await scene.worker('a', 2)
    expect(a.runtime.load).toEqual({ agents: 2, effects: 2, queued: 0, passedOver: 3, capacity: 2, waiting: [] })
    expect(scene.work.runs).toHaveLength(2)
    const b = await scene.worker('b', 4)
    expect(b.runtime.load).toMatchObject({ agents: 3, effects: 3 })
    expect(scene.work.runs).toHaveLength(5)
  })

  test('WRK-1 a worker without a capacity takes all', async () => {
    const scene = fleet()
    await started(scene)
    const a = await scene.worker('a')
    expect(a.runtime.load).toEqual({
      agents: 5,
      effects: 5,
      queued: 0,
      passedOver: 0,
      capacity: Number.POSITIVE_INFINITY,
      waiting: [],
    })
  })

  test('WRK-3 a worker that is alone goes on with the longest waiting as soon as it has room', async () => {
    const scene = fleet()
    await started(scene)
    await scene.worker('a', 2)
    for (let nth = 0; nth < IDS.length; nth++) {
      expect(scene.work.runs).toHaveLength(Math.min(nth + 2, IDS.length))
      await scene.end(nth)
    }
    expect(new Set(scene.work.runs.map(({ args }) => args.key)).size).toBe(5)
    for (const id of IDS) expect(await typesOf(scene.log, `work-${id}`)).toContain('refold.effect.done')
  })

  test('WRK-3 an agent that a full worker starts begins without an owner, and another worker takes it at once', async () => {
    const scene = fleet()
    const a = await scene.worker('a', 1)
    await a.runtime.start(scene.definition, { id: '1' })
    await a.runtime.start(scene.definition, { id: '2' })
    expect(scene.work.runs).toHaveLength(1)
    expect(a.runtime.load).toMatchObject({ agents: 1, passedOver: 1 })
    const [second] = await eventsOf(scene.log, 'work-2')
    expect(second?.metadata).toMatchObject({ refold: { owner: null } })
    const b = await scene.worker('b', 1)
    expect(b.runtime.load.agents).toBe(1)
    await scene.end(0)
    expect(scene.work.runs).toHaveLength(2)
    expect(a.runtime.load).toMatchObject({ agents: 0, passedOver: 0 })
  })

  test('WRK-2 WRK-3 an agent that wakes in a full worker is released, and taken where there is room', async () => {
    const scene = fleet()
    const a = await scene.worker('a', 1)
    const parked = await a.runtime.start(scene.definition, { id: 'parked' })
    await settle()
    await scene.end(0)
    expect(a.runtime.load.agents).toBe(0)
    await a.runtime.start(scene.definition, { id: 'busy' })
    await parked.send({ type: 'go' })
    await settle()
    expect(scene.work.runs).toHaveLength(2)
    expect((await eventsOf(scene.log, 'work-parked')).at(-1)).toMatchObject({ type: 'refold.released' })
    const b = await scene.worker('b')
    expect(b.takenOver).toMatchObject([{ agent: { id: 'parked' }, why: 'released', reason: 'the worker was full' }])
    expect(scene.work.runs).toHaveLength(3)
  })

  test('WRK-2 an agent keeps its place from one effect to the next, and gives it back when it rests', async () => {
    const scene = fleet()
    const a = await scene.worker('a', 1)
    const one = await a.runtime.start(scene.definition, { id: '1' })
    await settle()
    await one.pause()
    expect(a.runtime.load.agents).toBe(0)
    await a.runtime.start(scene.definition, { id: '2' })
    await settle()
    expect(scene.work.runs).toHaveLength(2)
    await one.resume()
    await settle()
    expect(scene.work.runs).toHaveLength(2)
    await scene.end(1)
    expect(scene.work.runs).toHaveLength(3)
  })

  test('WRK-3 two starts at the same moment do not both get the last place', async () => {
    const scene = fleet()
    const a = await scene.worker('a', 1)
    await Promise.all(IDS.map((id) => a.runtime.start(scene.definition, { id })))
    await settle()
    expect(scene.work.runs).toHaveLength(1)
    expect(a.runtime.load).toMatchObject({ agents: 1, passedOver: 4 })
  })

  test('WRK-2 a message needs no place: a full worker delivers it, also for an agent that no one owns', async () => {
    const { log, time, definition } = fleet()
    const options = { log, time, agents: [definition, herald] }
    const web = await startProcess({ ...options, worker: false })
    await web.runtime.start(definition, { id: 'busy' })
    const a = await startWorker({ ...options, capacity: 1 })
    const sender = await web.runtime.start(herald, { id: 'h' })
    await sender.send({ type: 'call' })
    await settle()
    expect(a.runtime.load).toMatchObject({ agents: 1, passedOver: 0 })
    expect((await web.runtime.attach(definition, 'busy')).getSnapshot().context.notes).toEqual(['hear'])
  })

  test.each(['rejected', 'fatal'] as const)('WRK-3 a start that is %s gives its place back', async (fault) => {
    const scene = fleet()
    const a = await scene.worker('a', 1)
    a.store.faults.push(fault)
    await expect(a.runtime.start(scene.definition, { id: '1' })).rejects.toMatchObject({
      code: fault === 'fatal' ? 'STORE_FATAL' : 'STORE_REJECTED',
    })
    await a.runtime.start(scene.definition, { id: '2' })
    await settle()
    expect(a.runtime.load).toMatchObject({ agents: 1, passedOver: 0 })
  })

  test('WRK-3 an agent that stops here on an error of the store gives its place to the next one', async () => {
    const scene = fleet()
    const a = await scene.worker('a', 1)
    await a.runtime.start(scene.definition, { id: '1' })
    await a.runtime.start(scene.definition, { id: '2' })
    await settle()
    a.store.faults.push('fatal')
    await scene.end(0)
    expect(a.reports).toMatchObject([{ code: 'STORE_FATAL', facts: { effect: '0.0' } }, { code: 'STORE_FATAL' }])
    expect(scene.work.runs).toHaveLength(2)
  })

  test('a start that is known already takes no place', async () => {
    const scene = fleet()
    const a = await scene.worker('a', 1)
    await a.runtime.start(scene.definition, { id: '1' })
    await settle()
    await scene.end(0)
    await a.runtime.start(scene.definition, { id: '1' })
    await a.runtime.start(scene.definition, { id: '2' })
    await settle()
    expect(scene.work.runs).toHaveLength(2)
  })

  test.each([0, -1, 1.5, Number.NaN, '3'])('%j is no capacity', async (capacity) => {
    await expect(fleet().worker('a', capacity as number)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      facts: { path: 'capacity' },
    })
  })
})

describe('taking over', () => {
  test('WRK-5 an agent that no one ever had', async () => {
    const scene = fleet()
    await started(scene, ['1'])
    const a = await scene.worker('a')
    expect(a.takenOver).toEqual([
      { agent: { name: 'work', id: '1' }, why: 'unowned', at: a.clock.now(), effects: 1, inDoubt: 0 },
    ])
    expect((await eventsOf(scene.log, 'work-1'))[1]).toMatchObject({
      type: 'refold.claimed',
      data: { worker: a.runtime.id, why: 'unowned' },
    })
  })

  test('WRK-5 a worker that closed', async () => {
    const scene = fleet()
    const a = await scene.worker('a')
    await a.runtime.start(scene.definition, { id: '1' })
    await settle()
    await a.runtime.close()
    const b = await scene.worker('b')
    expect(b.takenOver).toMatchObject([{ previous: a.runtime.id, why: 'closed' }])
  })

  test('a listener that throws harms no one', async () => {
    const scene = fleet()
    await started(scene, ['1'])
    const { definition, log, time, work } = scene
    const a = await startWorker({ log, time, agents: [definition] })
    ;(a.takenOver as unknown as { push: () => never }).push = () => {
      throw new Error('mine')
    }
    await started(scene, ['2'])
    expect(work.runs).toHaveLength(2)
    expect(a.logged.map(({ message }) => message)).toContain('onTakeover threw')
  })

  test('WRK-9 a worker that stood still begins nothing of what another one has taken, and what it ended is late', async () => {
    const scene = fleet()
    const a = await scene.worker('a')
    await a.runtime.start(scene.definition, { id: '1' })
    await a.runtime.start(scene.definition, { id: '2' })
    await settle()
    const b = await scene.worker('b')
    a.die()
    await scene.time.advance(2 * LEASE_MS)
    expect(b.runtime.load.agents).toBe(2)
    a.wake()
    await scene.end(0)
    await scene.time.advance(LEASE_MS)
    expect(scene.work.runs).toHaveLength(4)
    expect(a.runtime.load.agents).toBe(0)
    const done = (await eventsOf(scene.log, 'work-1')).find(({ type }) => type === 'refold.effect.done')
    expect(done?.metadata).toMatchObject({ refold: { input: { late: true } } })
  })

  test('WRK-10 the timer of a parked agent fires at its time although its owner has died, was drained, or has closed', async () => {
    const { log, time } = fleet()
    const options = { log, time, agents: [kettle] }
    const [a, b, c] = [await startWorker(options), await startWorker(options), await startWorker(options)]
    await a.runtime.start(kettle, { id: 'dead' })
    await b.runtime.start(kettle, { id: 'drained' })
    await c.runtime.start(kettle, { id: 'closed' })
    const heir = await startWorker(options)
    a.die()
    await b.runtime.drain()
    await c.runtime.close()
    expect(await typesOf(log, 'kettle-drained')).toEqual(['refold.started'])
    await time.advance(BOILS_AFTER_MS + 100)
    for (const id of ['dead', 'drained', 'closed'])
      expect(await typesOf(log, `kettle-${id}`)).toEqual(['refold.started', 'refold.claimed', 'refold.timer.fired'])
    const said = heir.takenOver.map(({ agent, why }) => `${agent.id}: ${why}`)
    expect(said.toSorted()).toEqual(['closed: closed', 'dead: silent', 'drained: closed'])
  })
})
