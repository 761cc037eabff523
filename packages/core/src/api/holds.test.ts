/** Commands to many agents: each gets a record, and those that come later are held. */
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { setup } from 'xstate'
import { startAgent } from '../definition/send-to-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, LEASE_MS, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const ORDER = { by: 'ana', reason: 'maintenance' }

const other = defineAgent({
  name: 'other',
  version: 1,
  machine: setup({}).createMachine({ initial: 'a', states: { a: {} } }),
})

function scene() {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const open = (worker?: false) =>
    startProcess({ log, time, agents: [definition, other], ...(worker === undefined ? {} : { worker }) })
  return { log, time, work, definition, open }
}

async function running(count: number) {
  const world = scene()
  const process = await world.open()
  const agents = []
  for (let id = 1; id <= count; id++) agents.push(await process.runtime.start(world.definition, { id: String(id) }))
  await settle()
  return { ...world, process, agents }
}

describe('INT-13 a pause of a definition, or of all', () => {
  test('INT-13 is a record of each agent that was not paused, with author and reason, and the answer counts them', async () => {
    const { log, process, agents, work } = await running(5)
    const ones = await process.runtime.start(other, { id: '1' })
    await agents[0]?.pause({ by: 'bo' })
    expect(await process.runtime.pause({ definition: 'work', ...ORDER })).toEqual({ count: 4, failed: [] })
    for (const agent of agents) expect(agent.getSnapshot().condition).toBe('paused')
    expect(ones.getSnapshot().condition).toBe('running')
    expect(work.runs.every(({ args }) => args.signal.aborted)).toBe(true)
    const last = (await eventsOf(log, 'work-2')).at(-1)
    expect(last).toMatchObject({ type: 'refold.paused', data: { bulk: true }, metadata: { refold: ORDER } })
    expect(await process.runtime.pause(ORDER)).toEqual({ count: 1, failed: [] })
    expect(ones.getSnapshot().paused).toMatchObject({ ...ORDER, bulk: true })
  })

  test('INT-13 repeated changes nothing, and an agent that has ended is left alone', async () => {
    const { process, agents, log } = await running(2)
    await agents[0]?.cancel()
    expect(await process.runtime.pause()).toMatchObject({ count: 1 })
    expect(await process.runtime.pause()).toMatchObject({ count: 0, failed: [] })
    expect(await typesOf(log, 'work-2')).toEqual(['refold.started', 'refold.paused'])
  })

  test('INT-13 names the agents that it cannot reach, and reaches the others', async () => {
    const { log, time, definition } = await running(2)
    const another = await startProcess({ log, time, agents: [other] })
    await another.runtime.start(other, { id: '1' })
    const answer = await another.runtime.pause(ORDER)
    expect(answer.count).toBe(1)
    expect(answer.failed.map(({ agent, code }) => [agent.name, agent.id, code])).toEqual([
      ['work', '1', 'UNKNOWN_DEFINITION'],
      ['work', '2', 'UNKNOWN_DEFINITION'],
    ])
    await expect(another.runtime.pause({ definition: definition.name as never })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    })
    await expect(another.runtime.pause({ who: 'ana' } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('INT-14 an agent that is started while such a hold stands', () => {
  test('INT-14 begins paused: no effect begins before the hold is taken back', async () => {
    const { process, definition, work } = await running(0)
    await process.runtime.pause({ definition: 'work', ...ORDER })
    const agent = await process.runtime.start(definition, { id: 'late' })
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ condition: 'paused', revision: 0n, paused: { ...ORDER, bulk: true } })
    expect(work.runs).toHaveLength(0)
    expect(await process.runtime.resume({ definition: 'work', by: 'bo' })).toEqual({ count: 1, failed: [] })
    await settle()
    expect(work.runs).toHaveLength(1)
    expect((await process.runtime.start(definition, { id: 'later' })).getSnapshot().condition).toBe('running')
  })

  test('INT-14 begins paused in other processes too, also one that starts later, and one without effects', async () => {
    const { process, definition, open, work } = await running(0)
    const [second, web] = [await open(), await open(false)]
    await process.runtime.pause(ORDER)
    await settle()
    const third = await open()
    for (const [id, { runtime }] of [second, web, third].entries()) {
      const agent = await runtime.start(definition, { id: String(id) })
      expect(agent.getSnapshot()).toMatchObject({ condition: 'paused', revision: 0n })
    }
    await settle()
    expect(work.runs).toHaveLength(0)
    expect(await third.runtime.holds()).toMatchObject([ORDER])
  })

  test('INT-14 is paused right after its start by a process that had not heard of the hold', async () => {
    const { log, process, definition, open } = await running(0)
    const deaf = await open()
    deaf.store.externalAppends = async function* () {}
    const known = deaf.store.read.bind(deaf.store)
    await settle()
    let isDeaf = true
    deaf.store.read = (stream, options) => known(isDeaf && stream === 'refold-holds' ? 'nothing' : stream, options)
    await process.runtime.pause(ORDER)
    const append = deaf.store.append.bind(deaf.store)
    deaf.store.append = (...args) => {
      isDeaf = false
      return append(...args)
    }
    await deaf.runtime.start(definition, { id: 'ignoresOutcome' })
    await deaf.runtime.close()
    expect((await eventsOf(log, 'work-ignoresOutcome')).at(-1)).toMatchObject({
      type: 'refold.paused',
      metadata: { refold: { by: 'ana' } },
    })
  })

  test('INT-73 is let go right after its start by a process that had not heard that the hold was taken back', async () => {
    const { log, time, definition, open } = scene()
    const operator = await open()
    await operator.runtime.pause(ORDER)
    const deaf = await startProcess({
      log,
      time,
      agents: [definition],
      worker: false,
      prepare: ({ store }) => (store.externalAppends = never),
    })
    await operator.runtime.resume(ORDER)
    const agent = await deaf.runtime.start(definition, { id: '1' })
    await settle()
    expect(agent.getSnapshot().condition).toBe('running')
    const types = await typesOf(log, 'work-1')
    expect(types.slice(0, 3)).toEqual(['refold.started', 'refold.resumed', 'refold.claimed'])
  })

  test('INT-14 a detached child is held as well, and its parent’s message is delivered all the same', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const child = workAgent({ body: work.body })
    const parent = defineAgent({
      name: 'parent',
      version: 1,
      machine: setup({ types: { events: {} as { type: 'go' } } }).createMachine({
        on: { go: { actions: startAgent({ agent: child, id: 'child' }, {}) } },
      }),
    })
    const { runtime } = await startProcess({ log, agents: [parent, child] })
    const agent = await runtime.start(parent, { id: '1' })
    await runtime.pause({ definition: 'work', ...ORDER })
    await agent.send({ type: 'go' })
    await settle()
    expect((await runtime.attach(child, 'child')).getSnapshot()).toMatchObject({ condition: 'paused', paused: ORDER })
    expect(work.runs).toHaveLength(0)
    expect(await typesOf(log, 'parent-1')).toContain('refold.message.acknowledged')
  })

  test('INT-14 a worker that hears nothing of others learns of a hold with its next heartbeat', async () => {
    const { time, process, definition, open } = await running(0)
    const deaf = await open()
    deaf.store.externalAppends = async function* () {}
    await process.runtime.pause(ORDER)
    await time.advance(LEASE_MS / 3)
    const agent = await deaf.runtime.start(definition, { id: 'heard' })
    expect(agent.getSnapshot()).toMatchObject({ condition: 'paused', revision: 0n })
  })
})

describe('INT-15 a resume of a definition, or of all', () => {
  test('INT-15 resumes what the hold held, and leaves those paused that someone paused one by one', async () => {
    const { process, agents, work } = await running(3)
    await agents[0]?.pause({ by: 'bo', reason: 'looks odd' })
    await process.runtime.pause(ORDER)
    expect(await process.runtime.resume({ by: 'cy' })).toEqual({ count: 2, failed: [] })
    await settle()
    expect(agents.map((agent) => agent.getSnapshot().condition)).toEqual(['paused', 'running', 'running'])
    expect(agents[0]?.getSnapshot().paused).toMatchObject({ by: 'bo' })
    expect(work.runs).toHaveLength(5)
  })

  test('INT-15 one agent may be let go while the hold stands', async () => {
    const { process, agents } = await running(2)
    await process.runtime.pause(ORDER)
    await agents[0]?.resume({ by: 'cy' })
    expect(agents.map((agent) => agent.getSnapshot().condition)).toEqual(['running', 'paused'])
  })

  test('INT-15 of one definition is refused while a hold holds all', async () => {
    const { process } = await running(1)
    await process.runtime.pause({ definition: 'work' })
    await process.runtime.pause(ORDER)
    await expect(process.runtime.resume({ definition: 'work' })).rejects.toMatchObject({
      code: 'HELD',
      facts: { by: 'ana' },
    })
    expect(await process.runtime.holds()).toHaveLength(2)
    await process.runtime.resume()
    expect(await process.runtime.holds()).toEqual([])
  })

  test('INT-15 a blocked agent that a hold held is resumed too', async () => {
    const { time, log } = scene()
    const work = controlledBody()
    const definition = workAgent({
      body: work.body,
      onOutcome: () => {
        throw new Error('broken')
      },
    })
    const process = await startProcess({ log, time, agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    await settle()
    work.last.resolve('x')
    await settle()
    expect(agent.getSnapshot().condition).toBe('blocked')
    await process.runtime.pause(ORDER)
    expect(agent.getSnapshot()).toMatchObject({ condition: 'blocked', paused: ORDER })
    expect(await process.runtime.resume()).toMatchObject({ count: 1 })
    expect(agent.getSnapshot().paused).toBeUndefined()
  })
})

describe('INT-16 holds', () => {
  test('INT-16 of two people at once both stand, each in the record of what was ordered', async () => {
    const { log, process, open } = await running(0)
    const second = await open()
    await Promise.all([
      process.runtime.pause({ definition: 'work', by: 'ana' }),
      second.runtime.pause({ definition: 'other', by: 'bo' }),
    ])
    expect((await process.runtime.holds()).map(({ by }) => String(by)).toSorted()).toEqual(['ana', 'bo'])
    await second.runtime.resume({ definition: 'work', by: 'cy', reason: 'done' })
    const history = await eventsOf(log, 'refold-holds')
    expect(history.map(({ type, data }) => [type, (data as { by: string }).by])).toEqual([
      ['refold.hold.placed', expect.stringMatching(/ana|bo/)],
      ['refold.hold.placed', expect.stringMatching(/ana|bo/)],
      ['refold.hold.lifted', 'cy'],
    ])
    expect(history.at(-1)?.data).toMatchObject({ reason: 'done', standing: [{ definition: 'other', by: 'bo' }] })
  })

  test('INT-16 a hold whose answer was lost is given once', async () => {
    const { log, process } = await running(0)
    process.store.faults.push('stored')
    const paused = process.runtime.pause(ORDER)
    await process.time.advance(1_000)
    await paused
    expect(await typesOf(log, 'refold-holds')).toEqual(['refold.hold.placed'])
  })

  test('INT-16 a hold that cannot be stored is told, and changes no agent', async () => {
    const { process, agents } = await running(1)
    process.store.faults.push('rejected')
    await expect(process.runtime.pause(ORDER)).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    expect(agents[0]?.getSnapshot().condition).toBe('running')
    await process.runtime.close()
    await expect(process.runtime.pause(ORDER)).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

/** A feed that brings nothing. */
async function* never(): AsyncGenerator<never, void, undefined> {
  await new Promise(() => {})
  yield* []
}
