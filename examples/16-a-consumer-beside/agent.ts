/**
 * 16 A consumer beside an agent: a program that knows nothing of Refold reads what the agent did, from EventStoreDB.
 *
 * You learn: an agent's stream is `<definition>-<id>`, an event sent to it is an event of that type with its data alone, and
 * everything that Refold needs stands in the metadata.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

/** Stands for a call to a carrier. */
const label = effect(async ({ input }: EffectArgs<{ to: string }>) => `1Z-${input.to.toUpperCase()}`)

const machine = setup({
  types: {
    input: {} as { to: string },
    context: {} as { to: string; tracking: string },
    events: {} as { type: 'packed'; grams: number } | { type: 'delivered'; signedBy: string },
  },
  actors: { label },
}).createMachine({
  context: ({ input }) => ({ to: input.to, tracking: '' }),
  initial: 'labelling',
  states: {
    labelling: {
      invoke: {
        src: 'label',
        input: ({ context }) => ({ to: context.to }),
        onDone: { target: 'packing', actions: assign({ tracking: ({ event }) => event.output }) },
      },
    },
    packing: { on: { packed: 'underWay' } },
    underWay: { on: { delivered: 'over' } },
    over: { type: 'final' },
  },
})

/** A parcel on its way. */
export const parcel = defineAgent({
  name: 'parcel',
  version: 1,
  machine,
  input: z.object({ to: z.string() }),
  events: { packed: z.object({ grams: z.number() }), delivered: z.object({ signedBy: z.string() }) },
})
