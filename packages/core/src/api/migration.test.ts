/** Agents that hold what today's chart has no place for. */
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

/** A job beside a mode; only the new chart knows the mode `held`. */
function jobAgent(body: ControlledBody['body'], chart: 'old' | 'new') {
  const held = chart === 'new' ? { held: {} } : {}
  const hold = chart === 'new' ? { hold: '.held' } : { hold: '.normal' }
  const machine = setup({
    types: { context: {} as { result: unknown }, events: {} as { type: 'hold' } },
    actors: { job: effect<unknown, WorkInput>(body) },
  }).createMachine({
    context: { result: null },
    type: 'parallel',
    states: {
      mode: { initial: 'normal', on: hold as { hold: '.normal' }, states: { normal: {}, ...held } },
      work: {
        initial: 'doing',
        states: {
          doing: {
            invoke: {
              src: 'job',
              input: { job: 'it' },
              onDone: { target: 'did', actions: assign({ result: ({ event }) => event.output }) },
            },
          },
          did: {},
        },
      },
    },
  })
  return defineAgent({ name: 'job', version: 1, machine })
}

async function moved() {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const [old, young] = [jobAgent(work.body, 'old'), jobAgent(work.body, 'new')]
  const owner = await startProcess({ log, time, agents: [old] })
  const agent = await owner.runtime.start(old, { id: '1' })
  const deployed = await startProcess({ log, time, agents: [young], worker: false })
  const there = await deployed.runtime.attach(young, '1')
  await settle()
  await there.send({ type: 'hold' })
  await settle()
  return { log, time, work, old, young, owner, agent, there }
}

describe('RCV-7 what today’s chart has no place for', () => {
  test('RCV-7 an outside event is refused with NEEDS_MIGRATION, and nothing is recorded', async () => {
    const { log, agent } = await moved()
    await expect(agent.send({ type: 'hold' })).rejects.toMatchObject({ code: 'NEEDS_MIGRATION' })
    expect(await typesOf(log, 'job-1')).toEqual(['refold.started', 'hold', 'refold.released'])
  })

  test('RCV-7 an outcome is stored undecided, and blocks no one; who has the chart decides it', async () => {
    const { log, time, work, young, there } = await moved()
    work.last.resolve('paid')
    await time.advance(60_000)
    expect(work.runs).toHaveLength(1)
    expect(await typesOf(log, 'job-1')).toEqual(['refold.started', 'hold', 'refold.released', 'refold.effect.done'])
    expect(there.getSnapshot()).toMatchObject({ condition: 'running', context: { result: null } })
    await startProcess({ log, time, agents: [young] })
    await settle()
    expect(there.getSnapshot().context.result).toBe('paid')
    expect(work.runs).toHaveLength(1)
  })

  test('RCV-7 an agent that holds it is not claimed, but reported', async () => {
    const { log, time, old, owner } = await moved()
    owner.die()
    const next = await startProcess({ log, time, agents: [old] })
    await outliveLease(time)
    expect(next.reports).toMatchObject([{ code: 'NEEDS_MIGRATION', agent: { name: 'job', id: '1' } }])
    expect(await typesOf(log, 'job-1')).toEqual(['refold.started', 'hold', 'refold.released'])
  })

  test('RCV-7 one that can be looked at is, all the same', async () => {
    const { log, time, old, owner } = await moved()
    owner.die()
    const next = await startProcess({ log, time, agents: [old] })
    await outliveLease(time)
    const agent = await next.runtime.attach(old, '1')
    expect(agent.getSnapshot().value).toEqual({ mode: 'held', work: 'doing' })
  })
})

describe('versions', () => {
  test('stand side by side, and each agent goes on in its own', async () => {
    const log = memoryLog()
    const [one, two] = [
      workAgent({ body: controlledBody().body, initial: 'parked' }),
      workAgent({ body: controlledBody().body, version: 2 }),
    ]
    const first = await startProcess({ log, agents: [one] })
    await first.runtime.start(one, { id: '1' })
    await first.runtime.close()
    const both = await startProcess({ log, agents: [one, two], time: first.time })
    await both.runtime.start(two, { id: '2' })
    const agent = await both.runtime.attach(one, '1')
    expect((await agent.send({ type: 'go' })).value).toBe('working')
    expect((await both.runtime.start(two, { id: '1' })).getSnapshot().value).toBe('working')
  })

  test('RCV-7 a version that is not registered here is reported when it has something to perform', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const [one, two] = [workAgent({ body: work.body }), workAgent({ body: work.body, version: 2 })]
    const first = await startProcess({ log, agents: [one] })
    await first.runtime.start(one, { id: '1' })
    await first.runtime.close()
    const next = await startProcess({ log, agents: [two], time: first.time })
    expect(next.reports).toMatchObject([{ code: 'NEEDS_MIGRATION', agent: { id: '1' } }])
    expect(await typesOf(log, 'work-1')).toEqual(['refold.started'])
  })

  test('the same version given twice is refused', async () => {
    const one = workAgent({ body: controlledBody().body })
    await expect(
      startProcess({ log: memoryLog(), agents: [one, workAgent({ body: controlledBody().body })] }),
    ).rejects.toMatchObject({ code: 'INVALID_DEFINITION' })
  })
})
