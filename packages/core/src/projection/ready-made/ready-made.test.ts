/** The projections that are there already, over agents that run, and over records as other releases may have written them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { paymentAgent } from '../../api/payment-agent.fixture.js'
import { createRuntime } from '../../api/create-runtime.js'
import { defineAgent } from '../../definition/define-agent.js'
import { effect } from '../../definition/effect.js'
import type { Runtime } from '../../public/runtime.js'
import { memoryLog, type MemoryLog } from '../../store/memory-log.js'
import { memoryStore } from '../../store/memory-store.js'
import { effectCostsProjection } from './effect-costs.js'
import { inboxProjection } from './inbox.js'
import { appendPast, chat, quiet } from './past-records.fixture.js'
import { timeInStateProjection } from './time-in-state.js'

const payment = paymentAgent()

/** Pays in a body that never answers. */
const transfer = defineAgent({
  name: 'transfer',
  version: 1,
  effects: { pay: { safety: 'never-retry', timeoutMs: 20 } },
  machine: setup({ actors: { pay: effect(() => new Promise<number>(() => {})) } }).createMachine({
    initial: 'paying',
    states: { paying: { invoke: { src: 'pay', onDone: 'paid' } }, paid: { type: 'final' } },
  }),
})
const broken = defineAgent({
  name: 'broken',
  version: 1,
  machine: setup({ types: { context: {} as { n: number } }, actors: { work: effect(async () => 1) } }).createMachine({
    context: { n: 0 },
    initial: 'working',
    states: {
      working: {
        invoke: {
          src: 'work',
          onDone: {
            target: 'done',
            actions: assign(() => {
              throw new Error('a defect')
            }),
          },
        },
      },
      done: { type: 'final' },
    },
  }),
})

describe('the ready-made projections', () => {
  let log: MemoryLog
  let runtime: Runtime
  beforeEach(async () => {
    log = memoryLog()
    const agents = [payment, transfer, broken, chat]
    runtime = await createRuntime({ store: memoryStore(log), agents, world: quiet, onReport: () => {} })
  })
  afterEach(() => runtime.close())

  test('PRJ-30 the inbox has an agent as long as it waits for a person, and says for what', async () => {
    const inbox = await runtime.project(inboxProjection({ agents: [payment, transfer, broken] }))
    const asking = await runtime.start(payment, { id: '1' })
    await inbox.at(asking)
    const { at } = { at: expect.any(Number) as number }
    expect(await inbox.get('payment-1')).toEqual({
      definition: 'payment',
      id: '1',
      active: ['proposed.waiting'],
      approvals: [
        { event: 'approve', since: at },
        { event: 'sign', since: at },
      ],
      inDoubt: [],
      blockedSince: null,
    })
    await asking.send({ type: 'back' })
    await inbox.at(asking)
    expect(await inbox.get('payment-1')).toBeUndefined()
    await asking.send({ type: 'propose', cents: 5 })
    await asking.cancel()
    await inbox.at(asking)
    expect(await inbox.get('payment-1')).toBeUndefined()

    const doubtful = await runtime.start(transfer, { id: '1' })
    const state = await doubtful.waitFor(({ condition }) => condition === 'in-doubt')
    await inbox.at({ name: 'transfer', id: '1', revision: state.revision })
    const [doubt] = state.effects
    expect(await inbox.get('transfer-1')).toMatchObject({
      approvals: [],
      inDoubt: [{ effect: doubt?.effect, src: 'pay', why: 'timeout', since: at }],
    })
    await doubtful.resolve(doubt?.effect ?? '', { complete: 7 })
    await inbox.at(doubtful)
    expect(await inbox.get('transfer-1')).toBeUndefined()

    const blocked = await runtime.start(broken, { id: '1' })
    await blocked.waitFor(({ condition }) => condition === 'blocked', { whenBlocked: 'wait' })
    await inbox.at(blocked)
    expect(await inbox.get('broken-1')).toMatchObject({ blockedSince: at, approvals: [], inDoubt: [] })
    await blocked.cancel()
    await inbox.at(blocked)
    expect(await inbox.get('broken-1')).toBeUndefined()
  })

  test('PRJ-41 the costs count what an attempt used whose effect was gone, and no outcome twice', async () => {
    const late = { input: { effect: '0.1', kind: 'effect.done', late: true } }
    const place = await appendPast(log, 'chat-1', [
      ['refold.started', 1_000, { input: null }],
      ['refold.effect.done', 1_500, { src: 'model', output: 'x', usage: { costUsd: 0.2 } }, late],
      ['refold.effect.done', 1_600, { src: null, output: 'x', usage: { inputTokens: 3, costUsd: 0.1 } }, late],
    ])
    const costs = await runtime.project(effectCostsProjection({ agents: [chat] }))
    await costs.at(place)
    const { costUsd, sources } = (await costs.get('chat-1')) ?? {}
    expect([costUsd, Object.keys(sources ?? {})]).toEqual([0.3, ['model', 'unknown']])
    expect(sources?.['model']).toMatchObject({ attempts: 1, done: 1, ms: 500 })
    expect(sources?.['unknown']).toMatchObject({ attempts: 1, done: 0, timed: 0, inputTokens: 3, costUsd: 0.1 })
  })

  test('PRJ-31 the costs count attempts, failures, time and what outcomes report, for each source', async () => {
    const input = { effect: '0.1', kind: 'x' }
    const place = await appendPast(log, 'chat-1', [
      ['refold.started', 1_000, { input: null }],
      [
        'refold.effect.failed',
        1_100,
        { src: 'model', attempt: 1, retryAt: 1_200, usage: { inputTokens: 10, costUsd: 0.1 } },
        { input },
      ],
      [
        'refold.effect.done',
        1_500,
        { src: 'model', output: 'x', usage: { inputTokens: 20, outputTokens: 5, costUsd: 0.2 } },
        { input },
      ],
      ['refold.effect.failed', 1_700, { src: 'tool', attempt: 1 }, { input: { effect: '2.1', kind: 'x' } }],
      [
        'refold.effect.done',
        1_800,
        { src: 'tool', output: { usage: 7 }, usage: { costUsd: 'much' } },
        { input: { effect: '2.2', kind: 'x' } },
      ],
      ['refold.effect.doubted', 1_900, { src: 'pay', why: 'timeout' }, { input: { effect: '4.1', kind: 'x' } }],
    ])
    const costs = await runtime.project(effectCostsProjection({ agents: [chat] }))
    await costs.at(place)
    const none = {
      attempts: 0,
      failures: 0,
      done: 0,
      failed: 0,
      doubts: 0,
      ms: 0,
      timed: 0,
      inputTokens: 0,
      outputTokens: 0,
      costUsd: 0,
    }
    expect(await costs.get('chat-1')).toMatchObject({
      definition: 'chat',
      costUsd: 0.3,
      sources: {
        model: {
          ...none,
          attempts: 2,
          failures: 1,
          done: 1,
          ms: 500,
          timed: 1,
          inputTokens: 30,
          outputTokens: 5,
          costUsd: 0.3,
        },
        tool: { ...none, attempts: 2, failures: 1, failed: 1, done: 1, ms: 500, timed: 2 },
        pay: { ...none, doubts: 1 },
      },
    })
  })

  test('PRJ-33 the time in each state is that between its records, as often as an agent was there', async () => {
    const place = await appendPast(log, 'chat-1', [
      ['refold.started', 1_000, { input: null }, { active: ['a', 'x'], status: 'active' }],
      ['note', 1_100, {}],
      ['go', 1_200, {}, { active: ['b', 'x'] }],
      ['go', 1_700, {}, { active: ['a', 'x'] }],
      ['end', 2_000, {}, { active: ['end'], status: 'done' }],
      ['refold.message.acknowledged', 5_000, {}],
    ])
    const times = await runtime.project(timeInStateProjection({ agents: [chat] }))
    await times.at(place)
    expect(await times.get('chat-1')).toEqual({
      definition: 'chat',
      id: '1',
      status: 'done',
      startedAt: 1_000,
      endedAt: 2_000,
      active: [],
      since: 2_000,
      ms: { a: 500, b: 500, x: 1_000 },
    })
  })
})
