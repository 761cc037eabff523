/** What user code gives stays its own: it is copied, never frozen in the user's hands. */
import { Subject } from 'rxjs'
import { assign, emit, fromCallback, fromObservable, fromPromise, raise, sendTo, setup } from 'xstate'
import { expect, test } from 'vitest'
import type { AgentDefinition } from '../definition/agent-types.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'
import { settle } from './manual-time.fixture.js'

interface Box {
  deep: { list: number[] }
}

test('EFF-26 STEP-22 nothing that user code gives is frozen, nor does what it writes later reach the agent', async () => {
  const given: Record<string, Box> = {}
  const box = (name: string): Box => (given[name] = { deep: { list: [1] } })
  const values = new Subject<Box>()
  const child = setup({ types: { input: {} as Box } }).createMachine({
    context: ({ input }) => ({ input }),
    initial: 'over',
    states: { over: { type: 'final' } },
    output: () => box('output of a child'),
  })
  const context: Record<string, unknown> = {}
  const machine = setup({
    types: { context, events: {} as { type: 'sent' | 'raised' | 'later'; box: Box } },
    actors: {
      child,
      work: effect<Box, Box>(async ({ step }) => {
        await step('one', () => box('result of a step'))
        return box('output of a body')
      }),
      plain: fromPromise<Box, Box>(async () => box('output of a promise')),
      chat: fromCallback<{ type: 'sent'; box: Box }>(({ sendBack }) =>
        sendBack({ type: 'sent', box: box('event of a callback') }),
      ),
      watch: fromObservable<Box, undefined>(() => values),
    },
  }).createMachine({
    context: () => ({ own: box('context') }),
    invoke: [
      { src: 'child', input: () => box('input of a child') },
      {
        src: 'work',
        input: () => box('input of a body'),
        onDone: { actions: assign({ work: ({ event }) => event.output }) },
      },
      { src: 'plain', input: () => box('input of a promise') },
      { src: 'chat', id: 'chat' },
      { src: 'watch' },
    ],
    entry: [
      assign({ set: () => box('assigned') }),
      raise(() => ({ type: 'raised' as const, box: box('raised') })),
      raise(() => ({ type: 'later' as const, box: box('delayed') }), { delay: 60_000 }),
      sendTo('chat', () => ({ type: 'sent' as const, box: box('sent to a callback') })),
      emit(() => ({ type: 'told', box: box('emitted') })),
    ],
    on: { sent: { actions: assign({ sent: ({ event }) => event.box }) } },
  })
  const definition = defineAgent({
    name: 'own',
    version: 1,
    machine,
  }) as AgentDefinition
  await using refold = await createRuntime({ store: memoryStore(), agents: [definition] })
  const agent = await refold.start(definition, { id: '1' })
  await settle()
  values.next(box('value of an observable'))
  await settle()
  const before = JSON.stringify(agent.getSnapshot().context)
  expect(Object.keys(given)).toHaveLength(15)
  for (const [name, { deep }] of Object.entries(given)) expect(() => deep.list.push(2), name).not.toThrow()
  expect(JSON.stringify(agent.getSnapshot().context)).toBe(before)
  expect(before).toContain('"work":{"deep":{"list":[1]}}')
})
