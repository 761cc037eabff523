/** Ids of events that are kept for longer than ids are remembered. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

const WINDOW_MS = 10_000
const chart = { isBroken: false }

const shop = defineAgent({
  name: 'shop',
  version: 1,
  machine: setup({
    types: {
      context: {} as { paid: number; notes: number },
      events: {} as { type: 'pay' } | { type: 'note' } | { type: 'open' } | { type: 'work' },
    },
    actors: { work: effect(async () => 'done') },
  }).createMachine({
    context: { paid: 0, notes: 0 },
    initial: 'shut',
    on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
    states: {
      shut: { on: { open: 'open', work: 'working' } },
      working: {
        invoke: {
          src: 'work',
          onDone: {
            target: 'shut',
            actions: assign(() => {
              if (chart.isBroken) throw new Error('no such field')
              return {}
            }),
          },
        },
      },
      open: { on: { pay: { actions: assign({ paid: ({ context }) => context.paid + 1 }) } } },
    },
  }),
  events: { pay: { schema: z.object({}), defer: true }, note: z.object({}), open: z.object({}), work: z.object({}) },
  dedup: { maxAgeMs: WINDOW_MS, maxCount: 100 },
})

async function opened() {
  const time = new ManualTime()
  const { runtime } = await startProcess({ log: memoryLog(), time, agents: [shop] })
  return { time, agent: await runtime.start(shop, { id: '1' }) }
}

describe('SND-42 the id of an event that is kept', () => {
  test('SND-42 stays known however long it is kept, and as long as any other once it is decided', async () => {
    const { time, agent } = await opened()
    await agent.send({ type: 'pay' }, { id: 'order 7' })
    for (let round = 0; round < 3; round++) {
      await time.advance(WINDOW_MS + 1)
      for (let n = 0; n < 90; n++) await agent.send({ type: 'note' }, { id: `${round} ${n}` })
      await agent.send({ type: 'pay' }, { id: 'order 7' })
    }
    expect(agent.getSnapshot().deferred).toHaveLength(1)
    await agent.send({ type: 'open' })
    await agent.send({ type: 'pay' }, { id: 'order 7' })
    expect(agent.getSnapshot().context.paid).toBe(1)
    await time.advance(2 * WINDOW_MS)
    await agent.send({ type: 'note' }, { id: 'later' })
    await agent.send({ type: 'pay' }, { id: 'order 7' })
    expect(agent.getSnapshot().context.paid).toBe(2)
  })

  test('SND-42 stays known while it waits for a blocked agent', async () => {
    const { time, agent } = await opened()
    chart.isBroken = true
    await agent.send({ type: 'work' })
    await settle()
    const keep = { id: 'note 1', whenBlocked: 'keep' } as const
    await agent.send({ type: 'note' }, keep)
    await time.advance(2 * WINDOW_MS)
    await agent.send({ type: 'note' }, { id: 'note 2', whenBlocked: 'keep' })
    await agent.send({ type: 'note' }, keep)
    chart.isBroken = false
    await agent.retry()
    await settle()
    expect(agent.getSnapshot().context.notes).toBe(2)
  })
})
