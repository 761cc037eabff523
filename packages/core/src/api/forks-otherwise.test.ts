/** Forks that decide otherwise: another event, another outcome, another input, another version. */
import { describe, expect, test } from 'vitest'
import { bodies, ordered, orderAgent, scene, stateOf } from './forked-agent.fixture.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, typesOf } from './process.fixture.js'

describe('a fork that is told something first', () => {
  test('FRK-10 another event is decided in its append, by whom it is told, and acts when it is resumed', async () => {
    const on = await scene()
    await ordered(on, 'go')
    on.bodies.draft.last.resolve('a draft')
    await settle()
    const agent = await on.runtime.attach(on.order, '1')
    await agent.send({ type: 'approve' } as never)
    const fork = await on.runtime.fork(on.order, '1', { as: '2', at: 2, event: { type: 'reject' } as never, by: 'ana' })
    expect(agent.getSnapshot().value).toBe('approved')
    expect(fork.getSnapshot().value).toBe('rejected')
    expect(fork.getSnapshot().context.result).toBe('a draft')
    expect(on.store.appends.filter(({ stream }) => stream === 'order-2')).toHaveLength(1)
    const [, second] = await eventsOf(on.log, 'order-2')
    expect(second).toMatchObject({ type: 'reject', metadata: { refold: { by: 'ana', input: { withStart: true } } } })
    expect(on.bodies.draft.runs).toHaveLength(1)
  })

  test.each([
    { what: 'does not take now', event: { type: 'approve' }, code: 'EVENT_NOT_ACCEPTED' },
    { what: 'does not know', event: { type: 'unknown' }, code: 'INVALID_EVENT' },
  ])('FRK-10 an event that it $what is refused, and there is no fork', async ({ event, code }) => {
    const on = await scene()
    await ordered(on, 'note')
    await expect(on.runtime.fork(on.order, '1', { as: '2', event: event as never })).rejects.toMatchObject({ code })
    await expect(on.runtime.planFork(on.order, '1', { as: '2', event: event as never })).rejects.toMatchObject({ code })
    expect(await typesOf(on.log, 'order-2')).toEqual([])
    await on.runtime.fork(on.order, '1', { as: '2' })
    expect(await typesOf(on.log, 'order-2')).toEqual(['refold.forked'])
  })

  test('FRK-10 another outcome is taken in place of what its origin got, and no body runs for it', async () => {
    const on = await scene()
    await ordered(on, 'go')
    on.bodies.draft.last.resolve('as it was')
    await settle()
    const [well, badly] = [
      await on.runtime.fork(on.order, '1', {
        as: '2',
        at: 1,
        outcome: { effect: 'draft', complete: 'otherwise' },
        by: 'ana',
      }),
      await on.runtime.fork(on.order, '1', { as: '3', at: 1, outcome: { effect: 'draft', fail: new Error('no') } }),
    ]
    expect(well.getSnapshot()).toMatchObject({ value: 'decided', context: { result: 'otherwise' } })
    expect(badly.getSnapshot().value).toBe('failed')
    expect(await typesOf(on.log, 'order-2')).toEqual(['refold.forked', 'refold.effect.done'])
    for (const fork of [well, badly]) await fork.resume()
    await on.time.advance(1_000)
    expect(on.bodies.draft.runs).toHaveLength(1)
  })

  test('FRK-10 the outcome of a payment is taken as any other', async () => {
    const on = await scene()
    await ordered(on, 'pay')
    const fork = await on.runtime.fork(on.order, '1', { as: '2', outcome: { effect: 'charge', complete: 'refused' } })
    expect(fork.getSnapshot()).toMatchObject({ value: 'decided', effects: [] })
    await fork.resume()
    await on.time.advance(1_000)
    expect(on.bodies.charge.runs).toHaveLength(1)
  })

  test('FRK-10 an outcome says of which effect, exactly one thing', async () => {
    const on = await scene()
    const agent = await ordered(on, 'go')
    await agent.send({ type: 'add', id: 'more' } as never)
    for (const outcome of [
      { effect: 'charge', complete: 1 },
      { effect: 'draft', complete: 1 },
      { effect: '1.0' },
      { effect: '1.0', complete: 1, fail: 'x' },
      { effect: 7, complete: 1 },
    ])
      await expect(on.runtime.fork(on.order, '1', { as: '2', outcome: outcome as never })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
    expect(await typesOf(on.log, 'order-2')).toEqual([])
  })

  test('FRK-11 another input starts it from the beginning, and nothing of its origin is in it but the link', async () => {
    const on = await scene()
    await ordered(on, 'note', 'go')
    const fork = await on.runtime.fork(on.order, '1', { as: '2', input: { job: 'second' } })
    expect(fork.getSnapshot()).toMatchObject({
      value: 'waiting',
      context: { job: 'second', notes: [] },
      condition: 'paused',
    })
    const [record] = await eventsOf(on.log, 'order-2')
    expect(record).toMatchObject({
      type: 'refold.forked',
      data: { from: { name: 'order', id: '1' }, revision: 0, input: { job: 'second' } },
    })
    expect((await stateOf(on.log, 'order-2')).agent.forked).toEqual({ from: 'order-1', revision: 0, records: 0 })
    const plan = await on.runtime.planFork(on.order, '1', { as: '3', input: { job: 'third' } })
    expect(plan).toMatchObject({ reused: { effects: 0 }, timers: [], active: ['waiting'] })
  })

  test.each([
    [{ event: { type: 'go' }, input: {} }, 'event, input'],
    [{ at: 3, input: {} }, 'at'],
    [{ timers: 'drop', input: {} }, 'timers'],
    [{ timers: 'never' }, 'timers'],
    [{ keys: 'old' }, 'keys'],
    [{ run: 'charge' }, 'run'],
    [{ run: ['charge'] }, 'run'],
    [{ at: 'yesterday' }, ''],
    [{ at: -1 }, ''],
    [{ tiemrs: 'drop' }, 'tiemrs'],
    [{ patch: {} }, 'patch'],
    [{ patch: [{ op: 'add', path: '/root/context/job', value: new Map() }] }, 'patch'],
    [{ outcome: { effect: 'draft', complete: Number.NaN } }, 'outcome.complete'],
    [{ patch: [{ op: 'replace', path: '/agent/id', value: 'x' }] }, '/agent/id'],
  ])('FRK-12 %j is refused, and there is no fork', async (options, path) => {
    const on = await scene()
    await ordered(on, 'note')
    const refusal = {
      code: 'at' in options && options.at === -1 ? 'NOT_FOUND' : 'INVALID_INPUT',
      ...(path === '' ? {} : { facts: { path } }),
    }
    await expect(on.runtime.fork(on.order, '1', { as: '2', ...(options as object) })).rejects.toMatchObject(refusal)
    expect(await typesOf(on.log, 'order-2')).toEqual([])
  })
})

describe('a fork at another version', () => {
  test('FRK-13 goes on under it where its chart has a place for all; else NEEDS_MIGRATION, and there is no fork', async () => {
    const all = bodies()
    const judged = orderAgent(all, { version: 2, decided: 'judged' })
    const on = await scene({ all })
    await ordered(on, 'go')
    on.bodies.draft.last.resolve('a draft')
    await settle()
    const later = await on.another({ agents: [on.order, judged], worker: false })
    const early = await later.runtime.fork(judged, '1', { as: '2', at: 1, outcome: { effect: 'draft', complete: 'x' } })
    expect(early.getSnapshot().value).toBe('judged')
    const [record] = await eventsOf(on.log, 'order-2')
    expect(record?.data).toMatchObject({ version: 1 })
    await expect(later.runtime.fork(judged, '1', { as: '3', at: 2 })).rejects.toMatchObject({ code: 'NEEDS_MIGRATION' })
    expect(await typesOf(on.log, 'order-3')).toEqual([])
    const patch = [{ op: 'replace', path: '/root/value', value: 'judged' }] as const
    const patched = await later.runtime.fork(judged, '1', { as: '3', at: 2, patch })
    expect(patched.getSnapshot()).toMatchObject({ value: 'judged', context: { result: 'a draft' } })
    expect((await later.runtime.attach(on.order, '1')).getSnapshot().value).toBe('decided')
    expect((await later.runtime.planFork(judged, '1', { as: '4', at: 2, patch })).versionBefore).toBe(1)
  })

  test('FRK-13 a patch changes what it was, under its own version too', async () => {
    const on = await scene()
    await ordered(on, 'note')
    const patch = [{ op: 'replace', path: '/root/context/job', value: 'patched' }] as const
    const fork = await on.runtime.fork(on.order, '1', { as: '2', patch })
    expect(fork.getSnapshot().context.job).toBe('patched')
    await fork.send({ type: 'go' } as never)
    await fork.resume()
    await on.time.advance(0)
    expect(on.bodies.draft.last.args.input).toEqual({ job: 'patched' })
  })

  test('FRK-13 a state that the patch reaches begins what it asks for, with ids and keys of the fork', async () => {
    const on = await scene()
    await ordered(on, 'note')
    const patch = [{ op: 'replace', path: '/root/value', value: 'working' }] as const
    const plan = await on.runtime.planFork(on.order, '1', { as: '2', patch })
    expect(plan.effects).toMatchObject([{ src: 'draft', fate: 'runs', key: 'own' }])
    const fork = await on.runtime.fork(on.order, '1', { as: '2', patch })
    expect(Object.keys((await stateOf(on.log, 'order-2')).effects)).toEqual(['2.0'])
    await fork.resume()
    await on.time.advance(0)
    expect(on.bodies.draft.runs).toHaveLength(1)
  })

  test('FRK-13 a version that is not registered is UNKNOWN_DEFINITION', async () => {
    const on = await scene()
    await ordered(on)
    const other = orderAgent(on.bodies, { version: 9 })
    await expect(on.runtime.fork(other, '1', { as: '2' })).rejects.toMatchObject({ code: 'UNKNOWN_DEFINITION' })
  })
})
