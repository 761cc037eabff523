/** Agents that between them use what the record format has a place for. */
import { defineAgent, effect } from '@refold/core'
import { assign, emit, fromCallback, fromObservable, raise, sendTo, setup } from 'xstate'
import { of } from './observable.js'
import { z } from 'zod'
import type { EffectArgs } from '@refold/core'

interface Message {
  role: string
  text: string
}

const child = setup({
  types: { context: {} as { seen: number }, events: {} as { type: 'poke' } },
}).createMachine({
  id: 'child',
  context: { seen: 0 },
  initial: 'waiting',
  states: {
    waiting: { on: { poke: { target: 'ended', actions: assign({ seen: ({ context }) => context.seen + 1 }) } } },
    ended: { type: 'final' },
  },
  output: ({ context }) => ({ seen: context.seen }),
})

const draftMachine = setup({
  types: {
    context: {} as { topic: string; drafts: string[]; prices: number[]; messages: Message[] },
    input: {} as { topic: string },
    events: {} as { type: 'approve'; by: string } | { type: 'again' } | { type: 'tick'; n: number },
    emitted: {} as { type: 'drafted'; text: string },
    output: {} as { drafts: string[] },
  },
  actors: {
    draft: effect(async ({ input, step, attempt }: EffectArgs<{ messages: Message[] }>) => {
      const outline = await step('outline', () => 'an outline')
      if (attempt === 1) throw new Error('the model is busy')
      return { text: `${outline} of ${input.messages.length} messages` }
    }),
    prices: fromObservable(() => of(1, 2)),
    ticker: fromCallback(({ sendBack }) => {
      sendBack({ type: 'tick', n: 1 })
    }),
    child,
  },
  actions: { tell: () => {} },
}).createMachine({
  id: 'research',
  context: ({ input }) => ({
    topic: input.topic,
    drafts: [],
    prices: [],
    messages: [{ role: 'user', text: `Write about ${input.topic}, please.` }],
  }),
  initial: 'drafting',
  states: {
    drafting: {
      invoke: {
        src: 'draft',
        input: ({ context }) => ({ messages: context.messages }),
        onDone: {
          target: 'review',
          actions: [
            assign({ drafts: ({ context, event }) => [...context.drafts, event.output.text] }),
            emit(({ event }) => ({ type: 'drafted' as const, text: event.output.text })),
            { type: 'tell' },
          ],
        },
      },
    },
    review: {
      type: 'parallel',
      states: {
        watching: {
          invoke: [
            {
              src: 'prices',
              onSnapshot: {
                actions: assign({ prices: ({ context, event }) => [...context.prices, event.snapshot.context ?? 0] }),
              },
            },
            { src: 'ticker' },
          ],
        },
        helping: {
          initial: 'busy',
          states: {
            busy: {
              invoke: { id: 'helper', src: 'child', onDone: 'over' },
              on: { tick: { actions: sendTo('helper', { type: 'poke' }) } },
            },
            over: { after: { 1: 'late' } },
            late: { entry: raise({ type: 'again' }, { delay: 60_000, id: 'reminder' }) },
          },
        },
      },
      on: { approve: 'ended' },
    },
    ended: { type: 'final' },
  },
  output: ({ context }) => ({ drafts: context.drafts }),
})

/** Retries, steps, a child machine, a callback, an observable, timers, emitted events, actions, an approval, an output. */
export const research = defineAgent({
  name: 'research',
  version: 1,
  machine: draftMachine,
  input: z.object({ topic: z.string() }),
  events: { approve: z.object({ by: z.string() }) },
  effects: { draft: { retry: { attempts: 2, delayMs: 1, jitter: false } } },
  approvals: { approve: ({ context }) => context.drafts },
})

const paymentMachine = setup({
  types: { events: {} as { type: 'withdraw' } },
  actors: { charge: effect(async () => await new Promise<{ receipt: string }>(() => {})) },
}).createMachine({
  id: 'payment',
  initial: 'charging',
  states: {
    charging: { invoke: { src: 'charge', onDone: 'paid' }, on: { withdraw: 'withdrawn' } },
    paid: { type: 'final' },
    withdrawn: { on: {} },
  },
})

/** A never-retry effect, which is recorded before it begins. */
export const payment = defineAgent({
  name: 'payment',
  version: 1,
  machine: paymentMachine,
  effects: { charge: { safety: 'never-retry' } },
})

const failingMachine = setup({
  types: { context: {} as { answer: string } },
  actors: { ask: effect(async () => 'an answer') },
}).createMachine({
  id: 'failing',
  context: { answer: '' },
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'ask',
        onDone: {
          actions: assign(() => {
            throw new TypeError('the chart is wrong')
          }),
        },
      },
    },
  },
})

/** Blocks on the outcome of its effect. */
export const failing = defineAgent({ name: 'failing', version: 1, machine: failingMachine })

/** Takes an event that came before it was asked for, and ends with another one kept. */
export const early = defineAgent({
  name: 'early',
  version: 1,
  machine: setup({
    types: {
      context: {} as { by: string },
      events: {} as { type: 'approve'; by: string } | { type: 'ask' } | { type: 'bad' } | { type: 'end' },
    },
  }).createMachine({
    context: { by: '' },
    initial: 'draft',
    on: { end: '.ended' },
    states: {
      draft: { on: { ask: 'review' } },
      review: {
        on: {
          approve: { target: 'approved', actions: assign({ by: ({ event }) => event.by }) },
          bad: {
            actions: assign(() => {
              throw new TypeError('the chart is wrong')
            }),
          },
        },
      },
      approved: {},
      ended: { type: 'final' },
    },
  }),
  events: {
    approve: { schema: z.object({ by: z.string() }), defer: true },
    bad: { schema: z.object({}), defer: true },
    ask: z.object({}),
    end: z.object({}),
  },
})
