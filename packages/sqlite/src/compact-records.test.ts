/** Real agents with timers, messages and detached children, and how many of their records are stored whole. */
import { createRuntime, defineAgent, sendToAgent, startAgent } from '@refold/core'
import { assign, enqueueActions, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { scratchDirectory } from './scratch-directory.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const EDITORS = 40

const clerk = defineAgent({
  name: 'clerk',
  version: 1,
  events: { note: z.object({ by: z.string() }) },
  machine: setup({
    types: { context: {} as { notes: Record<string, number> }, events: {} as { type: 'note'; by: string } },
  }).createMachine({
    context: { notes: {} },
    on: { note: { actions: assign({ notes: ({ context, event }) => ({ ...context.notes, [event.by]: 1 }) }) } },
  }),
})

const writer = defineAgent({
  name: 'writer',
  version: 1,
  input: z.object({}),
  machine: setup({}).createMachine({
    initial: 'writing',
    states: { writing: { after: { 1: 'written' } }, written: { type: 'final' } },
    output: () => ({ text: 'whales' }),
  }),
})

const editor = defineAgent({
  name: 'editor',
  version: 1,
  input: z.object({ id: z.string() }),
  machine: setup({
    types: {
      input: {} as { id: string },
      context: {} as { id: string },
      events: {} as { type: 'written' } | { type: 'failed' },
    },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'asking',
    states: {
      asking: {
        entry: enqueueActions(({ context, enqueue }) => {
          enqueue(startAgent({ agent: writer, id: context.id }, { input: {}, done: 'written', failed: 'failed' }))
          enqueue(sendToAgent({ agent: clerk, id: '1' }, { type: 'note', by: context.id }))
        }),
        on: { written: 'asked', failed: 'asked' },
      },
      asked: { type: 'final' },
    },
  }),
})

test('SQL-44 whatever the names of the agents and ids that records speak of, few of them are stored whole', async () => {
  const scratch = scratchDirectory()
  const store = sqliteStore(scratch.file)
  const runtime = await createRuntime({ store, agents: [clerk, writer, editor] })
  await runtime.start(clerk, { id: '1' })
  for (let at = 0; at < EDITORS; at++) {
    const id = `e${at}`
    await (await runtime.start(editor, { id, input: { id } })).done()
  }
  await runtime.close()
  const reader = sqliteStore(scratch.file, { readOnly: true })
  const count = async (where: string) =>
    Number((await reader.projections?.query?.(`SELECT count(*) FROM log WHERE ${where}`))?.rows[0]?.[0])
  const [all, whole] = [await count('true'), await count('shape IS NULL')]
  await reader.close()
  scratch.remove()
  expect(all).toBeGreaterThan(EDITORS * 8)
  expect(whole, `of ${all}, each kind of record once or twice`).toBeLessThan(40)
})
