/** An agent that ends while it is paused: its messages and its report go out, by whatever pause. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { planRecovery } from '../plan/plan-recovery.js'
import { defineAgent } from '../definition/define-agent.js'
import type { ChildDone, ChildFailed } from '../definition/message-types.js'
import { sendToAgent, startAgent } from '../definition/send-to-agent.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outliveLease, startProcess } from './process.fixture.js'
import type { Process } from './process.fixture.js'

const friend = defineAgent({
  name: 'friend',
  version: 1,
  machine: setup({ types: { context: {} as { heard: number }, events: {} as { type: 'hello' } } }).createMachine({
    context: { heard: 0 },
    on: { hello: { actions: assign({ heard: ({ context }) => context.heard + 1 }) } },
  }),
})

const child = defineAgent({
  name: 'child',
  version: 1,
  machine: setup({
    types: {
      context: {} as { isShort: boolean },
      events: {} as { type: 'tell' } | { type: 'finish' },
      input: {} as { isShort: boolean },
      output: {} as { answer: number },
    },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'open',
    states: {
      open: {
        always: { guard: ({ context }) => context.isShort, target: 'over' },
        on: {
          tell: { actions: sendToAgent({ agent: friend, id: '1' }, { type: 'hello' }) },
          finish: { target: 'over', actions: sendToAgent({ agent: friend, id: '1' }, { type: 'hello' }) },
        },
      },
      over: { type: 'final' },
    },
    output: { answer: 42 },
  }),
})

const parent = defineAgent({
  name: 'parent',
  version: 1,
  machine: setup({
    types: {
      context: {} as { reports: string[] },
      events: {} as
        | { type: 'go'; isShort: boolean }
        | ChildDone<'grown', typeof child>
        | ChildFailed<'lost', typeof child>,
    },
  }).createMachine({
    context: { reports: [] },
    on: {
      go: {
        actions: startAgent(
          { agent: child, id: '1' },
          { input: ({ event }) => ({ isShort: event.isShort }), done: 'grown', failed: 'lost' },
        ),
      },
      grown: { actions: assign({ reports: ({ context, event }) => [...context.reports, `${event.output.answer}`] }) },
      lost: { actions: assign({ reports: ({ context }) => [...context.reports, 'lost'] }) },
    },
  }),
})

async function scene() {
  const log = memoryLog()
  const time = new ManualTime()
  const open = (worker?: false): Promise<Process> =>
    startProcess({ log, time, agents: [parent, child, friend], ...(worker === undefined ? {} : { worker }) })
  const process = await open()
  const { runtime } = process
  const [above, beside] = [await runtime.start(parent, { id: '1' }), await runtime.start(friend, { id: '1' })]
  const begin = async (isShort = false) => {
    await above.send({ type: 'go', isShort })
    await settle()
    return runtime.attach(child, '1')
  }
  const seen = () => ({ reports: above.getSnapshot().context.reports, heard: beside.getSnapshot().context.heard })
  return { log, time, open, process, runtime, begin, seen }
}

describe('MSG-20 an agent that ends while it is paused sends what it has to send', () => {
  test('MSG-20 paused by itself', async () => {
    const { begin, seen } = await scene()
    const agent = await begin()
    await agent.pause()
    await agent.send({ type: 'finish' })
    await settle()
    expect(seen()).toEqual({ reports: ['42'], heard: 1 })
    expect(agent.getSnapshot()).toMatchObject({ status: 'done', condition: 'ended', paused: undefined })
  })

  test('MSG-20 paused by a hold of its definition, also what it sent before it ended', async () => {
    const { runtime, begin, seen } = await scene()
    const agent = await begin()
    await runtime.pause({ definition: 'child' })
    await agent.send({ type: 'tell' })
    await settle()
    expect(seen()).toEqual({ reports: [], heard: 0 })
    await agent.send({ type: 'finish' })
    await settle()
    expect(seen()).toEqual({ reports: ['42'], heard: 2 })
  })

  test('MSG-20 paused by a hold of all, as its parent is', async () => {
    const { runtime, begin, seen } = await scene()
    const agent = await begin()
    await runtime.pause()
    await agent.send({ type: 'finish' })
    await settle()
    expect(seen()).toEqual({ reports: ['42'], heard: 1 })
    expect(await runtime.find({ condition: 'paused' })).toHaveLength(2)
  })

  test('MSG-20 started under a hold, and ended by its first record', async () => {
    const { runtime, begin, seen } = await scene()
    await runtime.pause({ definition: 'child' })
    await begin(true)
    await settle()
    expect(seen().reports).toEqual(['42'])
  })

  test('MSG-20 cancelled while it is paused, with messages that waited', async () => {
    const { begin, seen } = await scene()
    const agent = await begin()
    await agent.pause()
    await agent.send({ type: 'tell' })
    await agent.cancel()
    await settle()
    expect(seen()).toEqual({ reports: ['lost'], heard: 1 })
  })

  test('MSG-20 ended by another process, and its owner hears of it', async () => {
    const { open, runtime, begin, seen } = await scene()
    const agent = await begin()
    await runtime.pause()
    await agent.send({ type: 'tell' })
    const web = await open(false)
    await (await web.runtime.attach(child, '1')).send({ type: 'finish' })
    await settle()
    expect(seen()).toEqual({ reports: ['42'], heard: 2 })
  })

  test('MSG-7 of a version that no process has any more: a worker with another version delivers', async () => {
    const { log, time, process, open, begin, runtime } = await scene()
    const agent = await begin()
    await runtime.pause()
    await agent.send({ type: 'tell' })
    process.die()
    const web = await open(false)
    await (await web.runtime.attach(child, '1')).send({ type: 'finish' })
    const next = defineAgent({
      name: 'child',
      version: 2,
      machine: setup({ types: { input: {} as { isShort: boolean } } }).createMachine({}),
    })
    const agents = [parent, next, friend]
    const plan = await planRecovery({ store: memoryStore(log), agents })
    expect(plan.troubled).toEqual([])
    const other = await startProcess({ log, time, agents })
    await outliveLease(time)
    const [above, beside] = [await web.runtime.attach(parent, '1'), await web.runtime.attach(friend, '1')]
    expect({ ...above.getSnapshot().context, ...beside.getSnapshot().context }).toEqual({ reports: ['42'], heard: 2 })
    expect(other.takenOver).toMatchObject([{ agent: { name: 'child', id: '1' } }])
    expect(other.reports).toEqual([])
    await expect(other.runtime.attach(next, '1')).rejects.toMatchObject({ code: 'WRONG_VERSION' })
    await expect(other.runtime.start(next, { id: '1', input: { isShort: false } })).rejects.toMatchObject({
      code: 'UNKNOWN_DEFINITION',
    })
    const service = await startProcess({ log, time, agents: [parent, friend] })
    expect(service.reports).toEqual([])
  })

  test('MSG-20 owned by a worker that is dead, while the hold stands: a plan tells it, and another worker delivers', async () => {
    const { log, time, open, process, runtime, begin } = await scene()
    const agent = await begin()
    await runtime.pause()
    await agent.send({ type: 'tell' })
    process.die()
    const web = await open(false)
    await (await web.runtime.attach(child, '1')).send({ type: 'finish' })
    const other = await open()
    await outliveLease(time)
    const [above, beside] = [await web.runtime.attach(parent, '1'), await web.runtime.attach(friend, '1')]
    expect(above.getSnapshot().context.reports).toEqual(['42'])
    expect(beside.getSnapshot().context.heard).toBe(2)
    expect(other.takenOver).toMatchObject([{ agent: { name: 'child', id: '1' } }])
    const plan = await planRecovery({ store: memoryStore(log), agents: [parent, child, friend] })
    expect(plan.paused.map(({ agent: { name } }) => name).toSorted()).toEqual(['friend', 'parent'])
  })
})
