/** Detached children that are started again by the step which hears of their end. */
import { expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { startProcess } from '../api/process.fixture.js'
import { defineAgent } from '../definition/define-agent.js'
import { startAgent } from '../definition/send-to-agent.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { verifyHistory } from './verify-history.js'

const child = defineAgent({
  name: 'child',
  version: 1,
  machine: setup({}).createMachine({ initial: 'ended', states: { ended: { type: 'final' } } }),
})
const begin = startAgent({ agent: child, id: 'only' }, { done: 'ended', failed: 'failed' })
const parent = defineAgent({
  name: 'parent',
  version: 1,
  machine: setup({ actions: { begin } }).createMachine({
    context: { heard: [] as string[] },
    entry: 'begin',
    on: {
      ended: { actions: [assign({ heard: ['ended'] }), 'begin'] },
      failed: { actions: assign({ heard: ['ended', 'failed'] }) },
    },
  }),
})

test('VER-40 the report of a child that its step starts again is decided as a report', async () => {
  const log = memoryLog()
  const agents = [parent, child] as const
  const { runtime, time } = await startProcess({ log, agents })
  const agent = await runtime.start(parent as never, { id: '1' } as never)
  await time.advance(1_000)
  const { context } = agent.getSnapshot() as { readonly context: { readonly heard: readonly string[] } }
  expect(context.heard).toEqual(['ended', 'failed'])
  const verified = await verifyHistory(memoryStore(log), 'parent-1', { agents })
  expect(verified).toMatchObject({ differing: 0, differences: [] })
  expect(verified.decided).toBeGreaterThan(2)
  await runtime.close()
})
