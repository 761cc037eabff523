/**
 * 09 Time travel: a till, and the question when it went wrong.
 *
 * You learn: the state at any revision or time, what changed between two moments, and who did it. Looking never writes.
 */
import { defineAgent } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const events = {
  put: z.object({ cents: z.number().int().positive() }),
  take: z.object({ cents: z.number().int().positive() }),
  close: z.object({}),
}

const machine = setup({
  types: {
    context: {} as { cents: number; takings: number },
    events: {} as { type: 'put'; cents: number } | { type: 'take'; cents: number } | { type: 'close' },
  },
}).createMachine({
  context: { cents: 0, takings: 0 },
  initial: 'open',
  states: {
    open: {
      on: {
        put: { actions: assign({ cents: ({ context, event }) => context.cents + event.cents }) },
        take: {
          actions: assign({
            cents: ({ context, event }) => context.cents - event.cents,
            takings: ({ context }) => context.takings + 1,
          }),
        },
        close: 'closed',
      },
    },
    closed: { type: 'final' },
  },
})

/** A till that lets everyone take what they want, and remembers. */
export const till = defineAgent({ name: 'till', version: 1, machine, events })
