import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { createRuntime } from '../api/create-runtime.js'
import { defineAgent } from '../definition/define-agent.js'
import type { JsonObject } from '../json/json-value.js'
import { memoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { readChart, takenEvents } from './read-chart.js'
import { readState } from './read-state.js'

const order = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({}).createMachine({
    initial: 'asking',
    on: { note: '.asking', inner: '.asking' },
    states: {
      asking: {
        on: { none: {}, again: { reenter: true }, accept: 'packing', refuse: 'x\\.y' },
        after: { 60_000: 'x\\.y' },
      },
      packing: { initial: 'boxes', on: { ship: 'x\\.y' }, states: { boxes: { on: { boxed: 'tape' } }, tape: {} } },
      'x.y': {},
    },
  }),
  events: {
    again: z.object({}),
    note: z.object({}),
    accept: z.object({}),
    refuse: z.object({}),
    ship: z.object({}),
    boxed: z.object({}),
  },
  approvals: { accept: () => null },
})

test('REC-15 the chart tells a reader without the code which events an agent takes, and which need an approval', async () => {
  const log = memoryLog()
  const runtime = await createRuntime({ store: memoryStore(log), agents: [order] })
  const agent = await runtime.start(order, { id: '1' })
  expect((await agent.legalEvents()).map(({ type }) => type)).toEqual(['note', 'accept', 'refuse'])
  await runtime.close()
  const store = memoryStore(log)
  const { active, document } = await readState(store, 'order-1')
  const chart = (await readChart(store, document.agent.fingerprint)) as JsonObject
  const taken = (...states: string[]): string => {
    return takenEvents(chart, states)
      .map(({ type, needsApproval }) => (needsApproval ? `${type}!` : type))
      .join(' ')
  }
  expect(taken(...active)).toBe('accept! refuse note')
  expect(taken('packing.boxes')).toBe('boxed ship note')
  expect(taken('packing.tape')).toBe('ship note')
  expect(taken('x\\.y')).toBe('note')
  expect(taken()).toBe('note')
  expect(await readChart(store, 'none')).toBeUndefined()
})

test.each([[{}], [{ nodes: 1, edges: [null, { id: 5, event: 'x' }], approvals: {} }]])(
  'the chart %j tells nothing',
  (chart) => {
    expect(takenEvents(chart, ['a'])).toEqual([])
  },
)
