import { assign, fromPromise, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createRuntime, defineAgent, memoryLog, memoryStore } from '../index.js'
import { typesOf } from './process.fixture.js'

const machine = setup({
  types: {
    input: {} as { topic: string },
    context: {} as { topic: string; draft: string | null; by: string | null },
    events: {} as { type: 'approve'; by: string },
    output: {} as { draft: string; by: string },
  },
  actors: {
    draft: fromPromise<{ text: string }, { topic: string }>(async ({ input }) => ({
      text: `About ${input.topic}, at some length for a draft`,
    })),
  },
}).createMachine({
  context: ({ input }) => ({ topic: input.topic, draft: null, by: null }),
  initial: 'drafting',
  states: {
    drafting: {
      invoke: {
        src: 'draft',
        input: ({ context }) => ({ topic: context.topic }),
        onDone: { target: 'review', actions: assign({ draft: ({ event }) => event.output.text }) },
      },
    },
    review: { on: { approve: { target: 'done', actions: assign({ by: ({ event }) => event.by }) } } },
    done: { type: 'final' },
  },
  output: ({ context }) => ({ draft: context.draft ?? '', by: context.by ?? '' }),
})
const research = defineAgent({
  name: 'research',
  version: 1,
  machine,
  input: z.object({ topic: z.string() }),
  events: { approve: z.object({ by: z.string() }) },
})

test('an agent runs from start to output, and every input is one record', async () => {
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [research] })
  const agent = await runtime.start(research, { id: '42', input: { topic: 'whales' } })
  const review = await agent.waitFor((state) => state.matches('review'))
  expect(review.context.draft).toContain('whales')
  const after = await agent.send({ type: 'approve', by: 'ana' })
  expect(after.status).toBe('done')
  expect((await agent.done()).output).toEqual({ draft: review.context.draft, by: 'ana' })
  const types = await typesOf(log, 'research-42')
  expect(types).toEqual(['refold.started', 'refold.effect.done', 'approve'])
  await runtime.close()
})
