/** Agents of every kind that the inspector shows, in a real file. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentContract, createRuntime, defineAgent, effect, sendToAgent } from '@refold/core'
import type { EffectArgs, Store } from '@refold/core'
import { exportStreams } from '@refold/core/history'
import { sqliteStore } from '@refold/sqlite'
import { assign, setup } from 'xstate'
import { z } from 'zod'

export const ANSWER = 'The sky is blue because short waves are scattered most.'
/** Moves the cursor, is markup, turns the direction of writing, ends a line. */
export const HOSTILE = '\u001b[2J</script><img src=x onerror=alert(1)>\u202eevil\u200b\r\nERROR all is lost\t'
/** Characters of the note of `order-6`. */
export const HUGE = 800_000

const contract = agentContract({ name: 'writer', events: { draft: z.object({ text: z.string() }) } })
const writer = defineAgent({
  ...contract,
  version: 1,
  machine: setup({
    types: { context: {} as { text: string }, events: {} as { type: 'draft'; text: string } },
  }).createMachine({
    context: { text: '' },
    initial: 'waiting',
    states: {
      waiting: { on: { draft: { target: 'written', actions: assign({ text: ({ event }) => event.text }) } } },
      written: { after: { 5: 'kept' } },
      kept: {},
    },
  }),
})

type Asked = { type: 'ask'; question: string } | { type: 'budget'; cents: number }
interface Message {
  readonly role: string
  readonly content: string
}

const checking = setup({}).createMachine({
  id: 'checking',
  initial: 'open',
  states: { open: { on: { CLOSE: 'closed' } }, closed: { type: 'final' } },
})

/** Fails once, then answers. */
const research = defineAgent({
  name: 'research',
  version: 1,
  events: { ask: z.object({ question: z.string() }), budget: z.object({ cents: z.number() }) },
  effects: { callModel: { retry: { attempts: 3, delayMs: 0 } } },
  machine: setup({
    types: {
      context: {} as { question: string; answer: string; cents: number; messages: Message[] },
      events: {} as Asked,
    },
    actors: {
      checking,
      callModel: effect(async ({ input, attempt }: EffectArgs<{ question: string }>) => {
        if (attempt === 1) throw new Error(`overloaded: ${input.question}`)
        return { text: ANSWER, usage: { inputTokens: 10, outputTokens: 20, costUsd: 0.03 } }
      }),
    },
  }).createMachine({
    context: { question: '', answer: '', cents: 0, messages: [] },
    initial: 'idle',
    invoke: { id: 'check', src: 'checking' },
    on: { budget: { actions: assign({ cents: ({ event }) => event.cents }) } },
    states: {
      idle: {
        on: {
          ask: {
            target: 'thinking',
            actions: assign({
              question: ({ event }) => event.question,
              messages: ({ context, event }) => [...context.messages, { role: 'user', content: event.question }],
            }),
          },
        },
      },
      thinking: {
        after: { 60_000: 'idle' },
        invoke: {
          src: 'callModel',
          input: ({ context }) => ({ question: context.question }),
          onDone: {
            target: 'answered',
            actions: [
              assign({
                answer: ({ event }) => event.output.text,
                messages: ({ context, event }) => [
                  ...context.messages,
                  { role: 'assistant', content: event.output.text },
                ],
              }),
              sendToAgent({ agent: contract, id: '7' }, ({ context }) => ({ type: 'draft', text: context.answer })),
            ],
          },
        },
      },
      answered: {},
    },
  }),
})

type Ordered = { type: 'accept' } | { type: 'note'; text: string } | { type: 'pack' }

/** Is charged by a body that never answers, and packs into a box that is not there. */
export const order = defineAgent({
  name: 'order',
  version: 1,
  effects: { charge: { safety: 'never-retry', timeoutMs: 10 } },
  approvals: { accept: ({ context }) => ({ price: context.price }) },
  machine: setup({
    types: { context: {} as { price: number; note: string }, events: {} as Ordered },
    actors: { charge: effect(async (_args: EffectArgs<object>) => new Promise<object>(() => {})) },
  }).createMachine({
    context: { price: 7, note: '' },
    initial: 'asking',
    states: {
      asking: {
        on: {
          accept: 'charging',
          pack: 'packing',
          note: { actions: assign({ note: ({ event }) => event.text }) },
        },
        after: { 3_600_000: 'packing' },
      },
      charging: { invoke: { src: 'charge', input: {}, onDone: 'packing' } },
      packing: {
        after: {
          1: {
            target: 'sent',
            actions: assign(() => {
              throw new TypeError('no such box')
            }),
          },
        },
      },
      sent: { type: 'final' },
    },
  }),
})

/** `research-42` has asked and written to `writer-7`; of the orders, 1 is blocked, 2 asks, 3 is in doubt, 4 paused, 5 is full of hostile text, 6 huge. */
export async function live(store: Store): Promise<void> {
  const runtime = await createRuntime({ store, agents: [research, writer, order], onReport: () => {} })
  const written = await runtime.start(writer, { id: '7' })
  const asked = await runtime.start(research, { id: '42' })
  await asked.send({ type: 'budget', cents: 500 }, { by: 'bob' })
  await asked.send({ type: 'ask', question: 'Why is the sky blue?' }, { by: 'ada', reason: 'a child wants to know' })
  const [blocked, , doubtful, paused, hostile, huge] = [
    await runtime.start(order, { id: '1', by: 'cy' }),
    await runtime.start(order, { id: '2' }),
    await runtime.start(order, { id: '3' }),
    await runtime.start(order, { id: '4' }),
    await runtime.start(order, { id: '5' }),
    await runtime.start(order, { id: '6' }),
  ]
  await blocked.send({ type: 'pack' })
  await doubtful.send({ type: 'accept' }, { by: 'ana', approval: await doubtful.approval('accept') })
  await paused.pause({ by: 'ana', reason: 'no stock' })
  await hostile.send({ type: 'note', text: HOSTILE }, { by: HOSTILE, reason: HOSTILE })
  await huge.send({ type: 'note', text: 'x'.repeat(HUGE) })
  await written.waitFor((state) => state.matches('kept'))
  await blocked.waitFor((state) => state.condition === 'blocked')
  await doubtful.waitFor((state) => state.condition === 'in-doubt')
  await runtime.close()
}

export interface LivesFile {
  readonly path: string
  readonly store: Store
  /** The same agents in a file that was exported. */
  exported(streams: readonly string[]): Promise<Blob>
  remove(): Promise<void>
}

export async function makeLives(): Promise<LivesFile> {
  const directory = mkdtempSync(join(tmpdir(), 'refold-lives-'))
  const path = join(directory, 'agents.db')
  const made = sqliteStore(path)
  await live(made)
  await made.close()
  const store = sqliteStore(path)
  return {
    path,
    store,
    exported: async (streams) => {
      const lines: string[] = []
      for await (const line of exportStreams(store, streams, { charts: true })) lines.push(line)
      return new Blob([lines.join('')])
    },
    remove: async () => {
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
