/** W7: a transcript of 200 turns of 1 kB whose effect gets all messages as input: the log against the payload. */
import { createRuntime, defineAgent, memoryStore } from '@refold/core'
import { assign, fromPromise, setup } from 'xstate'
import type { Figures } from '../figures.js'

const TURNS = 200
const TURN_BYTES = 1024

interface Message {
  role: string
  content: string
}

const machine = setup({
  types: { context: {} as { messages: Message[] } },
  actors: {
    model: fromPromise<Message, { messages: Message[] }>(({ input }) => Promise.resolve({ role: 'assistant', content: turn(input.messages.length) })),
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
        onDone: { target: 'talking', reenter: true, actions: assign({ messages: ({ context, event }) => [...context.messages, event.output] }) },
      },
    },
    done: { type: 'final' },
  },
})

function turn(n: number): string {
  return `${n} `.padEnd(TURN_BYTES, 'the model says something of a certain length ')
}

export async function transcript(): Promise<Figures> {
  const agent = defineAgent({ name: 'chat', version: 1, machine })
  const store = memoryStore()
  let logged = 0
  const append = store.append.bind(store)
  store.append = (stream, events, options) => {
    for (const event of events) logged += JSON.stringify(event).length
    return append(stream, events, options)
  }
  const runtime = await createRuntime({ store, agents: [agent] })
  const chat = await runtime.start(agent, { id: '1' })
  const { context } = await chat.done()
  await runtime.close()
  return { logToPayload: logged / JSON.stringify(context.messages).length }
}
