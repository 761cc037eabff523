/** Effects that a chart left while someone's word is needed: no record of the effect tells it. */
import { setup } from 'xstate'
import { expect, test } from 'vitest'
import { controlledBody, obedient } from '../../api/controlled-body.fixture.js'
import { createClient } from '../../api/create-client.js'
import { settle } from '../../api/manual-time.fixture.js'
import { eventsOf, startProcess } from '../../api/process.fixture.js'
import { workAgent } from '../../api/work-agent.fixture.js'
import type { AgentDefinition } from '../../definition/agent-types.js'
import { defineAgent } from '../../definition/define-agent.js'
import { effect } from '../../definition/effect.js'
import type { PendingEffectOf } from '../../public/state.js'
import { memoryLog, memoryStore } from '../../store/memory-store.js'
import type { MemoryLog } from '../../store/memory-store.js'
import { inboxProjection } from './inbox.js'

/** What the inbox has of the one agent. */
async function waiting(log: MemoryLog, definition: AgentDefinition): Promise<unknown> {
  await using client = await createClient({ store: memoryStore(log), agents: [definition] })
  const inbox = await client.project(inboxProjection({ agents: [definition] }))
  await inbox.at(await client.attach(definition, '1'))
  return (await inbox.get(`${definition.name}-1`))?.inDoubt
}

test('PRJ-55 REC-26 a payment in flight that its chart leaves waits in the inbox until its outcome is recorded', async () => {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })
  const { runtime } = await startProcess({ log, agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  await settle()
  expect(await waiting(log, definition)).toBeUndefined()
  await agent.send({ type: 'leave' })
  const [left] = await agent.inDoubt()
  const { effect: id = '', abandoned } = left ?? {}
  expect(await waiting(log, definition)).toEqual([{ effect: id, src: 'work', why: 'abandoned', since: abandoned?.at }])
  const record = (await eventsOf(log, 'work-1'))[abandoned?.revision ?? 0]
  expect(record).toMatchObject({ type: 'leave', metadata: { refold: { inDoubt: 1, left: { [id]: 'work' } } } })
  await agent.resolve(id, { acknowledge: true })
  expect(await waiting(log, definition)).toBeUndefined()
})

test('PRJ-55 REC-26 of several in doubt those that the chart left wait as abandoned, or not at all', async () => {
  const log = memoryLog()
  const [pay, ask] = [controlledBody(), controlledBody()]
  const definition = defineAgent({
    name: 'shop',
    version: 1,
    machine: setup({
      types: { events: {} as { type: 'leave' } },
      actors: {
        pay: effect(pay.body, { safety: 'never-retry', timeoutMs: 1_000 }),
        ask: effect(ask.body, { safety: { reconcile: async () => 'unknown' as const }, timeoutMs: 1_000 }),
      },
    }).createMachine({
      initial: 'busy',
      states: {
        busy: { on: { leave: 'idle' }, invoke: [{ src: 'pay' }, { src: 'ask' }] as never },
        idle: {},
      },
    }),
  })
  const { runtime, time } = await startProcess({ log, agents: [definition] })
  const agent = await runtime.start(definition, { id: '1' })
  await settle()
  for (const body of [pay, ask]) obedient(body.last)
  await time.advance(1_000)
  expect(await waiting(log, definition)).toMatchObject([
    { src: 'pay', why: 'timeout' },
    { src: 'ask', why: 'unknown' },
  ])
  await agent.send({ type: 'leave' })
  const [left] = agent.getSnapshot().effects as readonly PendingEffectOf<'pay', unknown, unknown>[]
  expect(await waiting(log, definition)).toEqual([
    { effect: left?.effect, src: 'pay', why: 'abandoned', since: left?.abandoned?.at },
  ])
})
