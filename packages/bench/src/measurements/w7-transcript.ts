/** W7: a transcript of 200 turns of 1 kB whose effect gets all messages as input: the log against the payload. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime, defineAgent } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { assign, fromPromise, setup } from 'xstate'
import type { Figures } from '../figures.js'

const TURNS = 200
const TURN_BYTES = 1024
/** Several, so that the empty file is not what is measured. */
const AGENTS = 10

interface Message {
  role: string
  content: string
}

const machine = setup({
  types: { context: {} as { messages: Message[] } },
  actors: {
    model: fromPromise<Message, { messages: Message[] }>(({ input }) =>
      Promise.resolve({ role: 'assistant', content: turn(input.messages.length) }),
    ),
  },
  guards: { over: ({ context }) => context.messages.length >= TURNS },
}).createMachine({
  context: { messages: [] },
  initial: 'talking',
  states: {
    talking: {
      always: { guard: 'over', target: 'done' },
      invoke: {
        src: 'model',
        input: ({ context }) => ({ messages: context.messages }),
        onDone: {
          target: 'talking',
          reenter: true,
          actions: assign({ messages: ({ context, event }) => [...context.messages, event.output] }),
        },
      },
    },
    done: { type: 'final' },
  },
})

function turn(n: number): string {
  return `${n} `.padEnd(TURN_BYTES, 'the model says something of a certain length ')
}

export async function transcript(directory: string): Promise<Figures> {
  const agent = defineAgent({ name: 'chat', version: 1, machine })
  const file = join(directory, 'w7.db')
  const store = sqliteStore(file)
  let json = 0
  const append = store.append.bind(store)
  store.append = (stream, events, options) => {
    for (const event of events) json += JSON.stringify(event).length
    return append(stream, events, options)
  }
  // A snapshot is a cache beside the log: it is left out.
  const runtime = await createRuntime({ store, agents: [agent], snapshots: { everyEvents: Number.MAX_SAFE_INTEGER } })
  let payload = 0
  for (let i = 0; i < AGENTS; i++) {
    const chat = await runtime.start(agent, { id: `${i}` })
    payload += JSON.stringify((await chat.done()).context.messages).length
  }
  await runtime.close()
  return { logToPayload: statSync(file).size / payload, jsonToPayload: json / payload }
}
