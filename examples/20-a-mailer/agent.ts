/**
 * 20 A mailer: a consumer that sends one mail for each invoice that is paid, whatever dies, and sets aside what it cannot send.
 *
 * You learn: `defineConsumer` and `client.consume`; the `key` that makes a mail count once; parked records, and how they are retried.
 */
import { defineAgent } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const machine = setup({
  types: {
    input: {} as { customer: string },
    context: {} as { customer: string; cents: number },
    events: {} as { type: 'paid'; cents: number },
  },
}).createMachine({
  context: ({ input }) => ({ customer: input.customer, cents: 0 }),
  initial: 'open',
  states: {
    open: { on: { paid: { target: 'done', actions: assign({ cents: ({ event }) => event.cents }) } } },
    done: { type: 'final' },
  },
})

/** An invoice of a customer. */
export const invoice = defineAgent({
  name: 'invoice',
  version: 1,
  machine,
  input: z.object({ customer: z.string() }),
  events: { paid: z.object({ cents: z.number() }) },
})
