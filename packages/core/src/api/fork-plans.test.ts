/** What is known of a fork before it is made: its price, and that nothing is counted twice. And what waits at its origin. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { openHistory } from '../history/open-history.js'
import { formatForkPlan } from '../plan/format-fork-plan.js'
import { usageIn } from '../record/usage.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createRuntime } from './create-runtime.js'
import { ordered, scene, stateOf } from './forked-agent.fixture.js'
import { eventsOf, startProcess } from './process.fixture.js'

/** Asks a model again and again: each answer costs what the test says. */
function asking(costs: (number | undefined)[]) {
  const ask = effect(async ({ usage }) => {
    const costUsd = costs.shift()
    if (costUsd !== undefined) usage({ costUsd, inputTokens: 10 * costUsd })
    return 'yes'
  })
  return defineAgent({
    name: 'asking',
    version: 1,
    events: { again: z.object({}) },
    machine: setup({ actors: { ask }, types: { context: {} as { times: number } } }).createMachine({
      context: { times: 0 },
      initial: 'asking',
      states: {
        asking: {
          invoke: {
            src: 'ask',
            onDone: { target: 'asked', actions: assign({ times: ({ context }) => context.times + 1 }) },
          },
        },
        asked: { on: { again: 'asking' } },
      },
    }),
  })
}

async function asked(costs: (number | undefined)[]) {
  const log = memoryLog()
  const agent = asking([...costs])
  const process = await startProcess({ log, agents: [agent] })
  const origin = await process.runtime.start(agent, { id: '1' })
  for (let times = 1; times < costs.length; times++) {
    await process.time.advance(1_000)
    await origin.send({ type: 'again' } as never)
  }
  await process.time.advance(1_000)
  return { ...process, log, agent, origin }
}

describe('the plan of a fork', () => {
  test('FRK-23 tells the price of what runs, and what the origin itself took from there', async () => {
    const { runtime, agent } = await asked([1, 3, 2, 4])
    // After record 2 the second question is pending; 3 answers it, 4 to 7 are two more.
    const plan = await runtime.planFork(agent, '1', { as: '2', at: 2 })
    expect(plan.effects).toMatchObject([{ src: 'ask', fate: 'runs', costUsd: 2 }])
    expect(plan.estimate).toEqual({
      pending: { effects: 1, ms: 0, usage: { costUsd: 2, inputTokens: 20 } },
      rest: { effects: 3, ms: 2_000, usage: { costUsd: 9, inputTokens: 90 } },
      unpriced: [],
    })
    expect(plan.reused).toEqual({ effects: 1, ms: 0, usage: { costUsd: 1, inputTokens: 10 } })
    expect(formatForkPlan(plan)).toBe(
      [
        'asking-2 goes on from asking-1 after record 2 (2023-11-14T22:13:21.000Z)',
        'state     paused in asking, version 1',
        'price     when it is resumed: 1 effect, about 0 ms, $2.00, 20 tokens',
        'rest      as its origin went on from there: 3 effects, about 2 s, $9.00, 90 tokens',
        'reused    1 effect, about 0 ms, $1.00, 10 tokens',
        'runs      ask 2.0, with a key of its own, about 0 ms, $2.00',
      ].join('\n'),
    )
  })

  test('FRK-23 names sources of which no record tells a cost', async () => {
    const { runtime, agent } = await asked([undefined, undefined])
    const plan = await runtime.planFork(agent, '1', { as: '2', at: 0 })
    expect(plan.estimate).toMatchObject({ pending: { effects: 1, usage: {} }, unpriced: ['ask'] })
    expect(formatForkPlan(plan)).toContain('no record tells a cost of ask')
    const answered = await runtime.planFork(agent, '1', { as: '2', at: 0, outcome: { effect: 'ask', complete: 'no' } })
    expect(answered.estimate.pending.effects).toBe(0)
    expect(formatForkPlan(answered)).toContain('nothing runs when it is resumed')
  })

  test('FRK-23 FRK-24 a fork of a fork is priced by the records of all its origins, and none is told again', async () => {
    const { runtime, agent, log, time } = await asked([1, 3])
    const fork = await runtime.fork(agent, '1', { as: '2' })
    const plan = await runtime.planFork(agent, '2', { as: '3', event: { type: 'again' } as never })
    expect(plan.effects).toMatchObject([{ src: 'ask', key: 'own', costUsd: 1 }])
    expect(plan.reused.usage.costUsd).toBe(4)
    await fork.resume()
    await time.advance(1_000)
    const told = (await eventsOf(log, 'asking-2'))
      .map(({ data }) => usageIn(data))
      .filter((usage) => usage !== undefined)
    expect(told).toEqual([])
  })

  test('FRK-33 counts what was used by attempts whose effect was left, and by one that came late, once', async () => {
    const log = memoryLog()
    const ask = effect(async ({ usage }) => {
      usage({ costUsd: 1 })
      throw new Error('busy')
    })
    const asker = defineAgent({
      name: 'asker',
      version: 1,
      events: { leave: z.object({}) },
      effects: { ask: { retry: { attempts: 5, delayMs: 60_000 } } },
      machine: setup({ actors: { ask } }).createMachine({
        initial: 'asking',
        states: { asking: { invoke: { src: 'ask' }, on: { leave: 'left' } }, left: {} },
      }),
    })
    const process = await startProcess({ log, agents: [asker] })
    const origin = await process.runtime.start(asker, { id: '1' })
    await process.time.advance(1_000)
    await origin.send({ type: 'leave' } as never)
    const last = (await eventsOf(log, 'asker-1')).at(-1)
    const refold = {
      v: 0,
      agent: 'asker@1',
      at: 1,
      input: { kind: 'effect.done', effect: '0.0', late: true },
      body: { patch: [] },
    }
    const late = {
      id: 'a-late-one',
      type: 'refold.effect.done',
      data: { src: null, output: 1, usage: { costUsd: 2 } },
      metadata: { refold },
    }
    await memoryStore(log).append('asker-1', [late], { expected: last?.revision ?? 'no_stream' })
    const costsAt = async (at: number): Promise<readonly unknown[]> => {
      const { reused, estimate } = await process.runtime.planFork(asker, '1', { as: '2', at })
      return [reused.effects, reused.usage.costUsd, estimate.rest.effects, estimate.rest.usage.costUsd]
    }
    expect(await costsAt(Number(last?.revision))).toEqual([0, undefined, 0, 3])
    expect(await costsAt(Number(last?.revision) + 1)).toEqual([0, 3, 0, undefined])
  })

  test('FRK-17 tells what becomes of each part, as the fork is then made', async () => {
    const on = await scene()
    const agent = await ordered(on, 'tell', 'delegate', 'pay')
    await agent.send({ type: 'add', id: 'more' } as never)
    const request = { as: '2', keys: 'keep', run: [] } as const
    const plan = await on.runtime.planFork(on.order, '1', request)
    expect(plan.effects.map(({ src, fate, key }) => `${src} ${fate} ${key}`).toSorted()).toEqual([
      'charge waits kept',
      'draft runs kept',
    ])
    expect(plan.left).toEqual({ messages: [], children: [{ name: 'helper', id: 'h' }], abandoned: [] })
    expect(formatForkPlan(plan)).toContain('helper-h tells its end to the origin alone')
    expect(formatForkPlan(plan)).toContain('until someone resolves it')
    await on.runtime.fork(on.order, '1', request)
    const { effects } = await stateOf(on.log, 'order-2')
    expect(Object.keys(effects)).toEqual(plan.effects.map(({ effect: id }) => id))
  })
})

describe('what waits at the origin', () => {
  test('FRK-9 a message that waits is decided in the fork too, and its sender hears of the origin alone', async () => {
    const isFlawed = { yes: true }
    const receiver = defineAgent({
      name: 'receiver',
      version: 1,
      events: { poke: z.object({}), ask: { schema: z.object({ text: z.string() }), defer: true } },
      machine: setup({ types: { context: {} as { asked: string[] } } }).createMachine({
        context: { asked: [] },
        initial: 'closed',
        states: {
          closed: {
            after: {
              1_000: {
                target: 'open',
                actions: assign(() => {
                  if (isFlawed.yes) throw new Error('the bug')
                  return {}
                }),
              },
            },
          },
          open: { on: { poke: 'open' } },
          later: { on: { ask: 'open' } },
        },
      }),
    })
    const sender = defineAgent({
      name: 'sender',
      version: 1,
      events: { go: z.object({}) },
      machine: setup({ types: { context: {} as { undelivered: number } } }).createMachine({
        context: { undelivered: 0 },
        on: {
          go: {
            actions: [
              sendToAgent({ agent: receiver, id: '1' }, { type: 'poke' } as never),
              sendToAgent({ agent: receiver, id: '1' }, { type: 'ask', text: 'a' } as never),
              sendToAgent({ agent: receiver, id: '1' }, { type: 'ask', text: 'b' } as never),
            ],
          },
          'refold.undelivered': { actions: assign({ undelivered: ({ context }) => context.undelivered + 1 }) },
        },
      }),
    })
    const log = memoryLog()
    const { runtime, time } = await startProcess({ log, agents: [receiver, sender] })
    const [origin, from] = [await runtime.start(receiver, { id: '1' }), await runtime.start(sender, { id: '1' })]
    await time.advance(1_000)
    expect(origin.getSnapshot().condition).toBe('blocked')
    await from.send({ type: 'go' } as never)
    await time.advance(1_000)
    const fork = await runtime.fork(receiver, '1', { as: '2' })
    const { agent, inbox } = await stateOf(log, 'receiver-2')
    expect(agent.waiting?.map(({ revision }) => revision)).toEqual([-4, -3, -2, -1])
    expect(inbox).toBeUndefined()
    isFlawed.yes = false
    await fork.retry()
    await fork.resume()
    await time.advance(1_000)
    const state = await stateOf(log, 'receiver-2')
    expect(state.agent.waiting).toBeUndefined()
    // Two questions that no state takes are kept on; both are told apart.
    expect(state.agent.deferred?.map(({ revision }) => revision)).toEqual([-2, -1])
    expect(state.outbox).toBeUndefined()
    await fork.cancel()
    await time.advance(1_000)
    expect((await stateOf(log, 'receiver-2')).outbox).toBeUndefined()
    expect(from.getSnapshot().context.undelivered).toBe(0)
    const history = await openHistory(memoryStore(log), 'receiver-2')
    const retried = history.outline().filter(({ kind }) => kind === 'retried')
    const { chain } = await history.explain(retried.at(-1)?.revision ?? -1)
    expect(chain.map(({ agent: { name }, kind, because }) => [name, kind, because])).toEqual([
      ['receiver', 'retried', 'waiting'],
      ['receiver', 'message', 'message'],
      ['sender', 'event', undefined],
    ])
  })

  test('FRK-2 an origin that is being cancelled has a fork that is not', async () => {
    const machine = setup({}).createMachine({
      initial: 'at',
      states: { at: { on: { 'refold.cancel': 'undoing' } }, undoing: {} },
    })
    const agent = defineAgent({ name: 'undoing', version: 1, machine })
    const log = memoryLog()
    await using runtime = await createRuntime({ store: memoryStore(log), agents: [agent] })
    const origin = await runtime.start(agent, { id: '1' })
    await origin.cancel({ deadlineMs: 100_000 })
    const fork = await runtime.fork(agent, '1', { as: '2' })
    expect(fork.getSnapshot()).toMatchObject({ value: 'undoing', condition: 'paused' })
    expect(fork.getSnapshot().cancelling).toBeUndefined()
    expect((await runtime.find({ definition: 'undoing' })).map(({ nextDueAt }) => nextDueAt === undefined)).toEqual([
      false,
      true,
    ])
  })
})
