/** A migration to a chart that has another name for the state in which an agent waits. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { PatchOperation } from '../json/json-value.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

function versionOf(version: 1 | 2, body: ControlledBody['body']) {
  const name = version === 1 ? 'asking' : 'inquiring'
  const machine = setup({
    types: { events: {} as { type: 'end' } },
    actors: { ask: effect<unknown, { job: string }>(body) },
  }).createMachine({
    id: 'form',
    initial: name,
    states: {
      [name]: { invoke: { src: 'ask', input: { job: 'it' }, onDone: { actions: [] } }, on: { end: 'done' } },
      done: { type: 'final' },
    },
  })
  return defineAgent({ name: 'form', version, machine })
}

const VALUE: PatchOperation = { op: 'replace', path: '/root/value', value: 'inquiring' }
const CHILD: readonly PatchOperation[] = [
  { op: 'copy', from: '/root/children/0.form.asking', path: '/root/children/0.form.inquiring' },
  { op: 'remove', path: '/root/children/0.form.asking' },
]

async function scene() {
  const work = controlledBody()
  const [one, two] = [versionOf(1, work.body), versionOf(2, work.body)]
  const { runtime } = await startProcess({ log: memoryLog(), agents: [one, two] })
  const agent = await runtime.start(one, { id: '1' })
  await settle()
  return { work, two, runtime, agent }
}

describe('RCV-24 a renamed state', () => {
  test('RCV-24 keeps its effect, with its key, when the patch renames what stands for it', async () => {
    const { work, two, runtime, agent } = await scene()
    await agent.pause()
    await expect(runtime.migrate(two, '1', { patch: [VALUE] })).rejects.toMatchObject({ code: 'NEEDS_MIGRATION' })
    const moved = await runtime.migrate(two, '1', { patch: [VALUE, ...CHILD] })
    await moved.resume()
    await settle()
    expect(work.runs.map(({ args }) => args.key)).toEqual([work.runs[0]?.args.key, work.runs[0]?.args.key])
  })

  test('RCV-24 does not perform again what it had performed', async () => {
    const { work, two, runtime } = await scene()
    work.last.resolve('paid')
    await settle()
    const refused = runtime.migrate(two, '1', { patch: [VALUE] })
    await expect(refused).rejects.toMatchObject({
      code: 'NEEDS_MIGRATION',
      hint: expect.stringContaining('actor "0.form.asking", which has ended'),
    })
    const moved = await runtime.migrate(two, '1', { patch: [VALUE, ...CHILD] })
    await settle()
    expect(work.runs).toHaveLength(1)
    expect(moved.getSnapshot().value).toBe('inquiring')
  })
})
