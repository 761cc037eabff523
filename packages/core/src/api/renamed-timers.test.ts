/** One patch for many agents that wait in a state with another name in the new chart. */
import { describe, expect, test } from 'vitest'
import { raise, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { PatchOperation } from '../json/json-value.js'
import { invariant } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

const DAY_MS = 86_400_000

function versionOf(version: 1 | 2, body: ControlledBody['body']) {
  const name = version === 1 ? 'review' : 'approval'
  const machine = setup({
    types: { events: {} as { type: 'note' | 'ask' } },
    actors: { ask: effect<unknown, { job: string }>(body) },
  }).createMachine({
    id: 'form',
    initial: 'idle',
    on: { note: { actions: () => {} } },
    states: {
      idle: { on: { ask: name } },
      [name]: { invoke: { src: 'ask', id: 'asked', input: { job: 'it' } }, after: { [DAY_MS]: 'late' } },
      late: {},
    },
  })
  return defineAgent({ name: 'form', version, machine })
}

const [OLD, NEW] = [`xstate.after.${DAY_MS}.form.review`, `xstate.after.${DAY_MS}.form.approval`]
const RENAMED: readonly PatchOperation[] = [
  { op: 'replace', path: '/root/value', value: 'approval' },
  { op: 'replace', path: `/root/children/asked/node`, value: 'form.approval' },
  { op: 'replace', path: '/effects/asked/node', value: 'form.approval' },
  { op: 'replace', path: `/timers/${OLD}/id`, value: NEW },
  { op: 'replace', path: `/timers/${OLD}/node`, value: 'form.approval' },
  { op: 'replace', path: `/timers/${OLD}/event/type`, value: NEW },
]

async function scene() {
  const work = controlledBody()
  const [one, two] = [versionOf(1, work.body), versionOf(2, work.body)]
  const process = await startProcess({ log: memoryLog(), agents: [one, two] })
  /** Each has other names for its timer and its effect. */
  const waiting = async (id: string, notes: number) => {
    const agent = await process.runtime.start(one, { id })
    for (let at = 0; at < notes; at++) await agent.send({ type: 'note' })
    await agent.send({ type: 'ask' })
    await settle()
    await agent.pause()
    return agent
  }
  return { ...process, one, two, work, waiting }
}

describe('RCV-75 one patch renames a state of many agents', () => {
  test('RCV-75 with the timer by the id of its event and the effect by that of its child: both keep what they had', async () => {
    const { runtime, two, work, time, waiting } = await scene()
    for (const [id, notes] of [
      ['1', 0],
      ['2', 3],
    ] as const)
      await waiting(id, notes)
    const keys = work.runs.map(({ args }) => args.key)
    await time.advance(DAY_MS / 2)
    for (const id of ['1', '2']) {
      const moved = await runtime.migrate(two, id, { patch: RENAMED })
      expect(moved.getSnapshot().value).toBe('approval')
      await moved.resume()
    }
    await settle()
    expect(work.runs.slice(2).map(({ args }) => args.key)).toEqual(keys)
    await time.advance(DAY_MS / 2)
    expect((await runtime.attach(two, '2')).getSnapshot().value).toBe('late')
  })

  test('RCV-75 an id that several timers have is refused: each has to be named by itself', async () => {
    const [one, two] = ([1, 2] as const).map((version) => {
      const [early, late] = [100, 200].map((delay) => raise({ type: 'note' }, { id: 'same', delay }))
      const machine = setup({}).createMachine({ entry: [early, late] as never, on: { note: { actions: () => {} } } })
      return defineAgent({ name: 'twice', version, machine })
    })
    invariant(one !== undefined && two !== undefined, 'two versions')
    const { runtime } = await startProcess({ log: memoryLog(), agents: [one, two] })
    await runtime.start(one, { id: '1' })
    const patch: readonly PatchOperation[] = [{ op: 'replace', path: '/timers/same/due', value: 7 }]
    await expect(runtime.migrate(two, '1', { patch })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: '2 timers have the id "same"',
    })
  })

  test('RCV-75 an id that no timer has is refused with its path, and nothing is recorded', async () => {
    const { runtime, two, waiting } = await scene()
    const agent = await waiting('1', 0)
    const before = agent.getSnapshot().revision
    const path = '/timers/none/id'
    const patch: readonly PatchOperation[] = [{ op: 'replace', path, value: 'x' }]
    await expect(runtime.migrate(two, '1', { patch })).rejects.toMatchObject({ code: 'INVALID_INPUT', facts: { path } })
    expect(agent.getSnapshot()).toMatchObject({ value: 'review', revision: before })
  })
})
