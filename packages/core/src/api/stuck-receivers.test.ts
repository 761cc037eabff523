/** Receivers that cannot be reached, beside one that can. */
import { expect, test } from 'vitest'
import { assign, enqueueActions, setup } from 'xstate'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { RefoldError } from '../errors.js'
import { memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { createRuntime } from './create-runtime.js'

const UNREACHABLE = 50

const reader = defineAgent({
  name: 'reader',
  version: 1,
  events: { note: z.object({}) },
  machine: setup({ types: { context: {} as { notes: number }, events: {} as { type: 'note' } } }).createMachine({
    context: { notes: 0 },
    on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
  }),
})

const ids = [...Array.from({ length: UNREACHABLE }, (_, at) => `lost-${at}`), 'there']

const writer = defineAgent({
  name: 'writer',
  version: 1,
  events: { write: z.object({}) },
  machine: setup({ types: { events: {} as { type: 'write' } } }).createMachine({
    on: {
      write: {
        actions: enqueueActions(({ enqueue }) => {
          for (const id of ids) enqueue(sendToAgent({ agent: reader, id }, { type: 'note' }))
        }),
      },
    },
  }),
})

test('MSG-43 receivers that cannot be reached do not keep messages from the others', async () => {
  const store = memoryStore()
  const append = store.append.bind(store)
  let isDown = false
  store.append = async (stream, ...rest) => {
    if (isDown && stream.startsWith('reader-lost'))
      throw new RefoldError('STORE_REJECTED', 'its part of the store is down')
    return append(stream, ...rest)
  }
  const runtime = await createRuntime({
    store,
    agents: [reader, writer],
    world: createWorld({ logger: { log: () => {} } }),
  })
  const readers = await Promise.all(ids.map((id) => runtime.start(reader, { id })))
  const from = await runtime.start(writer, { id: '1' })
  isDown = true
  await from.send({ type: 'write' })
  const there = await readers.at(-1)?.waitFor(({ context }) => context.notes === 1)
  expect(there?.context.notes).toBe(1)
  isDown = false
  for (const one of readers) await one.waitFor(({ context }) => context.notes === 1)
  await runtime.close()
})
