/** Secrets that are too short to be looked for inside of texts. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
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
