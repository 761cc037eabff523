/**
 * 19 A read model: documents that are made from the records of many agents, for lists, sums and inboxes.
 *
 * You learn: `defineProjection` and `client.project`; to wait for your own write with `at`; a document for each agent and one
 * for each state; the ready-made inbox; and to ask all of it in SQL, with `refold query`.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

interface Order {
  readonly customer: string
  readonly cents: number
}

const quote = effect(async ({ input }: EffectArgs<Order>) => ({ cents: Math.round(input.cents * 1.2) }))

const machine = setup({
  types: { input: {} as Order, context: {} as Order, events: {} as { type: 'accept' } | { type: 'drop' } },
  actors: { quote },
}).createMachine({
  context: ({ input }) => input,
  initial: 'quoting',
  states: {
    quoting: {
      invoke: {
        src: 'quote',
        input: ({ context }) => context,
        onDone: { target: 'offered', actions: assign({ cents: ({ event }) => event.output.cents }) },
      },
    },
    offered: { on: { accept: 'accepted', drop: 'dropped' } },
    accepted: { type: 'final' },
    dropped: { type: 'final' },
  },
})

/** An order that is quoted, and that a person accepts. */
export const order = defineAgent({
  name: 'order',
  version: 1,
  machine,
  input: z.object({ customer: z.string(), cents: z.number().int().positive() }),
  events: { accept: z.object({}), drop: z.object({}) },
  approvals: { accept: ({ context }) => ({ customer: context.customer, cents: context.cents }) },
})
