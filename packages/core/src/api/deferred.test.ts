/** Events that come before a state takes them: kept, and decided when one does. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { approve, letter, opened, started, types } from './letter-agent.fixture.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, outliveLease, startProcess, typesOf } from './process.fixture.js'

describe('SND-23 an event that comes early', () => {
  test('SND-23 is kept by a record of its own, and send resolves; others are refused as ever', async () => {
    const { log, agent } = await started()
    const kept = await agent.send(approve('ana'), { id: 'a' })
    expect(kept).toMatchObject({ value: 'draft', context: { by: [] }, revision: 1n })
    const [, record] = await eventsOf(log, 'letter-1')
    expect(record).toMatchObject({ type: 'approve', data: { by: 'ana' } })
    expect(record?.metadata).toMatchObject({ refold: { input: { kind: 'event', dedupId: 'a', deferred: true } } })
    await agent.send(approve('ana'), { id: 'a' })
    expect(await types(log)).toEqual(['refold.started', 'approve'])
    await expect(agent.send(approve('bo'), { id: 'a' })).rejects.toMatchObject({ code: 'ID_REUSED' })
    await expect(agent.send({ type: 'picked' })).resolves.toMatchObject({ value: 'picking' })
    await expect(agent.send({ type: 'ask' })).rejects.toMatchObject({ code: 'EVENT_NOT_ACCEPTED' })
    await expect(agent.send({ type: 'approve', by: 7 } as never)).rejects.toMatchObject({ code: 'INVALID_EVENT' })
  })

  test('SND-23 comes with the start too', async () => {
    const { log, runtime } = await opened()
    const agent = await runtime.start(letter, { id: '1', event: approve('ana') })
    expect(agent.getSnapshot()).toMatchObject({ value: 'draft', deferred: [{ type: 'approve', revision: 1n }] })
    await agent.send({ type: 'ask' })
    expect(agent.getSnapshot().value).toBe('approved')
    expect(await types(log)).toEqual(['refold.started', 'approve', 'ask', 'refold.recalled'])
  })
})

describe('SND-24 a kept event', () => {
  test('SND-24 a state drops it by a transition without a target that has an action', async () => {
    const machine = setup({ types: { events: {} as { type: 'go' } | { type: 'early' } } }).createMachine({
      initial: 'a',
      states: {
        a: { on: { go: 'b' } },
        b: { on: { early: { actions: () => {} }, go: 'c' } },
        c: { on: { early: 'a' } },
      },
    })
    const events = { go: z.object({}), early: { schema: z.object({}), defer: true } }
    const dropping = defineAgent({ name: 'letter', version: 1, machine, events })
    const log = memoryLog()
    const { runtime, reports } = await startProcess({ log, agents: [dropping] })
    const agent = await runtime.start(dropping, { id: '1', event: { type: 'early' } })
    await agent.send({ type: 'go' })
    expect(agent.getSnapshot()).toMatchObject({ value: 'b', deferred: [] })
    expect(reports).toEqual([])
  })

  test('SND-24 is decided in the append of the step that makes it welcome, by a record of its own', async () => {
    const { log, agent, store } = await started()
    await agent.send(approve('ana'))
    expect(await agent.send({ type: 'ask' })).toMatchObject({ value: 'review', revision: 2n })
    expect(agent.getSnapshot()).toMatchObject({ value: 'approved', context: { by: ['ana'] }, deferred: [] })
    expect(store.appends.filter(({ stream }) => stream === 'letter-1').at(-1)?.types).toEqual([
      'ask',
      'refold.recalled',
    ])
    expect((await eventsOf(log, 'letter-1')).at(-1)).toMatchObject({ data: { event: 'approve', revision: 1 } })
  })

  test('SND-24 is decided after a timer, and before what came later', async () => {
    const { log, time, agent } = await started()
    await agent.send({ type: 'stamp', by: 'post' })
    await agent.send(approve('ana'))
    await time.advance(60_000)
    await settle()
    expect((await agent.done()).context.by).toEqual(['ana', 'post'])
    expect((await types(log)).slice(3)).toEqual([
      'refold.timer.fired',
      'refold.recalled',
      'refold.recalled',
      'refold.effect.done',
    ])
  })

  test('SND-24 goes before an event that was queued later: the newer one finds what it left', async () => {
    const { agent } = await started()
    await agent.send(approve('ana'))
    const [asked, late] = await Promise.all([agent.send({ type: 'ask' }), agent.send(approve('bo'))])
    expect([asked.value, late.value]).toEqual(['review', 'approved'])
    expect(agent.getSnapshot()).toMatchObject({ context: { by: ['ana'] }, deferred: [{ type: 'approve' }] })
  })

  test('SND-24 of several the first that the state takes is the next, and then all again from the oldest', async () => {
    const { log, agent } = await started()
    for (const n of [3, 1, 2]) await agent.send({ type: 'pick', n })
    await agent.send({ type: 'picked' })
    expect(agent.getSnapshot()).toMatchObject({ context: { next: 4 }, deferred: [] })
    const recalled = (await eventsOf(log, 'letter-1')).filter(({ type }) => type === 'refold.recalled')
    expect(recalled.map(({ data }) => data)).toEqual([2, 3, 1].map((revision) => ({ event: 'pick', revision })))
  })

  test.each(['lost', 'stored'] as const)(
    'SND-24 an append whose answer is %s, and a death: the next process finds the same',
    async (fault) => {
      const { log, time, agent, store, die } = await started()
      await agent.send(approve('ana'))
      store.faults.push(fault, { until: new Promise(() => {}) })
      agent.send({ type: 'ask' }, { id: 'ask' }).catch(() => undefined)
      await settle()
      die()
      const next = await opened({ log, time })
      await outliveLease(time)
      const again = await next.runtime.attach(letter, '1')
      await again.send({ type: 'ask' }, { id: 'ask' })
      expect(again.getSnapshot()).toMatchObject({ value: 'approved', context: { by: ['ana'] }, deferred: [] })
      expect(await types(log)).toEqual(['refold.started', 'approve', 'ask', 'refold.recalled'])
    },
  )

  test('SND-24 two processes that send at once find one order', async () => {
    const { log, time, agent } = await started()
    const there = await (await opened({ log, time })).runtime.attach(letter, '1')
    await Promise.all([agent.send(approve('ana')), there.send(approve('bo')), there.send({ type: 'ask' })])
    await Promise.all([agent.legalEvents(), there.legalEvents()])
    expect(agent.getSnapshot().value).toBe('approved')
    expect(agent.getSnapshot().toSnapshot().context).toEqual(there.getSnapshot().context)
    expect(agent.getSnapshot().deferred).toHaveLength(1)
  })
})

test('REC-4 a kept event is copied by the record that decides it, and stored once', async () => {
  const { log, agent } = await started()
  for (const who of ['a', 'b']) await agent.send(approve(who.repeat(400)))
  await agent.send({ type: 'ask' })
  const recalled = (await eventsOf(log, 'letter-1')).find(({ type }) => type === 'refold.recalled')
  expect(recalled?.metadata).toMatchObject({
    refold: {
      body: {
        patch: [
          { op: 'copy', from: '/state/agent/deferred/0/input/event/by', path: '/state/root/context/by/-' },
          { op: 'replace', path: '/state/root/value' },
          { op: 'remove', path: '/state/agent/deferred/0' },
        ],
      },
    },
  })
})

describe('SND-25 the bound', () => {
  test('SND-25 one more than 100 is refused with QUEUE_FULL, and there is room again when some were taken', async () => {
    const { log, agent } = await started()
    for (let n = 0; n < 100; n++) await agent.send({ type: 'pick', n: n + 1 })
    await expect(agent.send({ type: 'pick', n: 101 })).rejects.toMatchObject({
      code: 'QUEUE_FULL',
      facts: { deferred: 100, limit: 100 },
    })
    expect(await types(log)).toHaveLength(101)
    await agent.send({ type: 'picked' })
    expect(agent.getSnapshot()).toMatchObject({ context: { next: 101 }, deferred: [] })
  })

  test('SND-24 what is too large for one append together is decided by several', async () => {
    const log = memoryLog()
    const { runtime, store } = await startProcess({ log, agents: [growing], maxAppendBytes: 4_000 })
    const agent = await runtime.start(growing, { id: '1' })
    for (const _time of [1, 2, 3]) await agent.send({ type: 'early' })
    expect(await agent.send({ type: 'go' })).toMatchObject({ value: 'b' })
    await agent.waitFor(({ deferred }) => deferred.length === 0)
    expect(agent.getSnapshot().context.texts).toHaveLength(3)
    expect(await typesOf(log, 'growing-1')).toEqual([
      'refold.started',
      ...Array<string>(3).fill('early'),
      'go',
      ...Array<string>(3).fill('refold.recalled'),
    ])
    expect(
      store.appends.some(({ types: all }) => all.join() === 'go,refold.recalled,refold.recalled,refold.recalled'),
    ).toBe(true)
  })
})

/** Each `early` adds 2,000 characters of its own. */
const growing = defineAgent({
  name: 'growing',
  version: 1,
  machine: setup({
    types: { context: {} as { texts: string[] }, events: {} as { type: 'go' } | { type: 'early' } },
  }).createMachine({
    context: { texts: [] },
    initial: 'a',
    states: {
      a: { on: { go: 'b' } },
      b: {
        on: {
          early: {
            actions: assign({ texts: ({ context }) => [...context.texts, String(context.texts.length).repeat(2_000)] }),
          },
        },
      },
    },
  }),
  events: { go: z.object({}), early: { schema: z.object({}), defer: true } },
})

describe('SND-26 what is kept', () => {
  test('SND-26 is listed with type, time and revision; can and legalEvents tell what is taken now', async () => {
    const { clock, agent } = await started()
    const since = clock.now()
    const kept = await agent.send(approve('ana'))
    expect(kept.deferred).toEqual([{ type: 'approve', since, revision: 1n }])
    expect([await agent.can(approve('bo')), kept.can(approve('bo')), kept.can({ type: 'ask' })]).toEqual([
      false,
      false,
      true,
    ])
    expect((await agent.legalEvents()).map(({ type }) => type)).toEqual(['withdraw', 'ask', 'picked'])
    expect((await agent.stateAt(kept.revision)).deferred).toHaveLength(1)
    expect(JSON.parse(JSON.stringify(kept))).toMatchObject({ deferred: [{ type: 'approve', revision: '1' }] })
  })

  test('SND-26 readers of the records see that an event was kept, and when it was decided', async () => {
    const { agent } = await started()
    const seen: unknown[] = []
    agent.events$.subscribe(({ type, deferred }) => seen.push([type, deferred]))
    await agent.send(approve('ana'))
    await agent.send({ type: 'ask' })
    await settle()
    expect(seen).toEqual([
      ['approve', true],
      ['ask', undefined],
      ['refold.recalled', undefined],
    ])
  })
})
