/**
 * 13 Waiting days for a person: a refund that someone approves, reminds of itself every day, and gives up after a week.
 *
 * You learn: what a person is asked, and on which content, is data (`approvals`), so that an answer to something that has
 * changed meanwhile is refused. A reminder that stays in the asking state makes no answer stale. Nothing runs between two
 * days: timers are durable, and what became due while nothing ran happens at the next start.
 */
import { defineAgent, effect } from '@refold/core'
import type { CancelEvent, EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const DAY_MS = 86_400_000

/** Stands for a mail to the person who decides. */
const remind = effect(async ({ input }: EffectArgs<{ to: string; cents: number }>) => {
  console.log(`reminder: ${input.cents} cents for ${input.to} wait for your word`)
})

/** Stands for the bank. The key makes a repeated call one transfer. */
const transfer = effect(async ({ input, key }: EffectArgs<{ to: string; cents: number }>) => `${input.cents}@${key}`)

type RefundEvent =
  | { type: 'approve' }
  | { type: 'reject'; why: string }
  | { type: 'amend'; cents: number }
  | CancelEvent

const machine = setup({
  types: {
    input: {} as { to: string; cents: number },
    context: {} as { to: string; cents: number; reminders: number; receipt: string; why: string },
    events: {} as RefundEvent,
    output: {} as { receipt: string; why: string },
  },
  actors: { remind, transfer },
  actions: { because: assign({ why: (_, { why }: { why: string }) => why }) },
}).createMachine({
  context: ({ input }) => ({ ...input, reminders: 0, receipt: '', why: '' }),
  initial: 'asking',
  states: {
    asking: {
      on: {
        approve: 'transferring',
        reject: { target: 'ended', actions: { type: 'because', params: ({ event }) => ({ why: event.why }) } },
        amend: { actions: assign({ cents: ({ event }) => event.cents }) },
        'refold.cancel': { target: 'ended', actions: { type: 'because', params: { why: 'it was cancelled' } } },
      },
      after: { [7 * DAY_MS]: { target: 'ended', actions: { type: 'because', params: { why: 'no one answered' } } } },
      initial: 'patient',
      states: {
        patient: { after: { [DAY_MS]: 'reminding' } },
        reminding: {
          entry: assign({ reminders: ({ context }) => context.reminders + 1 }),
          invoke: {
            src: 'remind',
            input: ({ context: { to, cents } }) => ({ to, cents }),
            onDone: 'patient',
            onError: 'patient',
          },
        },
      },
    },
    transferring: {
      invoke: {
        src: 'transfer',
        input: ({ context: { to, cents } }) => ({ to, cents }),
        onDone: { target: 'ended', actions: assign({ receipt: ({ event }) => event.output }) },
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context: { receipt, why } }) => ({ receipt, why }),
})

/** A refund that is transferred when someone has approved it as it is now. */
export const refund = defineAgent({
  name: 'refund',
  version: 1,
  machine,
  input: z.object({ to: z.string().min(1), cents: z.number().int().positive() }),
  events: {
    approve: z.object({}),
    reject: z.object({ why: z.string().min(1) }),
    amend: z.object({ cents: z.number().int().positive() }),
  },
  approvals: { approve: ({ context }) => ({ to: context.to, cents: context.cents }) },
})
