/**
 * 01 A first agent: an XState machine, with one effect and an input that is checked.
 *
 * You learn: `effect`, `defineAgent`. The machine is plain XState; Refold stores every transition that it makes.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

/** Stands for a call that costs money. Refold runs it only after the record that starts it is stored. */
const write = effect(async ({ input }: EffectArgs<{ topic: string }>) => {
  console.log(`writing about ${input.topic} …`)
  return `Of ${input.topic} I sing, of what they do, and of what they leave undone.`
})

const machine = setup({
  types: {
    input: {} as { topic: string },
    context: {} as { topic: string; poem: string },
    output: {} as { poem: string },
  },
  actors: { write },
}).createMachine({
  context: ({ input }) => ({ topic: input.topic, poem: '' }),
  initial: 'writing',
  states: {
    writing: {
      invoke: {
        src: 'write',
        input: ({ context }) => ({ topic: context.topic }),
        onDone: { target: 'written', actions: assign({ poem: ({ event }) => event.output }) },
      },
    },
    written: { type: 'final' },
  },
  output: ({ context }) => ({ poem: context.poem }),
})

/** Writes one poem. */
export const poet = defineAgent({ name: 'poet', version: 1, machine, input: z.object({ topic: z.string() }) })
