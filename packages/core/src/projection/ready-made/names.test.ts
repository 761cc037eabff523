/** States, sources and versions of any name and at any time. */
import { setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createRuntime } from '../../api/create-runtime.js'
import { defineAgent } from '../../definition/define-agent.js'
import { headerOf } from '../../record/header.js'
import { memoryLog } from '../../store/memory-log.js'
import { memoryStore } from '../../store/memory-store.js'
import { effectCostsProjection } from './effect-costs.js'
import { inboxProjection } from './inbox.js'
import { appendPast, chat, quiet } from './past-records.fixture.js'
import { timeInStateProjection } from './time-in-state.js'

test('PRJ-322 states and sources are counted by names that every object inherits, too', async () => {
  const log = memoryLog()
  await using runtime = await createRuntime({ store: memoryStore(log), agents: [chat], world: quiet })
  const usage = { costUsd: 2 }
  const place = await appendPast(log, 'chat-1', [
    ['refold.started', 1, { input: null }, { active: ['toString'] }],
    ['refold.effect.done', 4, { src: 'valueOf', usage }, { input: { kind: 'effect.done', effect: '0.0' } }],
    ['say', 9, { text: 'on' }, { active: ['idle'] }],
  ])
  const times = await runtime.project(timeInStateProjection({ agents: [chat] }))
  await times.at(place)
  expect((await times.get('chat-1'))?.ms).toEqual({ toString: 8 })
  const costs = await runtime.project(effectCostsProjection({ agents: [chat] }))
  await costs.at(place)
  expect((await costs.get('chat-1'))?.sources).toEqual({
    valueOf: expect.objectContaining({ attempts: 1, failures: 0, done: 1, costUsd: 2 }) as unknown,
  })
})

test('PRJ-323 REC-27 a migration to a version that asks where the agent stands brings it into the inbox, and one back takes it out', async () => {
  const log = memoryLog()
  const machine = setup({ types: { events: {} as { type: 'approve'; by: string } } }).createMachine({
    initial: 'review',
    states: { review: { on: { approve: 'published' } }, published: {} },
  })
  const events = { approve: z.object({ by: z.string() }) }
  const one = defineAgent({ name: 'letter', version: 1, machine, events })
  const two = defineAgent({ name: 'letter', version: 2, machine, events, approvals: { approve: () => 'the letter' } })
  await using runtime = await createRuntime({ store: memoryStore(log), agents: [one, two], world: quiet })
  const inbox = await runtime.project(inboxProjection({ agents: [one, two] }))
  await inbox.at(await runtime.start(one, { id: '1' }))
  expect(await inbox.get('letter-1')).toBeUndefined()
  await runtime.migrate(two, '1')
  await inbox.at(await runtime.attach(two, '1'))
  expect(await inbox.get('letter-1')).toMatchObject({ active: ['review'], approvals: [{ event: 'approve' }] })
  for await (const page of memoryStore(log).read('letter-1', { direction: 'backwards', limit: 1 }))
    expect(headerOf(page[0]?.metadata)?.standsIn).toEqual(['review'])
  await runtime.migrate(one, '1')
  await inbox.at(await runtime.attach(one, '1'))
  expect(await inbox.get('letter-1')).toBeUndefined()
})
