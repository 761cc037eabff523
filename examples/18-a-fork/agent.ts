/**
 * 18 A fork: what would have become of it with the other answer?
 *
 * You learn: to fork an agent before a decision, and to decide otherwise, with its plan and its price seen first; what it reuses and
 * what it never does again unasked; `usage`, by which effects tell what they cost.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const events = { print: z.object({}), revise: z.object({ wish: z.string() }) }

/** Stands for a call of a model. It tells what it used, once for each call. */
const draft = effect(async ({ input, usage }: EffectArgs<{ topic: string; wish: string }>) => {
  usage({ costUsd: 0.04 })
  return `A leaflet about ${input.topic}${input.wish === '' ? '' : `, ${input.wish}`}.`
})

/** Costs much, and must not be done twice. */
const print = effect(
  async ({ usage }) => {
    usage({ costUsd: 250 })
    return '1,000 leaflets'
  },
  { safety: 'never-retry' },
)

const machine = setup({
  types: {
    input: {} as { topic: string },
    context: {} as { topic: string; wish: string; text: string; printed: string },
    events: {} as { type: 'print' } | { type: 'revise'; wish: string },
    output: {} as { text: string; printed: string },
  },
  actors: { draft, print },
}).createMachine({
  context: ({ input }) => ({ topic: input.topic, wish: '', text: '', printed: '' }),
  initial: 'drafting',
  states: {
    drafting: {
      invoke: {
        src: 'draft',
        input: ({ context: { topic, wish } }) => ({ topic, wish }),
        onDone: { target: 'review', actions: assign({ text: ({ event }) => event.output }) },
      },
    },
    review: {
      on: {
        print: 'printing',
        revise: { target: 'drafting', actions: assign({ wish: ({ event }) => event.wish }) },
      },
    },
    printing: {
      invoke: { src: 'print', onDone: { target: 'done', actions: assign({ printed: ({ event }) => event.output }) } },
    },
    done: { type: 'final' },
  },
  output: ({ context: { text, printed } }) => ({ text, printed }),
})

/** Drafts a leaflet, asks a person, and has it printed. */
export const leaflet = defineAgent({
  name: 'leaflet',
  version: 1,
  machine,
  input: z.object({ topic: z.string() }),
  events,
})
