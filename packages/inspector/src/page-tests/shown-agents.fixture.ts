/** Agents as a user would have them: what screenshots and tests of the page show. */
import { agentContract, defineAgent, effect, sendToAgent } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import type { FastClock } from './fast-clock.fixture.js'

interface Message {
  readonly role: string
  readonly content: string
}
interface Context {
  readonly question: string
  readonly budgetUsd: number
  readonly spentUsd: number
  readonly plan: readonly string[]
  readonly sources: readonly { readonly url: string; readonly title: string }[]
  readonly draft: string
  readonly revision: number
  readonly messages: readonly Message[]
}
type ResearchEvent =
  | { type: 'ask'; question: string; budgetUsd: number }
  | { type: 'publish'; channel: 'blog' | 'newsletter' }
  | { type: 'revise'; note: string }

const PLAN = ['what scatters light', 'why short waves more', 'why not violet']
const TITLES = ['Rayleigh scattering', 'Colour of the sky', 'Sensitivity of the eye']

const newsletter = agentContract({
  name: 'newsletter',
  events: { item: z.object({ title: z.string(), text: z.string() }) },
})

/** Waits for what others send it. */
export const newsletterAgent = defineAgent({
  ...newsletter,
  version: 1,
  machine: setup({
    types: {
      context: {} as { items: readonly { title: string; text: string }[] },
      events: {} as { type: 'item'; title: string; text: string },
    },
  }).createMachine({
    id: 'newsletter',
    context: { items: [] },
    initial: 'collecting',
    states: {
      collecting: {
        on: {
          item: {
            actions: assign({
              items: ({ context, event }) => [...context.items, { title: event.title, text: event.text }],
            }),
          },
        },
      },
      sent: { type: 'final' },
    },
  }),
})

const factCheck = setup({}).createMachine({
  id: 'factCheck',
  initial: 'reading',
  states: { reading: { after: { 4000: 'checked' } }, checked: { type: 'final' } },
})

const said =
  (role: string, content: string) =>
  ({ context }: { context: Context }) => [...context.messages, { role, content }]

function answerTo(prompt: string): string {
  if (prompt.startsWith('Plan')) return PLAN.join('; ')
  const text = 'Sunlight meets molecules of the air, and short waves are scattered most.'
  return prompt.includes('again') ? `${text} Violet is scattered more still, but less of it reaches us.` : text
}

/** With a stack as of another machine, since it is shown in pictures. */
function overloaded(): Error {
  const message = '529 overloaded: try again later'
  const stack = `Error: ${message}\n    at callModel (/app/agents/research.ts:41:11)\n    at async model (/app/agents/research.ts:22:18)`
  return Object.assign(new Error(message), { code: 'overloaded', stack })
}

/** Plans, searches, writes, and asks a person before it publishes. */
export function researchAgent(clock: FastClock) {
  const model = effect(async ({ input, attempt, usage }: EffectArgs<{ prompt: string; failFirst: boolean }>) => {
    await clock.sleep(1_400 + input.prompt.length * 20)
    if (attempt === 1 && input.failFirst) throw overloaded()
    usage({ inputTokens: 1_200 + input.prompt.length * 9, outputTokens: 380, costUsd: 0.0112 })
    return { text: answerTo(input.prompt) }
  })
  const search = effect(async ({ input }: EffectArgs<{ query: string }>) => {
    await clock.sleep(700 + input.query.length * 60)
    return {
      results: TITLES.map((title) => ({
        title,
        url: `https://example.org/${title.toLowerCase().replaceAll(' ', '-')}`,
      })),
    }
  })
  const archive = effect(async () => {
    await clock.sleep(5_200)
    return { copies: 3 }
  })
  const publish = effect(async ({ input }: EffectArgs<{ channel: string }>) => {
    await clock.sleep(900)
    return { address: `https://example.org/${input.channel}/why-is-the-sky-blue` }
  })
  return defineAgent({
    name: 'research',
    version: 3,
    events: {
      ask: z.object({
        question: z.string().describe('What people want to know'),
        budgetUsd: z.number().min(0).max(20),
      }),
      revise: z.object({ note: z.string() }),
      publish: z.object({ channel: z.enum(['blog', 'newsletter']) }),
    },
    effects: { model: { retry: { attempts: 3, delayMs: 2_000 } }, publish: { safety: 'never-retry' } },
    approvals: { publish: ({ context }) => ({ draft: context.draft, spentUsd: context.spentUsd }) },
    machine: setup({
      types: { context: {} as Context, events: {} as ResearchEvent },
      actors: { model, search, archive, publish, factCheck },
      guards: { canPay: ({ context }) => context.spentUsd < context.budgetUsd },
    }).createMachine({
      id: 'research',
      context: { question: '', budgetUsd: 0, spentUsd: 0, plan: [], sources: [], draft: '', revision: 0, messages: [] },
      initial: 'idle',
      states: {
        idle: {
          on: {
            ask: {
              target: 'planning',
              actions: assign({
                question: ({ event }) => event.question,
                budgetUsd: ({ event }) => event.budgetUsd,
                messages: ({ context, event }) => [...context.messages, { role: 'user', content: event.question }],
              }),
            },
          },
        },
        planning: {
          invoke: {
            src: 'model',
            input: ({ context }) => ({ prompt: `Plan: ${context.question}`, failFirst: true }),
            onDone: {
              target: 'gathering',
              actions: assign({
                plan: PLAN,
                spentUsd: ({ context }) => context.spentUsd + 0.0112,
                messages: said('assistant', `I look into: ${PLAN.join('; ')}.`),
              }),
            },
          },
        },
        gathering: {
          type: 'parallel',
          onDone: 'writing',
          states: {
            web: {
              initial: 'searching',
              states: {
                searching: {
                  invoke: {
                    src: 'search',
                    input: ({ context }) => ({ query: context.question }),
                    onDone: { target: 'found', actions: assign({ sources: ({ event }) => event.output.results }) },
                  },
                },
                found: { type: 'final' },
              },
            },
            archive: {
              initial: 'copying',
              states: { copying: { invoke: { src: 'archive', onDone: 'copied' } }, copied: { type: 'final' } },
            },
            facts: {
              initial: 'checking',
              states: {
                checking: { invoke: { id: 'checker', src: 'factCheck', onDone: 'checked' } },
                checked: { type: 'final' },
              },
            },
          },
        },
        writing: {
          invoke: {
            src: 'model',
            input: ({ context }) => ({
              prompt: `Write ${context.revision > 0 ? 'again ' : ''}about ${context.question} from ${context.sources.length} sources`,
              failFirst: false,
            }),
            onDone: {
              target: 'review',
              actions: assign({
                draft: ({ event }) => event.output.text,
                revision: ({ context }) => context.revision + 1,
                spentUsd: ({ context }) => context.spentUsd + 0.0112,
                messages: ({ context, event }) => [
                  ...context.messages,
                  { role: 'assistant', content: event.output.text },
                ],
              }),
            },
          },
        },
        review: {
          after: { 259_200_000: 'abandoned' },
          on: {
            revise: {
              guard: 'canPay',
              target: 'writing',
              actions: assign({
                messages: ({ context, event }) => [...context.messages, { role: 'user', content: event.note }],
              }),
            },
            publish: { target: 'publishing' },
          },
        },
        publishing: {
          invoke: {
            src: 'publish',
            input: ({ event }) => ({ channel: event.type === 'publish' ? event.channel : 'blog' }),
            onDone: {
              target: 'published',
              actions: sendToAgent({ agent: newsletter, id: 'weekly' }, ({ context }) => ({
                type: 'item',
                title: context.question,
                text: context.draft,
              })),
            },
          },
        },
        published: { type: 'final' },
        abandoned: { type: 'final' },
      },
    }),
  })
}

type InvoiceEvent = { type: 'approve' } | { type: 'remind' }

/** Is matched, approved and paid; paying may be in doubt. */
export function invoiceAgent(clock: FastClock) {
  const match = effect(async () => {
    await clock.sleep(2_000)
    return { order: 'PO-1182' }
  })
  const pay = effect(async ({ input }: EffectArgs<{ cents: number }>) => {
    if (input.cents % 7 === 0) return new Promise<{ receipt: string }>(() => {})
    await clock.sleep(1_100)
    return { receipt: 'R-77' }
  })
  return defineAgent({
    name: 'invoice',
    version: 2,
    effects: { pay: { safety: 'never-retry', timeoutMs: 30_000 } },
    approvals: { approve: ({ context }) => ({ cents: context.cents, supplier: context.supplier }) },
    machine: setup({
      types: {
        context: {} as { cents: number; supplier: string },
        events: {} as InvoiceEvent,
        input: {} as { cents: number; supplier: string },
      },
      actors: { match, pay },
    }).createMachine({
      id: 'invoice',
      context: ({ input }) => ({ cents: input.cents, supplier: input.supplier }),
      initial: 'matching',
      states: {
        matching: {
          invoke: {
            src: 'match',
            onDone: [{ guard: ({ context }) => context.cents % 11 === 0, target: 'broken' }, { target: 'waiting' }],
            onError: 'refused',
          },
        },
        broken: { after: { 1: { target: 'waiting', actions: assign(({ context }) => lookUp(context.supplier)) } } },
        waiting: { on: { approve: 'paying', remind: 'waiting' }, after: { 86_400_000: 'refused' } },
        paying: {
          invoke: {
            src: 'pay',
            input: ({ context }) => ({ cents: context.cents }),
            onDone: 'paid',
            onError: 'refused',
          },
        },
        paid: { type: 'final' },
        refused: { type: 'final' },
      },
    }),
  })
}

function lookUp(supplier: string): never {
  throw new TypeError(`no account of ${supplier}`)
}
