/** Migrations of whole trees: child machines, callbacks, in processes with a worker and without one, beside an older release. */
import { describe, expect, test } from 'vitest'
import { assign, fromCallback, fromPromise, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import type { AgentDefinition } from '../definition/agent-types.js'
import { defineAgent } from '../definition/define-agent.js'
import type { PatchOperation } from '../json/json-value.js'
import { memoryLog } from '../store/memory-store.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

/** A child that waits; version 2 has it wait for 50 ms at most. */
function kid(version: 1 | 2) {
  return setup({ actors: { ask: fromPromise(async () => 'yes') } }).createMachine({
    initial: 'on',
    states: {
      on: version === 1 ? {} : { after: { 50: 'off' } },
      asking: { invoke: { src: 'ask', onDone: 'off' } },
      off: { type: 'final' },
    },
  })
}

function versionOf(version: 1 | 2): AgentDefinition {
  const input = (): never => {
    throw new Error('no input')
  }
  const count = assign({ count: ({ context }: { context: { count: number } }) => context.count + 1 })
  const machine = setup({
    actors: {
      kid: kid(version),
      calls: fromCallback(({ sendBack }) => sendBack({ type: 'called' })),
      never: fromPromise(async () => 1),
    },
  }).createMachine({
    id: 'form',
    initial: 'waiting',
    context: { count: 0 },
    states: {
      waiting: { on: { go: 'family' } },
      family: { invoke: { src: 'kid', id: 'kid', onDone: 'told' }, after: { 200: 'late' } },
      calling: { invoke: { src: 'calls' }, on: { called: 'told' } },
      failing: { invoke: { src: 'never', input } },
      watching: { invoke: { src: 'kid', onSnapshot: { actions: count } } },
      told: {},
      late: {},
    },
  } as never) as unknown as AnyStateMachine
  return defineAgent({ name: 'form', version, machine })
}

const [one, two] = [versionOf(1), versionOf(2)]

/** Live states are held against their records at every second one. */
async function scene() {
  const log = memoryLog()
  const process = await startProcess({ log, agents: [one, two], snapshots: { everyEvents: 2 } })
  const agent = await process.runtime.start(one, { id: '1' })
  return { log, agent, ...process }
}

function to(value: string): { readonly patch: readonly PatchOperation[] } {
  return { patch: [{ op: 'replace', path: '/root/value', value }] }
}

describe('RCV-21 a migration of a tree', () => {
  test('RCV-21 begins a callback, and an actor whose snapshots are wanted', async () => {
    const { runtime, reports } = await scene()
    const called = await runtime.migrate(two, '1', to('calling'))
    await settle()
    expect(called.getSnapshot().value).toBe('told')
    const watching = await runtime.migrate(two, '1', to('watching'))
    await settle()
    expect(watching.getSnapshot().context).toEqual({ count: 1 })
    const again = await runtime.migrate(two, '1')
    expect(again.getSnapshot().context, 'who was not moved tells no one').toEqual({ count: 1 })
    expect(reports).toEqual([])
  })

  test('RCV-21 begins what a child machine reaches, and the parent hears its end', async () => {
    const { runtime, agent, reports } = await scene()
    await agent.send({ type: 'go' })
    const patch = [{ op: 'replace', path: '/root/children/kid/value', value: 'asking' }] as const
    const moved = await runtime.migrate(two, '1', { patch })
    await settle()
    expect(moved.getSnapshot().value).toBe('told')
    expect(reports).toEqual([])
  })

  test('RCV-22 begins what a child machine lacks, beside the timer that stands', async () => {
    const { runtime, agent, time } = await scene()
    await agent.send({ type: 'go' })
    const moved = await runtime.migrate(two, '1', { beginMissing: true })
    await time.advance(60)
    expect(moved.getSnapshot().value).toBe('told')
  })

  test('RCV-21 is refused when what it begins throws, and nothing is recorded', async () => {
    const { log, runtime } = await scene()
    await expect(runtime.migrate(two, '1', to('failing'))).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
    expect(await typesOf(log, 'form-1')).toEqual(['refold.started'])
    expect((await runtime.migrate(two, '1', to('told'))).getSnapshot().value).toBe('told')
  })

  test('RCV-21 made by a process without effects is performed by a worker, also while the owner has the old version only', async () => {
    const log = memoryLog()
    const old = await startProcess({ log, agents: [one] })
    const { time } = old
    await old.runtime.start(one, { id: '1' })
    const worker = await startProcess({ log, time, agents: [one, two] })
    const web = await startProcess({ log, time, agents: [one, two], worker: false })
    const called = await web.runtime.migrate(two, '1', to('calling'))
    await time.advance(100)
    expect(called.getSnapshot().value).toBe('told')
    const timed = await web.runtime.migrate(two, '1', { ...to('family') })
    await time.advance(60)
    expect(timed.getSnapshot().value).toBe('told')
    expect([old.reports, worker.reports]).toEqual([[], []])
  })
})
