/** Agents that their own process performs while it moves them to another version, or is asked to and refuses. */
import { describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { outcomeOf, startProcess, typesOf } from './process.fixture.js'

interface Bodies {
  /** Version 1 cannot take its answer: the agent is blocked. */
  readonly ask: ControlledBody
  /** Runs beside it. */
  readonly pay: ControlledBody
}

function versionOf(version: 1 | 2, { ask, pay }: Bodies, safety: 'idempotent' | 'never-retry') {
  const machine = setup({
    types: { context: {} as { notes: number; paid: unknown }, events: {} as { type: 'note' } | { type: 'ask' } },
    actors: { ask: effect<unknown, WorkInput>(ask.body), pay: effect<unknown, WorkInput>(pay.body) },
    actions: {
      read: assign(() => {
        if (version === 1) throw new Error('version 1 cannot read it')
        return {}
      }),
    },
  }).createMachine({
    context: { notes: 0, paid: null },
    type: 'parallel',
    on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
    states: {
      asking: {
        initial: 'not',
        states: {
          not: { on: { ask: 'yet' } },
          yet: { invoke: { src: 'ask', input: { job: 'ask' }, onDone: { target: 'did', actions: 'read' } } },
          did: {},
        },
      },
      paying: {
        initial: 'yet',
        states: {
          yet: {
            invoke: {
              src: 'pay',
              input: { job: 'pay' },
              onDone: { target: 'did', actions: assign({ paid: ({ event }) => event.output }) },
            },
          },
          did: {},
        },
      },
    },
  })
  return defineAgent({ name: 'moving', version, machine, effects: { pay: { safety } } })
}

async function scene(safety: 'idempotent' | 'never-retry' = 'idempotent') {
  const log = memoryLog()
  const bodies: Bodies = { ask: controlledBody(), pay: controlledBody() }
  const [one, two] = [versionOf(1, bodies, safety), versionOf(2, bodies, safety)]
  const { runtime, store } = await startProcess({ log, agents: [one, two] })
  const agent = await runtime.start(one, { id: '1' })
  await settle()
  const block = async (): Promise<void> => {
    await agent.send({ type: 'ask' })
    await settle()
    bodies.ask.last.resolve('an answer')
    await settle()
    expect(agent.getSnapshot().condition).toBe('blocked')
  }
  return { log, ...bodies, one, two, runtime, store, agent, block }
}

const NO_STATE = [{ op: 'replace', path: '/root', value: 7 }] as const

describe('RCV-40 a migration that is refused', () => {
  test('RCV-40 while the agent is performed here leaves its effects as they are', async () => {
    const { log, pay, two, runtime, agent } = await scene()
    await expect(runtime.migrate(two, '1')).rejects.toMatchObject({ code: 'OWNER_MAY_LIVE' })
    await agent.send({ type: 'note' })
    await settle()
    expect(pay.runs).toHaveLength(1)
    pay.last.resolve('paid')
    await settle()
    expect(pay.runs).toHaveLength(1)
    expect(agent.getSnapshot().context).toEqual({ notes: 1, paid: 'paid' })
    expect(await typesOf(log, 'moving-1')).toEqual(['refold.started', 'note', 'refold.effect.done'])
  })

  test('RCV-40 of a blocked agent leaves its other effects as they are', async () => {
    const { pay, two, runtime, agent, block } = await scene()
    await block()
    await expect(runtime.migrate(two, '1', { patch: NO_STATE })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await agent.send({ type: 'note' }, { whenBlocked: 'keep' })
    pay.last.resolve('paid')
    await settle()
    expect(pay.runs).toHaveLength(1)
    expect(agent.getSnapshot().effects).toEqual([])
  })
})

describe('RCV-41 a migration of an agent that its own process performs', () => {
  test('RCV-41 stops its effects, and begins them once, with their keys', async () => {
    const { pay, two, runtime, block } = await scene()
    await block()
    const moved = await runtime.migrate(two, '1')
    await settle()
    expect(pay.runs.map(({ args }) => [args.key, args.signal.aborted])).toEqual([
      [pay.last.args.key, true],
      [pay.last.args.key, false],
    ])
    for (const run of pay.runs) run.resolve('paid')
    await settle()
    expect(pay.runs).toHaveLength(2)
    await moved.retry()
    await settle()
    expect(moved.getSnapshot().context.paid).toBe('paid')
    expect(pay.runs).toHaveLength(2)
  })

  test('RCV-41 keeps what a payment answers that had begun before', async () => {
    const { pay, two, runtime, agent } = await scene('never-retry')
    await agent.pause()
    const moved = await runtime.migrate(two, '1')
    pay.last.resolve('paid')
    await settle()
    expect(moved.getSnapshot()).toMatchObject({ effects: [], context: { paid: 'paid' } })
    await moved.resume()
    await settle()
    expect(pay.runs).toHaveLength(1)
  })
})

describe('RCV-43 what others append while an agent is moved', () => {
  test('RCV-43 does not refuse the migration', async () => {
    const { log, one, two, runtime, store, agent } = await scene()
    await agent.pause()
    const { runtime: other } = await startProcess({ log, agents: [one], worker: false })
    const there = await other.attach(one, '1')
    store.faults.push({ until: settle().then(() => there.send({ type: 'note' })) })
    const moved = await runtime.migrate(two, '1')
    expect(moved.getSnapshot().context.notes).toBe(1)
    expect(await typesOf(log, 'moving-1')).toEqual(['refold.started', 'refold.paused', 'note', 'refold.migrated'])
  })
})

describe('RCV-42 those who wait for an agent', () => {
  test('RCV-42 hear that it was migrated in their own process', async () => {
    const { two, runtime, agent } = await scene()
    await agent.pause()
    const waits = [agent.done(), agent.waitFor(({ context }) => context.notes > 9)]
    for (const wait of waits) wait.catch(() => undefined)
    await settle()
    await runtime.migrate(two, '1')
    for (const wait of waits) expect(await outcomeOf(wait)).toMatchObject({ error: { code: 'NEEDS_MIGRATION' } })
  })
})
