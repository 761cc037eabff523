/** What a parent hears of its detached children before a state of it takes that. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { AgentAddress } from '../definition/agent-address.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { startAgent } from '../definition/send-to-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { startProcess } from './process.fixture.js'

const child = defineAgent({
  name: 'child',
  version: 1,
  machine: setup({
    types: { context: {} as { n: number }, input: {} as { n: number }, output: {} as number },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'ended',
    states: { ended: { type: 'final' } },
    output: ({ context }) => context.n,
  }),
})

type Told =
  | { type: 'done'; agent: AgentAddress; output: number }
  | { type: 'failed'; agent: AgentAddress; error: Fault }
type Asked = { type: 'start'; n: number } | { type: 'listen' } | { type: 'work' } | { type: 'end' }

const address = z.object({ name: z.string(), id: z.string() })
const fault = z.object({ name: z.string(), message: z.string(), code: z.union([z.string(), z.number()]).optional() })
type Fault = z.output<typeof fault>
const chart = { isBroken: false }
const parent = defineAgent({
  name: 'parent',
  version: 1,
  machine: setup({
    types: { context: {} as { told: unknown[] }, events: {} as Told | Asked },
    actors: { work: effect(async () => 'done') },
  }).createMachine({
    context: { told: [] },
    initial: 'busy',
    on: {
      start: {
        actions: startAgent(
          { agent: child, id: ({ event }) => String(event.n) },
          { input: ({ event }) => ({ n: event.n }), done: 'done', failed: 'failed' },
        ),
      },
      end: '.ended',
    },
    states: {
      busy: { on: { listen: 'listening', work: 'working' } },
      working: {
        invoke: {
          src: 'work',
          onDone: {
            target: 'busy',
            actions: assign(() => {
              if (chart.isBroken) throw new Error('no such field')
              return {}
            }),
          },
        },
      },
      listening: {
        on: {
          done: { actions: assign({ told: ({ context, event }) => [...context.told, event.output] }) },
          failed: { actions: assign({ told: ({ context, event }) => [...context.told, event.error.code] }) },
        },
      },
      ended: { type: 'final' },
    },
  }),
  events: {
    start: z.object({ n: z.number() }),
    listen: z.object({}),
    work: z.object({}),
    end: z.object({}),
    done: { schema: z.object({ agent: address, output: z.number() }), defer: true },
    failed: { schema: z.object({ agent: address, error: fault }), defer: true },
  },
})

async function scene() {
  const log = memoryLog()
  const time = new ManualTime()
  const process = await startProcess({ log, time, agents: [child, parent] })
  await process.runtime.start(child, { id: '7', input: { n: 70 } })
  const agent = await process.runtime.start(parent, { id: '1' })
  const start = async (n: number): Promise<void> => {
    await agent.send({ type: 'start', n })
    await settle()
  }
  return { log, time, process, agent, start }
}

describe('SND-41 news of detached children that come early', () => {
  test('SND-41 are kept: that one has ended, and that one could not be started', async () => {
    const { log, time, process, agent, start } = await scene()
    for (const n of [1, 7, 2]) await start(n)
    expect(agent.getSnapshot().deferred.map(({ type }) => type)).toEqual(['done', 'failed', 'done'])
    await process.runtime.close()
    const next = await startProcess({ log, time, agents: [child, parent] })
    const there = await next.runtime.attach(parent, '1')
    await there.send({ type: 'listen' })
    expect(there.getSnapshot()).toMatchObject({ deferred: [], context: { told: [1, 'ID_REUSED', 2] } })
  })

  test('SND-41 are kept when they waited for a blocked parent', async () => {
    const { agent, start } = await scene()
    chart.isBroken = true
    await agent.send({ type: 'start', n: 1 })
    await agent.send({ type: 'work' })
    await settle()
    for (const n of [7, 2]) await agent.send({ type: 'start', n }, { whenBlocked: 'keep' })
    chart.isBroken = false
    expect(agent.getSnapshot().condition).toBe('blocked')
    await agent.retry()
    await start(3)
    await agent.send({ type: 'listen' })
    const { told } = agent.getSnapshot().context
    expect(new Set(told)).toEqual(new Set([1, 2, 3, 'ID_REUSED']))
  })

  test('SND-41 are tried again when too many are kept, and not lost', async () => {
    const { time, agent, start } = await scene()
    for (let n = 1_000; n < 1_105; n++) await agent.send({ type: 'start', n })
    await start(7)
    await time.advance(1_000)
    expect(agent.getSnapshot().deferred).toHaveLength(100)
    await agent.send({ type: 'listen' })
    await time.advance(60_000)
    const { told } = agent.getSnapshot().context
    expect(told).toHaveLength(106)
    expect(new Set(told).size).toBe(106)
  })

  test('SND-41 are told to the operator when the parent ends without them', async () => {
    const { process, agent, start } = await scene()
    await start(1)
    await start(7)
    await agent.send({ type: 'end' })
    await settle()
    expect(process.reports.map(({ code, facts }) => [code, facts?.['event']])).toEqual([
      ['NOT_ACTIVE', 'done'],
      ['NOT_ACTIVE', 'failed'],
    ])
  })
})
