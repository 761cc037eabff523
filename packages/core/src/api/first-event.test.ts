/** A start with the agent's first event: both are stored, or neither. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'

const machine = setup({
  types: {
    input: {} as { customer: string },
    context: {} as { customer: string; lines: string[] },
    events: {} as
      | { type: 'line'; text: string }
      | { type: 'pay' }
      | { type: 'throw' }
      | { type: 'approve' }
      | { type: 'inside' },
  },
}).createMachine({
  context: ({ input }) => ({ customer: input.customer, lines: [] }),
  initial: 'open',
  states: {
    open: {
      on: {
        line: { actions: assign({ lines: ({ context, event }) => [...context.lines, event.text] }) },
        approve: 'paid',
        throw: {
          actions: assign(() => {
            throw new TypeError('the chart threw')
          }),
        },
      },
    },
    ready: { on: { pay: 'paid' } },
    paid: {},
  },
})

const cart = defineAgent({
  name: 'cart',
  version: 1,
  machine,
  input: z.object({ customer: z.string() }),
  events: {
    line: z.object({ text: z.string() }),
    pay: z.object({}),
    throw: z.object({}),
    approve: z.object({}),
  },
  approvals: { approve: ({ context }) => context.lines },
})

const START = { id: '1', input: { customer: 'ana' } }
const LINE = { type: 'line', text: 'tea' } as const

async function opened(log = memoryLog(), time = new ManualTime()) {
  const process = await startProcess({ log, agents: [cart], time })
  return { log, ...process }
}

describe('SND-21 a start with an event', () => {
  test('SND-21 stores both in one append, and the agent has taken it', async () => {
    const { log, runtime, store } = await opened()
    const agent = await runtime.start(cart, { ...START, event: LINE, by: 'ana' })
    expect(agent.getSnapshot()).toMatchObject({ revision: 1n, value: 'open', context: { lines: ['tea'] } })
    expect(store.appends.filter(({ stream }) => stream === 'cart-1').map(({ types }) => types)).toEqual([
      ['refold.started', 'line'],
    ])
    const [started, line] = await eventsOf(log, 'cart-1')
    expect([started?.data, line?.data]).toEqual([{ input: { customer: 'ana' } }, { text: 'tea' }])
    expect(line?.metadata).toMatchObject({ refold: { by: 'ana', input: { kind: 'event', withStart: true } } })
  })

  test.each([
    [{ type: 'line', text: 7 }, 'INVALID_EVENT'],
    [{ type: 'inside' }, 'INVALID_EVENT'],
    [{ type: 'pay' }, 'EVENT_NOT_ACCEPTED'],
    [{ type: 'throw' }, 'EVENT_REFUSED'],
    [{ type: 'approve' }, 'APPROVAL_REQUIRED'],
  ])('SND-21 with %j is refused as by send, and nothing is started', async (event, code) => {
    const { log, runtime } = await opened()
    await expect(runtime.start(cart, { ...START, event: event as never })).rejects.toMatchObject({ code })
    expect(await typesOf(log, 'cart-1')).toEqual([])
    await expect(runtime.attach(cart, '1')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const agent = await runtime.start(cart, { ...START, event: LINE })
    expect(agent.getSnapshot().context.lines).toEqual(['tea'])
  })

  test('SND-21 is refused as a whole when both are too large for one append', async () => {
    const log = memoryLog()
    const { runtime } = await startProcess({ log, agents: [cart], maxAppendBytes: 4_000 })
    const event = { type: 'line', text: 'x'.repeat(3_900) } as const
    await expect(runtime.start(cart, { ...START, event })).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(await typesOf(log, 'cart-1')).toEqual([])
  })

  test.each([
    ['lost', 'repeated'],
    ['stored', 'known'],
  ] as const)('SND-21 an append that is %s without an answer is %s: both are there, once', async (fault, _what) => {
    const { log, time, runtime, store } = await opened()
    store.faults.push(fault)
    const started = runtime.start(cart, { ...START, event: LINE })
    await settle()
    await time.advance(1_000)
    expect((await started).getSnapshot().context.lines).toEqual(['tea'])
    expect(await typesOf(log, 'cart-1')).toEqual(['refold.started', 'line'])
  })

  test('SND-21 a process that dies in the append leaves both or neither; the next start gives the agent', async () => {
    for (const fault of ['lost', 'stored'] as const) {
      const { log, time, runtime, store, die } = await opened()
      store.faults.push(fault)
      runtime.start(cart, { ...START, event: LINE }).catch(() => undefined)
      await settle()
      die()
      expect(await typesOf(log, 'cart-1')).toEqual(fault === 'lost' ? [] : ['refold.started', 'line'])
      const next = await opened(log, time)
      await outliveLease(time)
      const agent = await next.runtime.start(cart, { ...START, event: LINE })
      expect(agent.getSnapshot().context.lines).toEqual(['tea'])
    }
  })
})

describe('SND-22 the same start again', () => {
  test('SND-22 is the same agent, and the event is taken once, from any process', async () => {
    const { log, time, runtime } = await opened()
    const [one, other] = await Promise.all([
      runtime.start(cart, { ...START, event: LINE }),
      runtime.start(cart, { ...START, event: LINE }),
    ])
    await one.send({ type: 'line', text: 'milk' })
    const there = await opened(log, time)
    const again = await there.runtime.start(cart, { ...START, event: { ...LINE } })
    expect(again.getSnapshot().context.lines).toEqual(['tea', 'milk'])
    expect(other.getSnapshot().context.lines).toEqual(['tea', 'milk'])
    expect(await typesOf(log, 'cart-1')).toEqual(['refold.started', 'line', 'line'])
  })

  test('SND-22 with another first event, or without it, is refused', async () => {
    const { log, runtime } = await opened()
    await runtime.start(cart, { ...START, event: LINE })
    for (const other of [
      { event: { type: 'line', text: 'milk' } as const },
      {},
      { event: LINE, input: { customer: 'bo' } },
    ])
      await expect(runtime.start(cart, { ...START, ...other })).rejects.toMatchObject({ code: 'ID_REUSED' })
    expect(await typesOf(log, 'cart-1')).toHaveLength(2)
  })

  test('SND-22 an event that was sent later is no first event', async () => {
    const { runtime } = await opened()
    const agent = await runtime.start(cart, START)
    await agent.send(LINE)
    await expect(runtime.start(cart, { ...START, event: LINE })).rejects.toMatchObject({ code: 'ID_REUSED' })
    expect((await runtime.start(cart, START)).getSnapshot().context.lines).toEqual(['tea'])
  })
})

test('the first event has the types of the machine', async () => {
  const { runtime } = await opened()
  // @ts-expect-error -- `text` is a text
  await expect(runtime.start(cart, { ...START, event: { type: 'line', text: 7 } })).rejects.toMatchObject({
    code: 'INVALID_EVENT',
  })
  // @ts-expect-error -- no such event comes from outside
  await expect(runtime.start(cart, { ...START, event: { type: 'inside' } })).rejects.toMatchObject({
    code: 'INVALID_EVENT',
  })
})
