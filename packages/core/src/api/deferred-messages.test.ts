/** Messages that come before their receiver takes them, and early events of a blocked agent. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import type { UndeliveredEvent } from '../definition/message-types.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, startProcess, typesOf } from './process.fixture.js'

const DATA = { schema: z.object({ n: z.number() }), defer: true } as const
const contract = agentContract({ name: 'sink', events: { data: DATA, open: z.object({}) } })

const source = defineAgent({
  name: 'source',
  version: 1,
  machine: setup({
    types: {
      context: {} as { lost: string[] },
      events: {} as { type: 'send'; n: number } | { type: 'open' } | UndeliveredEvent,
    },
  }).createMachine({
    context: { lost: [] },
    on: {
      send: { actions: sendToAgent({ agent: contract, id: '1' }, ({ event }) => ({ type: 'data', n: event.n })) },
      open: { actions: sendToAgent({ agent: contract, id: '1' }, { type: 'open' }) },
      'refold.undelivered': { actions: assign({ lost: ({ context, event }) => [...context.lost, event.code] }) },
    },
  }),
})

const broken = { chart: false }
const sink = defineAgent({
  name: 'sink',
  version: 1,
  machine: setup({
    types: {
      context: {} as { seen: number[] },
      events: {} as { type: 'data'; n: number } | { type: 'open' } | { type: 'work' } | { type: 'end' },
    },
    actors: { work: effect(async () => 'done') },
  }).createMachine({
    context: { seen: [] },
    initial: 'shut',
    on: { end: '.ended' },
    states: {
      shut: { on: { open: 'open', work: 'working' } },
      working: {
        invoke: {
          src: 'work',
          onDone: {
            target: 'shut',
            actions: assign(() => {
              if (broken.chart) throw new TypeError('no such field')
              return {}
            }),
          },
        },
      },
      open: { on: { data: { actions: assign({ seen: ({ context, event }) => [...context.seen, event.n] }) } } },
      ended: { type: 'final' },
    },
  }),
  events: { data: DATA, open: z.object({}), work: z.object({}), end: z.object({}) },
})

async function pair() {
  const log = memoryLog()
  const process = await startProcess({ log, agents: [source, sink] })
  const to = await process.runtime.start(sink, { id: '1' })
  return { log, ...process, to, from: await process.runtime.start(source, { id: 'a' }) }
}

describe('messages that come early', () => {
  test('SND-23 SND-24 are kept and acknowledged, and taken in order by what comes behind them', async () => {
    const { log, from, to } = await pair()
    for (const n of [1, 2]) await from.send({ type: 'send', n })
    await to.waitFor(({ deferred }) => deferred.length === 2)
    await from.send({ type: 'open' })
    await to.waitFor(({ context }) => context.seen.length === 2)
    expect(to.getSnapshot().context.seen).toEqual([1, 2])
    expect(from.getSnapshot().context.lost).toEqual([])
    expect((await typesOf(log, 'sink-1')).slice(1)).toEqual([
      'data',
      'data',
      'open',
      'refold.recalled',
      'refold.recalled',
    ])
    expect(await typesOf(log, 'source-a')).toContain('refold.message.acknowledged')
  })

  test('SND-27 are told to their sender by a message when the receiver ends before', async () => {
    const { from, to } = await pair()
    await from.send({ type: 'send', n: 1 })
    await to.waitFor(({ deferred }) => deferred.length === 1)
    await to.send({ type: 'end' })
    await from.waitFor(({ context }) => context.lost.length === 1)
    expect(from.getSnapshot().context.lost).toEqual(['NOT_ACTIVE'])
  })

  test('SND-25 beyond the bound are not delivered, and hold up nothing behind them', async () => {
    const { from, to } = await pair()
    for (let n = 0; n < 100; n++) await to.send({ type: 'data', n })
    await from.send({ type: 'send', n: 100 })
    await from.send({ type: 'open' })
    await to.waitFor(({ context }) => context.seen.length === 100)
    await from.waitFor(({ context }) => context.lost.length === 1)
    expect(from.getSnapshot().context.lost).toEqual(['QUEUE_FULL'])
  })
})

describe('SND-29 events that waited with a blocked agent', () => {
  async function blocked() {
    broken.chart = true
    const process = await pair()
    await process.to.send({ type: 'data', n: 0 })
    await process.to.send({ type: 'work' })
    await process.to.waitFor(({ condition }) => condition === 'blocked')
    return process
  }

  test('SND-29 are kept on when the state does not take them in their turn', async () => {
    const { log, from, to, reports } = await blocked()
    await expect(to.send({ type: 'data', n: 1 })).rejects.toMatchObject({ code: 'BLOCKED' })
    await to.send({ type: 'data', n: 1 }, { whenBlocked: 'keep', id: 'one' })
    await from.send({ type: 'send', n: 2 })
    await settle()
    broken.chart = false
    await to.retry()
    await to.waitFor(({ deferred }) => deferred.length === 3)
    const retried = (await eventsOf(log, 'sink-1')).filter(({ type }) => type === 'refold.retried')
    expect(retried.map(({ data }) => data)).toEqual([
      { revision: expect.any(Number) as number },
      { revision: expect.any(Number) as number, deferred: true },
      { revision: expect.any(Number) as number, deferred: true },
    ])
    await to.send({ type: 'data', n: 1 }, { id: 'one' })
    await to.send({ type: 'open' })
    expect(to.getSnapshot()).toMatchObject({ context: { seen: [0, 1, 2] }, deferred: [] })
    expect(reports.filter(({ code }) => code !== 'BLOCKED')).toEqual([])
    expect(from.getSnapshot().context.lost).toEqual([])
  })

  test('SND-28 what was kept before the block is not decided while it lasts, and goes before what waits', async () => {
    const { log, to } = await blocked()
    await to.send({ type: 'open' }, { whenBlocked: 'keep' })
    await to.send({ type: 'data', n: 1 }, { whenBlocked: 'keep' })
    expect(to.getSnapshot().deferred).toHaveLength(1)
    broken.chart = false
    await to.retry()
    await to.waitFor(({ context }) => context.seen.length === 2)
    expect(to.getSnapshot().context.seen).toEqual([0, 1])
    expect((await typesOf(log, 'sink-1')).slice(-4)).toEqual([
      'refold.retried',
      'refold.retried',
      'refold.recalled',
      'refold.retried',
    ])
  })
})
