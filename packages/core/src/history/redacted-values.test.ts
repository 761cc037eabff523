/** Secrets that are too short to be looked for inside of texts. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { exportStreams } from './export-streams.js'
import { openExport } from './open-export.js'
import { openHistory } from './open-history.js'

test('CLI-336 hides a short secret where a value of the user is equal to it, and folds all the same', async () => {
  const secret = z.string().meta({ secret: true })
  const waiter = defineAgent({
    name: 'waiter',
    version: 1,
    input: z.object({ customer: secret, cvc: z.number().meta({ secret: true }), word: secret }),
    machine: setup({
      types: {
        input: {} as { customer: string; cvc: number; word: string },
        context: {} as { customer: string; all: string[]; cvc: number; other: string; word: string },
        output: {} as { for: string },
        events: {} as { type: 'bo'; said: string },
      },
    }).createMachine({
      context: ({ input: { customer, cvc, word } }) => ({ customer, all: [customer], cvc, other: 'boat', word }),
      initial: 'xy',
      states: { xy: { on: { bo: 'bo' } }, bo: { type: 'final' } },
      output: ({ context }) => ({ for: context.customer }),
    }),
  })
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [waiter] })
  const agent = await runtime.start(waiter, { id: '1', input: { customer: 'bo', cvc: 123, word: 'active' } })
  await agent.send({ type: 'bo', said: 'bo' }, { by: 'bo', reason: 'for bo' })
  await agent.done()
  await runtime.close()
  let text = ''
  const lines = exportStreams(memoryStore(log), ['waiter-1'], { charts: true, redact: true })
  for await (const line of lines) text += line
  const history = await openHistory(await openExport(new Blob([text])), 'waiter-1')
  const { context, active, status, document } = await history.at(history.last)
  const hidden = '[secret]'
  expect([active, status, document.root.output]).toEqual([['bo'], 'done', { for: hidden }])
  expect(context).toEqual({ customer: hidden, all: [hidden], cvc: 0, other: 'boat', word: hidden })
  expect(await history.record(1)).toMatchObject({ type: 'bo', data: { said: hidden }, by: hidden, reason: 'for bo' })
  expect(text).not.toMatch(/"(customer|for|said)":"bo"|123[,}]/)
})

test('CLI-336 hides it in results of steps, in errors, and in what people wrote of a pause or a cancellation', async () => {
  const pin = z.object({ pin: z.string().meta({ secret: true }) })
  const guess = effect<never, { pin: string }>(
    async ({ input, step }) => {
      await step('one', async () => input.pin)
      await step('two', async () => ({ of: [input.pin] }))
      throw Object.assign(new Error(input.pin), { pin: input.pin })
    },
    { retry: { attempts: 2, delayMs: 60_000 } },
  )
  const machine = setup({
    types: { input: {} as { pin: string }, context: {} as { pin: string } },
    actors: { guess },
  }).createMachine({
    context: ({ input }) => input,
    invoke: { src: 'guess', input: ({ context }) => context },
    on: { 'refold.cancel': { actions: () => {} } },
  })
  const guesser = defineAgent({ name: 'guesser', version: 1, input: pin, machine })
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [guesser] })
  const agent = await runtime.start(guesser, { id: '1', input: { pin: 'q7Z' } })
  await agent.waitFor(({ effects }) => effects.some(({ attempts }) => attempts > 0))
  const notes = { by: 'q7Z', reason: 'q7Z' }
  await agent.pause(notes)
  await agent.resume(notes)
  await agent.cancel({ ...notes, deadlineMs: 60_000 })
  await runtime.close()
  let text = ''
  for await (const line of exportStreams(memoryStore(log), ['guesser-1'], { redact: true })) text += line
  expect(text.replaceAll(/"stack":"[^"]*"/g, '')).not.toContain('q7Z')
  const history = await openHistory(await openExport(new Blob([text])), 'guesser-1')
  expect((await history.at(history.last)).document.agent.cancelling).toMatchObject({ by: '[secret]' })
})
