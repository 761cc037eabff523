/**
 * 04 Approval by a person: an agent that stops and waits, for minutes or for months.
 *
 * You learn: waiting is a state, not a blocked thread. Only what the state accepts can be sent; everything else is refused
 * to the caller. A person who does not answer is a timer.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const draft = effect(async ({ input }: EffectArgs<{ to: string; remarks: readonly string[] }>) => {
  const remarks = input.remarks.map((remark) => `\n(${remark})`).join('')
  return `Dear ${input.to}, your parcel is late.${remarks}`
})

/** The last step before nothing can be taken back. */
const deliver = effect(async ({ input, key }: EffectArgs<{ text: string }>) => ({
  receipt: key,
  length: input.text.length,
}))

const machine = setup({
  types: {
    input: {} as { to: string },
    context: {} as { to: string; text: string; remarks: readonly string[]; approvedBy: string },
    events: {} as { type: 'approve'; by: string } | { type: 'change'; remark: string },
    tags: {} as 'needs a person',
    output: {} as { sent: boolean; approvedBy: string },
  },
  actors: { draft, deliver },
  delays: { patience: 3 * 86_400_000 },
}).createMachine({
  context: ({ input }) => ({ to: input.to, text: '', remarks: [], approvedBy: '' }),
  initial: 'drafting',
  states: {
    drafting: {
      invoke: {
        src: 'draft',
        input: ({ context }) => ({ to: context.to, remarks: context.remarks }),
        onDone: { target: 'review', actions: assign({ text: ({ event }) => event.output }) },
      },
    },
    review: {
      tags: 'needs a person',
      on: {
        approve: { target: 'sending', actions: assign({ approvedBy: ({ event }) => event.by }) },
        change: {
          target: 'drafting',
          actions: assign({ remarks: ({ context, event }) => [...context.remarks, event.remark] }),
        },
      },
      after: { patience: 'dropped' },
    },
    sending: {
      invoke: { src: 'deliver', input: ({ context }) => ({ text: context.text }), onDone: 'sent' },
    },
    sent: { type: 'final', output: true },
    dropped: { type: 'final', output: false },
  },
  output: ({ context, event }) => ({ sent: event.output === true, approvedBy: context.approvedBy }),
})

/** Drafts a letter and sends it when someone has approved it. */
export const letter = defineAgent({
  name: 'letter',
  version: 1,
  machine,
  input: z.object({ to: z.string().min(1) }),
  events: { approve: z.object({ by: z.string().min(1) }), change: z.object({ remark: z.string() }) },
})
