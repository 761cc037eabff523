/** Functions of a chart that are not `async` and give a promise all the same, where XState asks for an id, a target, an event or a delay. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { assign, cancel, emit, enqueueActions, raise, sendTo, setup, spawnChild, stopChild } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryStore } from '../store/memory-store.js'
import { createClient } from './create-client.js'

const child = setup({}).createMachine({})
const resolved = (): never => Promise.resolve('first') as never
const rejected = (): never => Promise.reject(new Error('no one hears it')) as never

const rejections: unknown[] = []
const hear = (reason: unknown): unknown => rejections.push(reason)
beforeEach(() => void process.on('unhandledRejection', hear))
afterEach(() => void process.off('unhandledRejection', hear))

const WAYS: Readonly<Record<string, (promise: () => never) => unknown>> = {
  'the id of spawnChild': (promise) => spawnChild('child', { id: promise }),
  'the input of spawnChild': (promise) => spawnChild('child', { id: 'second', input: promise }),
  'the target of stopChild': (promise) => stopChild(promise),
  'the target of sendTo': (promise) => sendTo(promise, { type: 'hello' } as never),
  'the event of sendTo': (promise) => sendTo('first', promise),
  'the delay of raise': (promise) => raise({ type: 'hello' }, { delay: promise }),
  'the id of cancel': (promise) => cancel(promise),
  'the event of emit': (promise) => emit(promise),
  'the id that enqueue.spawnChild gets': (promise) =>
    enqueueActions(({ enqueue }) => enqueue.spawnChild('child' as never, { id: promise })),
  'the target that enqueue.stopChild gets': (promise) => enqueueActions(({ enqueue }) => enqueue.stopChild(promise)),
  'the id that spawn gets': (promise) =>
    assign({
      ref: ({ spawn }: { spawn: (src: string, options: object) => unknown }) => spawn('child', { id: promise() }),
    }),
}

test.each(Object.keys(WAYS))('DEF-31 %s is a promise: the event is refused, and nothing is done', async (name) => {
  for (const promise of [resolved, rejected]) {
    const machine = setup({ actors: { child } }).createMachine({
      context: {},
      entry: spawnChild('child', { id: 'first' }),
      on: { go: { actions: WAYS[name]?.(promise) as never } },
    })
    const definition = defineAgent({ name: 'tree', version: 1, machine })
    await using client = await createClient({ store: memoryStore(), agents: [definition] })
    const agent = await client.start(definition, { id: '1' })
    await expect(agent.send({ type: 'go' })).rejects.toMatchObject({ code: 'INVALID_DEFINITION' })
    expect(Object.keys(agent.getSnapshot().children)).toEqual(['first'])
    expect(agent.getSnapshot().revision).toBe(0n)
  }
  await new Promise((resolve) => setImmediate(resolve))
  expect(rejections).toEqual([])
})
