/**
 * 14 Parent and detached children: an editor hands each chapter to a writer of its own, and gathers what they write.
 *
 * You learn: `startAgent` starts agents that have streams of their own: they outlive their parent's process, and each
 * tells its end by a message that arrives once. `sendToAgent` writes to an agent that runs already, in whatever process.
 */
import { agentContract, defineAgent, effect, sendToAgent, startAgent } from '@refold/core'
import type { ChildDone, ChildFailed, EffectArgs, EventsFrom, UndeliveredEvent } from '@refold/core'
import { assign, enqueueActions, setup } from 'xstate'
import { z } from 'zod'

/** What a writer takes from others. With a contract, agents that write to each other need not import each other. */
const writing = agentContract({ name: 'writer', events: { hurry: z.object({ by: z.string() }) } })

/** Writes one chapter; about "nothing" there is nothing to write. */
export const writer = defineAgent({
  ...writing,
  version: 1,
  input: z.object({ topic: z.string() }),
  effects: { write: { retry: { attempts: 3, delayMs: 10 } } },
  machine: setup({
    types: {
      input: {} as { topic: string },
      context: {} as { topic: string; text: string; hurried: number },
      events: {} as EventsFrom<typeof writing.events>,
      output: {} as { text: string },
    },
    actors: {
      write: effect(async ({ input }: EffectArgs<{ topic: string }>) => {
        if (input.topic === 'nothing') throw new Error('there is nothing to write')
        return { text: `All about ${input.topic}.` }
      }),
    },
  }).createMachine({
    context: ({ input }) => ({ topic: input.topic, text: '', hurried: 0 }),
    initial: 'writing',
    on: { hurry: { actions: assign({ hurried: ({ context }) => context.hurried + 1 }) } },
    states: {
      writing: {
        // Without `onError` the last failure ends the writer, and the editor hears of it.
        invoke: {
          src: 'write',
          input: ({ context }) => ({ topic: context.topic }),
          onDone: { target: 'written', actions: assign({ text: ({ event }) => event.output.text }) },
        },
      },
      written: { type: 'final' },
    },
    output: ({ context }) => ({ text: context.text }),
  }),
})

type Report = ChildDone<'chapter.written', typeof writer> | ChildFailed<'chapter.failed', typeof writer>

/** One chapter a topic; done when each was written or failed. */
export const editor = defineAgent({
  name: 'editor',
  version: 1,
  input: z.object({ topics: z.array(z.string()) }),
  events: { ask: z.object({ topic: z.string() }) },
  machine: setup({
    types: {
      input: {} as { topics: string[] },
      context: {} as { topics: string[]; chapters: Record<string, string>; problems: string[] },
      events: {} as { type: 'ask'; topic: string } | Report | UndeliveredEvent,
      output: {} as { chapters: Record<string, string>; problems: string[] },
    },
    guards: {
      allReported: ({ context: { topics, chapters, problems } }) =>
        Object.keys(chapters).length + problems.length === topics.length,
    },
  }).createMachine({
    context: ({ input }) => ({ topics: input.topics, chapters: {}, problems: [] }),
    initial: 'gathering',
    states: {
      gathering: {
        // The transition and its messages are one record: no crash starts some of the writers only, or one twice.
        entry: enqueueActions(({ context, enqueue }) => {
          for (const topic of context.topics) {
            const reports = { done: 'chapter.written', failed: 'chapter.failed' } as const
            enqueue(startAgent({ agent: writer, id: topic }, { input: { topic }, ...reports }))
          }
        }),
        always: { guard: 'allReported', target: 'gathered' },
        on: {
          ask: {
            actions: sendToAgent({ agent: writing, id: ({ event }) => event.topic }, { type: 'hurry', by: 'ed' }),
          },
          'chapter.written': {
            actions: assign({
              chapters: ({ context, event }) => ({ ...context.chapters, [event.agent.id]: event.output.text }),
            }),
          },
          'chapter.failed': {
            actions: assign({
              problems: ({ context, event }) => [...context.problems, `${event.agent.id}: ${event.error.message}`],
            }),
          },
        },
      },
      gathered: { type: 'final' },
    },
    output: ({ context: { chapters, problems } }) => ({ chapters, problems }),
  }),
})
