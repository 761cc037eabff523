/**
 * 17 Moved to a server: the same agent goes on in EventStoreDB where it was in a SQLite file.
 *
 * You learn: `copyStreams`. Nothing of the agent changes, only the store that is opened.
 */
import { appendFileSync } from 'node:fs'
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const CHAPTERS = 4

/** Stands for a call that costs money; each is noted in a file, so that one can count. */
const translate = effect(async ({ input }: EffectArgs<{ chapter: number; log: string }>) => {
  appendFileSync(input.log, `chapter ${input.chapter}\n`)
  return `chapitre ${input.chapter}`
})

const machine = setup({
  types: {
    input: {} as { log: string },
    context: {} as { log: string; translated: string[] },
    events: {} as { type: 'proceed' },
    output: {} as { translated: string[] },
  },
  actors: { translate },
}).createMachine({
  context: ({ input }) => ({ log: input.log, translated: [] }),
  initial: 'translating',
  output: ({ context }) => ({ translated: context.translated }),
  states: {
    translating: {
      invoke: {
        src: 'translate',
        input: ({ context }) => ({ chapter: context.translated.length + 1, log: context.log }),
        onDone: {
          target: 'next',
          actions: assign({ translated: ({ context, event }) => [...context.translated, event.output] }),
        },
      },
    },
    next: {
      always: [
        { guard: ({ context }) => context.translated.length === CHAPTERS, target: 'over' },
        { guard: ({ context }) => context.translated.length === CHAPTERS / 2, target: 'halfWay' },
        { target: 'translating' },
      ],
    },
    halfWay: { on: { proceed: 'translating' } },
    over: { type: 'final' },
  },
})

/** Translates a book, and waits half-way until someone says that it may go on. */
export const translation = defineAgent({
  name: 'translation',
  version: 1,
  machine,
  input: z.object({ log: z.string() }),
  events: { proceed: z.object({}) },
})
