/** A query of an ORM is an object with `then` that runs when it is awaited: no answer, and always true. */
import { expect, test } from 'vitest'
import { assign, cancel, createMachine, raise, sendTo } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryStore } from '../store/memory-store.js'
import { createClient } from './create-client.js'

let begun = 0
class Query {
  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is
  then(): void {
    begun++
  }
}
const query = (): never => new Query() as never

test.each<[string, object, object]>([
  ['a guard', { guard: 'ok', target: 'other' }, { guards: { ok: query } }],
  ['a member that is assigned', { actions: assign({ n: query }) }, {}],
  ['an event that is raised', { actions: raise(query, { delay: 5 }) }, {}],
  ['a delay', { actions: raise({ type: 'go' }, { delay: query }) }, {}],
  ['whom an event is for', { actions: sendTo(query, { type: 'go' } as never) }, {}],
  ['what is cancelled', { actions: cancel(query) }, {}],
])('SND-151 refuses an event: %s', async (_what, go, implementations) => {
  const machine = createMachine({
    context: { n: 0 },
    initial: 'first',
    states: { first: { on: { go } }, other: {} },
  } as never).provide(implementations)
  const definition = defineAgent({ name: 'asking', version: 1, machine })
  await using client = await createClient({ store: memoryStore(), agents: [definition] })
  const agent = await client.start(definition, { id: '1' })
  await expect(agent.send({ type: 'go' })).rejects.toMatchObject({
    code: expect.stringMatching(/^(INVALID_DEFINITION|NOT_SERIALIZABLE|EVENT_REFUSED)$/) as string,
  })
  expect(agent.getSnapshot()).toMatchObject({ value: 'first', context: { n: 0 } })
  expect(begun).toBe(0)
})

test('SND-151 is no condition of a wait', async () => {
  const machine = createMachine({})
  const definition = defineAgent({ name: 'asked', version: 1, machine })
  await using client = await createClient({ store: memoryStore(), agents: [definition] })
  const agent = await client.start(definition, { id: '1' })
  await expect(agent.waitFor(query)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})
