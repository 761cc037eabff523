/** `checkRecovery` of an agent that keeps events until a state takes them. */
import { defineAgent, effect } from '@refold/core'
import { assign, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'

const note = z.object({ text: z.enum(['a', 'b']) })

/** Notes come while it drafts; it takes them in review, and `approve` from there. */
const article = defineAgent({
  name: 'article',
  version: 1,
  machine: setup({
    types: {
      context: {} as { notes: string[] },
      events: {} as { type: 'note'; text: 'a' | 'b' } | { type: 'approve' } | { type: 'again' },
    },
    actors: { draft: effect(async () => 'x') },
  }).createMachine({
    context: { notes: [] },
    initial: 'drafting',
    states: {
      drafting: { invoke: { src: 'draft', onDone: 'review' } },
      review: {
        on: {
          note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }) },
          approve: { guard: ({ context }) => context.notes.length > 1, target: 'approved' },
          again: 'drafting',
        },
      },
      approved: { after: { 1_000: 'sent' } },
      sent: { type: 'final' },
    },
    output: ({ context }) => context.notes,
  }),
  events: {
    note: { schema: note, defer: true },
    approve: { schema: z.object({}), defer: true },
    again: z.object({}),
  },
})

test('SND-24 SND-28 whatever the crash, the same kept events are decided in the same order', async () => {
  await expect(
    checkRecovery(article, { effects: { draft: async () => 'x' }, runs: 40, seed: 7 }),
  ).resolves.toMatchObject({ thrown: [] })
})
