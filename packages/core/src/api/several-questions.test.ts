/** Several open questions of one event type: three tool calls wait for a person, and each is answered by itself. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime } from './manual-time.fixture.js'
import { eventsOf, startProcess } from './process.fixture.js'

interface Call {
  readonly tool: string
  readonly state: 'open' | 'approved'
}

const machine = setup({
  types: {
    context: {} as { calls: Record<string, Call> },
    events: {} as { type: 'approve'; call: string; note?: string } | { type: 'change'; call: string; tool: string },
  },
}).createMachine({
  context: {
    calls: {
      a: { tool: 'mail', state: 'open' },
      b: { tool: 'pay', state: 'open' },
      c: { tool: 'delete', state: 'open' },
    },
  },
  initial: 'waiting',
  states: {
    waiting: {
      on: {
        approve: {
          actions: assign({
            calls: ({ context, event }) => ({
              ...context.calls,
              [event.call]: { tool: context.calls[event.call]?.tool ?? '', state: 'approved' as const },
            }),
          }),
        },
        change: {
          actions: assign({
            calls: ({ context, event }) => ({
              ...context.calls,
              [event.call]: { tool: event.tool, state: 'open' as const },
            }),
          }),
        },
      },
    },
  },
})

const agent = defineAgent({
  name: 'tools',
  version: 1,
  machine,
  approvals: {
    approve: ({ context, about }) => (about.call === undefined ? context.calls : context.calls[about.call]?.tool),
  },
})

async function waiting() {
  const log = memoryLog()
  const process = await startProcess({ log, time: new ManualTime(), agents: [agent] })
  const tools = await process.runtime.start(agent, { id: '1' })
  const ask = (call: string) => tools.approval('approve', { about: { call } })
  return { log, tools, ask }
}

describe('INT-17 several questions of one type', () => {
  test('INT-17 are answered each by itself, in any order', async () => {
    const { log, tools, ask } = await waiting()
    const asked = await Promise.all(['a', 'b', 'c'].map(ask))
    expect(asked.map(({ payload }) => payload)).toEqual(['mail', 'pay', 'delete'])
    for (const approval of [asked[1], asked[2], asked[0]]) {
      const call = approval?.about?.['call'] as string
      await tools.send({ type: 'approve', call, note: 'fine' }, { by: 'ana', approval: approval! })
    }
    expect(Object.values(tools.getSnapshot().context.calls).map(({ state }) => state)).toEqual(
      Array(3).fill('approved'),
    )
    const [, first] = await eventsOf(log, 'tools-1')
    expect(first).toMatchObject({ metadata: { refold: { approved: { about: { call: 'b' }, revision: 0 } } } })
  })

  test('INT-17 are each answered once, and stale by what changes of that one only', async () => {
    const { tools, ask } = await waiting()
    const [a, b] = await Promise.all([ask('a'), ask('b')])
    await tools.send({ type: 'change', call: 'b', tool: 'pay twice' })
    await tools.send({ type: 'approve', call: 'a' }, { by: 'ana', approval: a })
    await expect(tools.send({ type: 'approve', call: 'a' }, { by: 'bo', approval: a })).rejects.toMatchObject({
      code: 'STALE_APPROVAL',
      facts: { why: 'answered' },
    })
    await expect(tools.send({ type: 'approve', call: 'b' }, { by: 'ana', approval: b })).rejects.toMatchObject({
      code: 'STALE_APPROVAL',
      facts: { why: 'payload', payload: 'pay twice' },
    })
  })

  test('INT-17 one about everything is stale by any answer, and an answer to it makes each stale', async () => {
    const { tools, ask } = await waiting()
    const all = await tools.approval('approve')
    const [a, b] = await Promise.all([ask('a'), ask('b')])
    await tools.send({ type: 'approve', call: 'a' }, { by: 'ana', approval: a })
    const stale = { code: 'STALE_APPROVAL', facts: { why: 'answered' } }
    await expect(tools.send({ type: 'approve', call: 'b' }, { by: 'ana', approval: all })).rejects.toMatchObject(stale)
    await tools.send({ type: 'approve', call: 'c' }, { by: 'ana', approval: await tools.approval('approve') })
    await expect(tools.send({ type: 'approve', call: 'b' }, { by: 'ana', approval: b })).rejects.toMatchObject(stale)
  })

  test('INT-17 answer no event that says something else, and are not put where nothing is to be approved', async () => {
    const { tools, ask } = await waiting()
    const approval = JSON.parse(JSON.stringify(await ask('a'))) as Awaited<ReturnType<typeof ask>>
    await expect(tools.send({ type: 'approve', call: 'b' }, { by: 'ana', approval })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      facts: { path: 'approval.about.call' },
    })
    const inherited = { ...approval, about: { toString: 'a' } } as unknown as typeof approval
    await expect(tools.send({ type: 'approve', call: 'a' }, { by: 'ana', approval: inherited })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      facts: { path: 'approval.about.toString' },
    })
    await expect(ask('z')).rejects.toMatchObject({ code: 'EVENT_NOT_ACCEPTED', facts: { about: { call: 'z' } } })
    for (const about of ['a', ['a'], { type: 'approve' }, { call: () => 'a' }])
      await expect(tools.approval('approve', { about } as never)).rejects.toMatchObject({
        code: expect.stringMatching(/INVALID_INPUT|NOT_SERIALIZABLE/) as string,
      })
  })
})

describe('INT-30 questions that overlap', () => {
  const pays = defineAgent({
    name: 'pays',
    version: 1,
    machine: setup({ types: { context: {} as { paid: number } } }).createMachine({
      context: { paid: 0 },
      on: { approve: { actions: assign({ paid: ({ context }) => context.paid + 1 }) } },
    }),
    approvals: { approve: () => 'the payment' },
  })
  const stale = { code: 'STALE_APPROVAL', facts: { why: 'answered' } }
  const both = { type: 'approve', order: 1, item: 2 }

  async function asked(...abouts: object[]) {
    const { runtime } = await startProcess({ log: memoryLog(), time: new ManualTime(), agents: [pays] })
    const agent = await runtime.start(pays, { id: '1' })
    const answer = async (about: object, event: typeof both) => {
      const question = questions[abouts.indexOf(about)]
      await agent.send(event, { by: 'ana', approval: question! })
    }
    const questions = await Promise.all(abouts.map((about) => agent.approval('approve', { about })))
    return { agent, answer }
  }

  test.each([
    [{ order: 1 }, { order: 1, item: 2 }],
    [{ order: 1, item: 2 }, { order: 1 }],
    [{ order: 1 }, { item: 2 }],
    [
      { order: 1, item: 2 },
      { item: 2, order: 1 },
    ],
  ])('INT-30 are answered by one event once: %j, then %j', async (first, second) => {
    const { agent, answer } = await asked(first, second)
    await answer(first, both)
    await expect(answer(second, both)).rejects.toMatchObject(stale)
    expect(agent.getSnapshot().context.paid).toBe(1)
  })

  test('INT-30 an answer about more answers each part of it, and no other question', async () => {
    const [order, part, another] = [{ order: 1 }, { order: 1, item: 3 }, { order: 2, item: 2 }]
    const { answer } = await asked(order, part, another)
    await answer(order, both)
    await expect(answer(part, { ...both, item: 3 })).rejects.toMatchObject(stale)
    await answer(another, { ...both, order: 2 })
  })
})
