/** A migration begins what the states it reaches ask for, and ends what it ends. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import type { AgentDefinition } from '../definition/agent-types.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { startAgent } from '../definition/send-to-agent.js'
import type { PatchOperation } from '../json/json-value.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

const child = setup({ types: { events: {} as { type: 'end' } } }).createMachine({
  initial: 'on',
  states: { on: { on: { end: 'off' } }, off: { type: 'final' } },
  output: 'a child’s word',
})

/** Version 1 waits; version 2 has somewhere to go. `review` is in both, and in the second one it has grown. */
function versionOf(version: 1 | 2, body: ControlledBody['body']): AgentDefinition {
  const asks = { src: 'ask', input: { job: 'it' } } as const
  const machine = setup({
    types: { context: {} as { said: unknown }, events: {} as { type: 'note' } | { type: 'leave' } },
    actors: { ask: effect<unknown, { job: string }>(body), child },
  }).createMachine({
    id: 'form',
    context: { said: null },
    initial: 'review',
    states: {
      review:
        version === 1
          ? { on: { note: {}, leave: 'asking' } }
          : { invoke: { ...asks, onDone: 'told' }, after: { 500: 'late' } },
      asking: { invoke: { ...asks, onDone: 'told' }, after: { 900: 'late' } },
      ...(version === 1
        ? {}
        : {
            timed: { after: { 1000: 'late' } },
            family: { invoke: { src: 'child', id: 'kid', onDone: 'told' } },
            halves: {
              type: 'parallel',
              onDone: 'told',
              states: {
                one: { initial: 'on', states: { on: {}, off: { type: 'final' } } },
                two: { initial: 'on', states: { on: {}, off: { type: 'final' } } },
              },
            },
            onward: { always: 'timed' },
            over: { type: 'final', output: ({ context }: { context: { said: unknown } }) => context.said },
          }),
      told: {},
      late: {},
    },
    output: ({ event }: { event: { output?: unknown } }) => ({ all: event.output }),
  } as never) as unknown as AnyStateMachine
  return defineAgent({ name: 'form', version, machine })
}

async function scene() {
  const log = memoryLog()
  const work = controlledBody()
  const [one, two] = [versionOf(1, work.body), versionOf(2, work.body)]
  const process = await startProcess({ log, agents: [one, two] })
  const agent = await process.runtime.start(one, { id: '1' })
  await settle()
  const to = (value: unknown, ...more: readonly PatchOperation[]) =>
    process.runtime.migrate(two, '1', {
      patch: [{ op: 'replace', path: '/root/value', value: value as never }, ...more],
    })
  return { log, work, one, two, process, agent, to }
}

describe('RCV-21 a migration into a state', () => {
  test('RCV-21 with an invoke begins its effect, with a key of its own', async () => {
    const { work, to } = await scene()
    const moved = await to('asking')
    await settle()
    expect(work.runs.map(({ args }) => args.input)).toEqual([{ job: 'it' }])
    work.last.resolve('yes')
    await settle()
    expect(moved.getSnapshot().value).toBe('told')
  })

  test('RCV-21 with an `after` sets its timer, and by an `always` it goes on', async () => {
    for (const state of ['timed', 'onward']) {
      const { to, process } = await scene()
      const moved = await to(state)
      expect(moved.getSnapshot().value).toBe('timed')
      await process.time.advance(1_000)
      expect(moved.getSnapshot().value).toBe('late')
    }
  })

  test('RCV-21 that is final ends the agent, with its output, and tells who started it', async () => {
    const { log, to } = await scene()
    const moved = await to('over', { op: 'replace', path: '/root/context/said', value: 'enough' })
    expect(moved.getSnapshot()).toMatchObject({ status: 'done', output: { all: 'enough' } })
    expect((await moved.done()).output).toEqual({ all: 'enough' })
    expect(await typesOf(log, 'form-1')).toEqual(['refold.started', 'refold.migrated'])
  })

  test('RCV-21 whose inner states are all final tells the state around them', async () => {
    const { to } = await scene()
    expect((await to({ halves: { one: 'off', two: 'off' } })).getSnapshot().value).toBe('told')
    const { to: toOne } = await scene()
    expect((await toOne({ halves: { one: 'off', two: 'on' } })).getSnapshot().value).toEqual({
      halves: { one: 'off', two: 'on' },
    })
  })

  test('RCV-21 with a child machine starts it', async () => {
    const { process, to, two } = await scene()
    const moved = await to('family')
    const patch = [{ op: 'replace', path: '/root/children/kid/value', value: 'off' }] as const
    expect(moved.getSnapshot().value).toBe('family')
    const after = await process.runtime.migrate(two, '1', { patch })
    expect(after.getSnapshot().value).toBe('told')
  })

  test('RCV-21 ends what the state that it leaves had begun, if the chart still has that state', async () => {
    const { work, agent, to } = await scene()
    await agent.send({ type: 'leave' })
    await settle()
    await agent.pause()
    const moved = await to('told')
    await moved.resume()
    await settle()
    expect(work.runs.map(({ args }) => args.signal.aborted)).toEqual([true])
    expect(moved.getSnapshot()).toMatchObject({ value: 'told', effects: [] })
  })

  test('RCV-21 reports the end of a detached child to the agent that started it', async () => {
    const log = memoryLog()
    const work = controlledBody()
    const [one, two] = [versionOf(1, work.body), versionOf(2, work.body)]
    const parent = defineAgent({
      name: 'parent',
      version: 1,
      machine: setup({ types: { events: {} as { type: 'told' } } }).createMachine({
        initial: 'waiting',
        entry: startAgent({ agent: one, id: '1' }, { done: 'told' } as never),
        states: { waiting: { on: { told: 'heard' } }, heard: {} },
      }),
    })
    const process = await startProcess({ log, agents: [parent, one, two] })
    const waits = await process.runtime.start(parent, { id: '1' })
    await settle()
    await (await process.runtime.attach(two, '1')).pause()
    await process.runtime.migrate(two, '1', { patch: [{ op: 'replace', path: '/root/value', value: 'over' }] })
    await settle()
    expect(work.last.args.signal.aborted).toBe(true)
    expect(waits.getSnapshot().value).toBe('heard')
  })
})

describe('what a deploy added to a state where agents wait', () => {
  test('RCV-22 begins by a migration that was asked to begin what is missing, and by no other', async () => {
    const { log, work, process, two } = await scene()
    await process.runtime.migrate(two, '1')
    await settle()
    expect(work.runs).toHaveLength(0)
    expect(await typesOf(log, 'form-1')).toEqual(['refold.started', 'refold.migrated'])
    const moved = await process.runtime.migrate(two, '1', { beginMissing: true, by: 'ana' })
    await settle()
    expect(work.runs).toHaveLength(1)
    expect(moved.getSnapshot().value).toBe('review')
    await process.time.advance(500)
    expect(moved.getSnapshot().value).toBe('late')
  })
})
