/**
 * 03 Timers: a reminder that survives restarts.
 *
 * You learn: `after` and delayed events are durable. A timer's due time is stored; whichever process is alive then fires it,
 * and one that became due while nothing ran fires at the next start.
 */
import { defineAgent } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const machine = setup({
  types: {
    input: {} as { text: string; inMs: number },
    context: {} as { text: string; inMs: number; snoozed: number },
    events: {} as { type: 'snooze'; forMs: number } | { type: 'dismiss' },
    output: {} as { text: string; reminded: boolean },
  },
  delays: { dueTime: ({ context }) => context.inMs },
}).createMachine({
  context: ({ input }) => ({ ...input, snoozed: 0 }),
  initial: 'waiting',
  states: {
    waiting: {
      after: { dueTime: 'reminded' },
      on: {
        // Entering the state again cancels its timer and starts a new one.
        snooze: {
          target: 'waiting',
          reenter: true,
          actions: assign({ inMs: ({ event }) => event.forMs, snoozed: ({ context }) => context.snoozed + 1 }),
        },
        dismiss: 'dismissed',
      },
    },
    reminded: { type: 'final', output: true },
    dismissed: { type: 'final', output: false },
  },
  output: ({ context, event }) => ({ text: context.text, reminded: event.output === true }),
})

const Delay = z
  .number()
  .int()
  .positive()
  .max(10 * 365 * 86_400_000)

/** Reminds of a text after a while; may be snoozed or dismissed before. */
export const reminder = defineAgent({
  name: 'reminder',
  version: 1,
  machine,
  input: z.object({ text: z.string(), inMs: Delay }),
  events: { snooze: z.object({ forMs: Delay }), dismiss: z.object({}) },
})
