/** What a migration would make of an agent, told before it is asked for. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { controlledBody } from '../api/controlled-body.fixture.js'
import { settle } from '../api/manual-time.fixture.js'
import { eventsOf, startProcess } from '../api/process.fixture.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { planMigration } from './plan-migration.js'

const RENAMED = [{ op: 'replace', path: '/root/value', value: 'approval' }] as const

/** Version 2 calls `review` `approval`, and asks for work there. */
async function scene() {
  const log = memoryLog()
  const work = controlledBody()
  const actors = { work: effect(work.body) }
  const one = defineAgent({
    name: 'form',
    version: 1,
    machine: setup({ actors }).createMachine({
      id: 'form',
      initial: 'review',
      states: {
        review: { on: { go: 'working' } },
        working: { invoke: { src: 'work', input: { job: 'it' }, onDone: 'done' } },
        done: { type: 'final' },
      },
    }),
  })
  const two = defineAgent({
    name: 'form',
    version: 2,
    machine: setup({ actors }).createMachine({
      id: 'form',
      initial: 'approval',
      states: {
        approval: { invoke: { src: 'work', input: { job: 'new' } } },
        working: { invoke: { src: 'work', input: { job: 'it' }, onDone: 'done' } },
        done: { type: 'final' },
      },
    }),
  })
  const process = await startProcess({ log, agents: [one, two] })
  const agent = await process.runtime.start(one, { id: '1' })
  return { log, work, one, two, process, agent, store: memoryStore(log) }
}

describe('planning a migration', () => {
  test('VER-20 what the migration would change is told, and it is what the migration then does', async () => {
    const { log, two, store, work, process } = await scene()
    const before = await eventsOf(log, 'form-1')
    const planned = await planMigration(two, '1', { store, patch: RENAMED })
    expect(planned).toMatchObject({ from: 1, to: 2, active: ['review'], activeAfter: ['approval'] })
    expect(planned.changes?.map(({ op, path }) => `${op} ${path}`)).toEqual([
      'add /root/children',
      'replace /root/value',
      'add /effects/1.0',
    ])
    expect(await eventsOf(log, 'form-1')).toEqual(before)
    expect(work.runs).toHaveLength(0)
    const moved = await process.runtime.migrate(two, '1', { patch: RENAMED })
    await settle()
    expect(moved.getSnapshot().value).toBe('approval')
    expect(work.runs).toHaveLength(1)
  })

  test('VER-20 what it would be refused with is told: a place that is not there, a patch that does not fit, a worker that performs', async () => {
    const { one, two, store, agent } = await scene()
    const refusalOf = async (patch: readonly object[] = []) =>
      (await planMigration(two, '1', { store, patch: patch as never })).refused
    expect(await refusalOf()).toMatchObject({
      code: 'NEEDS_MIGRATION',
      facts: { missing: [{ what: 'state "review"' }] },
    })
    expect(await refusalOf([{ op: 'remove', path: '/root/none' }])).toMatchObject({ code: 'INVALID_INPUT' })
    await agent.send({ type: 'go' })
    await settle()
    expect(await refusalOf()).toMatchObject({ code: 'OWNER_MAY_LIVE' })
    await agent.pause()
    expect(await planMigration(two, '1', { store })).toMatchObject({ activeAfter: ['working'], changes: [] })
    await expect(planMigration(one, '2', { store })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(planMigration(one, '1', { store, by: 'me' } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})
