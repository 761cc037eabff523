/** Two agents whose histories are told in tests: a researcher asks a model what a person wants to know, and tells a writer. */
import { assign, setup } from 'xstate'
import { createRuntime } from '../api/create-runtime.js'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import type { EffectArgs } from '../definition/effect-types.js'
import type { Store } from '../store/port.js'
import { memoryStore } from '../store/memory-store.js'
import { z } from 'zod'

const ANSWER = 'The sky is blue because short waves are scattered most.'

const contract = agentContract({ name: 'writer', events: { draft: z.object({ text: z.string() }) } })

const checking = setup({}).createMachine({
  context: { checks: 1 },
  initial: 'open',
  states: { open: { on: { CLOSE: 'closed' } }, closed: { type: 'final' } },
})

const writer = defineAgent({
  ...contract,
  version: 1,
  machine: setup({
    types: { context: {} as { text: string }, events: {} as { type: 'draft'; text: string } },
    actors: { checking },
  }).createMachine({
    context: { text: '' },
    initial: 'waiting',
    states: {
      waiting: { on: { draft: { target: 'written', actions: assign({ text: ({ event }) => event.text }) } } },
      written: { invoke: { id: 'check', src: 'checking' } },
    },
  }),
})

type Asked = { type: 'ask'; question: string } | { type: 'budget'; cents: number } | { type: 'drop' }

const research = defineAgent({
  name: 'research',
  version: 1,
  effects: { callModel: { retry: { attempts: 3, delayMs: 0 } } },
  machine: setup({
    types: { context: {} as { question: string; answer: string; cents: number; log: string[] }, events: {} as Asked },
    actors: {
      callModel: effect(async ({ input, attempt }: EffectArgs<{ question: string }>) => {
        if (attempt === 1) throw new Error(`overloaded: ${input.question}`)
        return { text: ANSWER, usage: { costCents: 3 } }
      }),
    },
  }).createMachine({
    context: { question: '', answer: '', cents: 0, log: [] },
    initial: 'idle',
    on: { budget: { actions: assign({ cents: ({ event }) => event.cents }) } },
    states: {
      idle: {
        on: {
          ask: {
            target: 'thinking',
            actions: assign({
              question: ({ event }) => event.question,
              log: ({ context, event }) => [...context.log, `asked ${event.question}`],
            }),
          },
        },
      },
      thinking: {
        after: { 60_000: 'idle' },
        invoke: {
          id: 'model',
          src: 'callModel',
          input: ({ context }) => ({ question: context.question }),
          onDone: {
            target: 'answered',
            actions: [
              assign({ answer: ({ event }) => event.output.text }),
              sendToAgent({ agent: contract, id: '7' }, ({ context }) => ({ type: 'draft', text: context.answer })),
            ],
          },
        },
      },
      answered: { on: { drop: { target: 'idle', actions: assign({ answer: '' }) } } },
    },
  }),
})

/** A store in which ada's question went through both. */
export async function researched(store: Store = memoryStore()): Promise<Store> {
  const runtime = await createRuntime({ store, agents: [research, writer] })
  const told = await runtime.start(writer, { id: '7' })
  const agent = await runtime.start(research, { id: '42' })
  await agent.send({ type: 'budget', cents: 500 }, { by: 'bob' })
  await agent.send(
    { type: 'ask', question: 'Why is the sky so very blue today?' },
    { by: 'ada', reason: 'a child asked' },
  )
  await told.waitFor((state) => state.matches('written'))
  await agent.waitFor((state) => state.matches('answered'))
  return store
}
