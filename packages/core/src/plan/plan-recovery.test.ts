/** The recovery plan is what then happens, and making it changes nothing. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { startAgent } from '../definition/send-to-agent.js'
import type { AgentDefinition } from '../definition/agent-types.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { formatPlan } from './format-plan.js'
import { ManualTime, settle } from '../api/manual-time.fixture.js'
import { planRecovery } from './plan-recovery.js'
import { LEASE_MS, startProcess } from '../api/process.fixture.js'

const HOUR = 3_600_000

/** Three effects at once, one of each kind of safety; a chart that may throw on an outcome; a timer while it rests. */
function jobs(options: { version?: number; bodies?: Record<string, () => Promise<unknown>>; throws?: boolean } = {}) {
  const { version = 1, bodies = {}, throws = false } = options
  const never = (): Promise<unknown> => new Promise(() => {})
  const body = (src: string) => effect<unknown, undefined>(() => (bodies[src] ?? never)())
  const machine = setup({
    types: { context: {} as { n: number }, events: {} as { type: 'rest' } | { type: 'work' } },
    actors: { draft: body('draft'), ship: body('ship'), charge: body('charge') },
    actions: {
      take: assign(() => {
        if (throws) throw new TypeError('no such field')
        return {}
      }),
    },
  }).createMachine({
    context: { n: 0 },
    initial: 'working',
    states: {
      working: {
        type: 'parallel',
        on: { rest: 'resting' },
        states: {
          a: { invoke: { src: 'draft', onDone: { actions: 'take' } } },
          b: { invoke: { src: 'ship', onDone: { actions: 'take' } } },
          c: { invoke: { src: 'charge', onDone: { actions: 'take' } } },
        },
      },
      resting: { on: { work: 'working' }, after: { [HOUR]: 'bored' } },
      bored: {},
    },
  })
  return defineAgent({
    name: 'job',
    version,
    machine,
    effects: {
      draft: { retry: { attempts: 3, delayMs: HOUR, factor: 1, jitter: false } },
      ship: { safety: { reconcile: () => new Promise<never>(() => {}) } },
      charge: { safety: 'never-retry' },
    },
  })
}

/** Closing waits for no payment. */
function open(options: Parameters<typeof startProcess>[0]): ReturnType<typeof startProcess> {
  return startProcess({ worker: { leaseDurationMs: LEASE_MS, closeGraceMs: 0 }, ...options })
}

async function ended({ runtime, time }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const closing = runtime.close()
  await time.advance(0)
  await closing
}

async function plan(log: MemoryLog, { time, agents }: { time: ManualTime; agents: readonly AgentDefinition[] }) {
  const store = memoryStore(log)
  const planned = await planRecovery({ store, agents, world: createWorld({ clock: time.clock() }) })
  await store.close()
  return planned
}

function stored(log: MemoryLog): string {
  return JSON.stringify([log.rows, [...log.registers], [...log.directory]])
}

describe('RCV-12 a recovery plan', () => {
  test('RCV-12 says which effects go on and how, which are in doubt from now on, and what then happens is the same', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const definition = jobs()
    const first = await open({ log, time, agents: [definition] })
    await first.runtime.start(definition, { id: '1' })
    await settle()
    await first.store.close() // the memory store's proof of death
    first.die()
    const planned = await plan(log, { time, agents: [definition] })
    expect(planned).toMatchObject({
      resumed: [
        {
          agent: { name: 'job', id: '1' },
          why: 'ended',
          effects: [
            { src: 'draft', attempt: 1, how: 'begin' },
            { src: 'ship', how: 'ask' },
          ],
          inputs: 0,
          messages: 0,
        },
      ],
      inDoubt: [{ src: 'charge', why: 'interrupted', isNew: true }],
      owned: [],
    })
    const next = await open({ log, time, agents: [definition] })
    const agent = await next.runtime.attach(definition, '1')
    await settle()
    const doubts = await agent.inDoubt()
    expect(doubts.map(({ src, key }) => [src, key])).toEqual([['charge', planned.inDoubt[0]?.key]])
    expect(await next.runtime.recovered).toMatchObject({ agents: 1, effects: 2, inDoubt: 1 })
  })

  test('RCV-12 tells the pause of a retry', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const failing = jobs({ bodies: { draft: () => Promise.reject(new Error('overloaded')) } })
    const first = await open({ log, time, agents: [failing] })
    await first.runtime.start(failing, { id: '1' })
    await settle()
    await ended(first)
    const planned = await plan(log, { time, agents: [failing] })
    expect(planned.resumed[0]).toMatchObject({ why: 'closed' })
    expect(planned.resumed[0]?.effects[0]).toMatchObject({
      src: 'draft',
      attempt: 2,
      notBefore: 1_700_000_060_000,
    })
  })

  test('RCV-12 tells messages that are to be delivered, also of an agent that has ended', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const child = jobs()
    const parent = defineAgent({
      name: 'parent',
      version: 1,
      machine: setup({ types: { events: {} as { type: 'go' } } }).createMachine({
        initial: 'waiting',
        states: {
          waiting: { on: { go: { target: 'ended', actions: startAgent({ agent: child, id: '1' }, {}) } } },
          ended: { type: 'final' },
        },
      }),
    })
    const agents = [parent, child]
    const web = await startProcess({ log, time, agents, worker: false })
    const agent = await web.runtime.start(parent, { id: '1' })
    await agent.send({ type: 'go' })
    const planned = await plan(log, { time, agents })
    expect(planned.resumed).toEqual([
      { agent: { name: 'parent', id: '1' }, why: 'unowned', effects: [], inputs: 0, messages: 1 },
    ])
    expect(formatPlan(planned)).toContain('parent-1: 1 message to deliver (no one has it)')
  })

  test('RCV-12 tells timers and deadlines that are overdue, and by how much', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const definition = jobs({ bodies: { charge: async () => 1 } })
    const first = await open({ log, time, agents: [definition] })
    const rests = await first.runtime.start(definition, { id: 'rests' })
    await settle()
    await rests.send({ type: 'rest' })
    await ended(first)
    await time.leap(HOUR + 90_000)
    const planned = await plan(log, { time, agents: [definition] })
    expect(planned.overdue).toMatchObject([
      { agent: { id: 'rests' }, timer: expect.stringContaining('after'), lateMs: 90_000 },
    ])
    expect(formatPlan(planned)).toContain('by 1 min 30 s')
    const next = await open({ log, time, agents: [definition] })
    expect(await next.runtime.recovered).toMatchObject({ overdueTimers: planned.overdue.length })
  })

  test('RCV-12 tells who is blocked and why, who is paused by whom, and who needs a migration', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    let drafts = 0
    const draft = (): Promise<unknown> => (drafts++ === 0 ? Promise.resolve('it') : new Promise(() => {}))
    const definition = jobs({ throws: true, bodies: { draft } })
    const first = await open({ log, time, agents: [definition] })
    await first.runtime.start(definition, { id: 'blocked' })
    await settle()
    const paused = await first.runtime.start(definition, { id: 'paused' })
    await paused.pause({ by: 'ana', reason: 'looks odd' })
    await first.runtime.pause({ definition: 'job', by: 'bo' })
    await first.runtime.resume({ definition: 'job' })
    await ended(first)
    const planned = await plan(log, { time, agents: [definition] })
    expect(planned.blocked).toMatchObject([
      { agent: { id: 'blocked' }, error: { code: 'EVENT_REFUSED' }, isNew: false },
    ])
    expect(planned.paused).toMatchObject([{ agent: { id: 'paused' }, by: 'ana', reason: 'looks odd' }])
    const other = await plan(log, { time, agents: [jobs({ version: 2 })] })
    expect(other.troubled.map(({ agent, code }) => [agent.id, code])).toEqual([
      ['blocked', 'NEEDS_MIGRATION'],
      ['paused', 'NEEDS_MIGRATION'],
    ])
    const stranger = await plan(log, { time, agents: [] })
    expect(stranger).toMatchObject({ troubled: [], unregistered: { job: 2 } })
  })

  test('RCV-12 tells a chart that has no place for what an agent holds', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const definition = jobs()
    const first = await open({ log, time, agents: [definition] })
    await first.runtime.start(definition, { id: '1' })
    await settle()
    await ended(first)
    const changed = defineAgent({
      name: 'job',
      version: 1,
      machine: setup({}).createMachine({ initial: 'moved', states: { moved: {} } }),
    })
    const planned = await plan(log, { time, agents: [changed] })
    expect(planned.troubled.map(({ code }) => code)).toEqual(['NEEDS_MIGRATION'])
    expect(planned.resumed).toEqual([])
  })

  test('RCV-12 leaves agents to owners that live, and to those that are not proven dead', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const definition = jobs()
    const first = await open({ log, time, agents: [definition] })
    await first.runtime.start(definition, { id: '1' })
    await settle()
    const planned = await plan(log, { time, agents: [definition] })
    expect(planned).toMatchObject({ resumed: [], owned: [{ agent: { id: '1' }, leaseMs: 9_000 }] })
    expect(planned.owned[0]?.lastBeatAt).toBe(1_700_000_000_000)
  })

  test('RCV-13 writes nothing: to no stream, no register and not to the directory', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const definition = jobs()
    const first = await open({ log, time, agents: [definition] })
    await first.runtime.start(definition, { id: '1' })
    await settle()
    await first.store.close()
    first.die()
    const before = stored(log)
    await plan(log, { time, agents: [definition] })
    expect(stored(log)).toBe(before)
  })

  test('RCV-14 as text has a summary and a line for each, bounded', async () => {
    const log = memoryLog()
    const time = new ManualTime()
    const definition = jobs()
    const first = await open({ log, time, agents: [definition] })
    for (const id of ['1', '2', '3']) await first.runtime.start(definition, { id })
    await settle()
    await first.store.close()
    first.die()
    const text = formatPlan(await plan(log, { time, agents: [definition] }), { maxLines: 2 })
    expect(text.split('\n')).toEqual([
      'recovery plan of 2023-11-14T22:13:20.000Z',
      '          3 agents to resume with 6 effects, 3 effects in doubt',
      expect.stringMatching(
        /^resume {4}job-1: draft, attempt 1; ship asks what became of it \(its worker has died: .+\)$/,
      ),
      expect.stringMatching(/^resume {4}job-2: /),
      'resume    … and 1 more',
      expect.stringMatching(/^in doubt {2}job-1: charge, interrupted, from now on: decide \(key .+\)$/),
      expect.stringMatching(/^in doubt {2}job-2: /),
      'in doubt  … and 1 more',
    ])
    expect(formatPlan(await plan(memoryLog(), { time, agents: [definition] }))).toBe(
      'recovery plan of 2023-11-14T22:13:20.000Z\n          nothing to do',
    )
  })

  test.each([{}, { agents: [] }, { agents: [], store: memoryStore(), lease: 5 }, null])(
    'options %j are refused',
    async (options) => {
      await expect(planRecovery(options as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    },
  )
})
