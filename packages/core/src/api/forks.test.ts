/** Forks: what they take over, what they leave, and what is done when they go on. */
import { setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { defineAgent } from '../definition/define-agent.js'
import { headerOf } from '../record/header.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { ordered, PATIENCE_MS, peer, scene, stateOf } from './forked-agent.fixture.js'
import { eventsOf, startProcess, typesOf } from './process.fixture.js'

describe('a fork', () => {
  test('FRK-1 FRK-25 is one record in a stream of its own, which names its origin and has its state; its origin gets none', async () => {
    const on = await scene()
    await ordered(on, 'note', 'go')
    const before = await eventsOf(on.log, 'order-1')
    const fork = await on.runtime.fork(on.order, '1', { as: '2', at: 1, by: 'ana', reason: 'what if' })
    const [record, ...others] = await eventsOf(on.log, 'order-2')
    expect(others).toEqual([])
    expect(record?.type).toBe('refold.forked')
    const link = { from: { name: 'order', id: '1' }, revision: 1, records: 2 }
    expect(record?.data).toEqual({ ...link, keys: 'new', timers: 'shift' })
    expect(record?.metadata).toMatchObject({ $causationId: before[1]?.id, refold: { by: 'ana', reason: 'what if' } })
    expect(await eventsOf(on.log, 'order-1')).toEqual(before)
    const { context, value } = fork.getSnapshot()
    expect(context.notes).toEqual(['a note that is long enough to be copied'])
    expect(value).toBe('waiting')
    expect((await stateOf(on.log, 'order-2')).root).toEqual((await stateOf(on.log, 'order-1', 1)).root)
  })

  test('FRK-2 emits nothing again, sends no message of its origin, and tells its end to no parent of it', async () => {
    const on = await scene()
    const other = await on.runtime.start(peer, { id: '1' })
    await ordered(on, 'note', 'tell', 'delegate')
    await on.time.advance(100)
    expect(other.getSnapshot().context.texts).toEqual(['hello'])
    // At revision 2 the message is on its way.
    const fork = await on.runtime.fork(on.order, '1', { as: '2', at: 2 })
    const state = await stateOf(on.log, 'order-2')
    expect(state.outbox).toBeUndefined()
    expect(state.inbox).toBeUndefined()
    expect(state.detachedChildren).toBeUndefined()
    const [record] = await eventsOf(on.log, 'order-2')
    expect(headerOf(record?.metadata)?.body.emit).toBeUndefined()
    await fork.resume()
    await on.time.advance(1_000)
    expect(other.getSnapshot().context.texts).toEqual(['hello'])
    const plan = await on.runtime.planFork(on.order, '1', { as: '3' })
    expect(plan.left.children).toEqual([{ name: 'helper', id: 'h' }])
    await on.runtime.fork(on.order, '1', { as: '3' })
    expect((await stateOf(on.log, 'order-3')).detachedChildren).toBeUndefined()
  })

  test('FRK-3 begins paused and without an owner: nothing runs and no timer fires before it is resumed', async () => {
    const on = await scene()
    await ordered(on, 'go')
    const fork = await on.runtime.fork(on.order, '1', { as: '2', by: 'ana' })
    await on.time.advance(2 * PATIENCE_MS)
    expect(on.bodies.draft.runs).toHaveLength(1)
    const { condition, paused, value } = fork.getSnapshot()
    expect({ condition, by: paused?.by, value }).toEqual({ condition: 'paused', by: 'ana', value: 'working' })
    expect((await stateOf(on.log, 'order-2')).agent.owner).toBeUndefined()
    expect(await typesOf(on.log, 'order-2')).toEqual(['refold.forked'])
    await fork.resume()
    await on.time.advance(0)
    expect(await typesOf(on.log, 'order-2')).toContain('refold.timer.fired')
  })

  test('FRK-53 records the attempts of what it took over when they begin, as after a takeover', async () => {
    const on = await scene()
    await ordered(on, 'go')
    const begun = async (id: string) =>
      (await typesOf(on.log, `order-${id}`)).filter((type) => type === 'refold.effect.started')
    const atOrigin = await begun('1')
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    await fork.resume()
    await on.time.advance(0)
    expect(on.bodies.draft.runs).toHaveLength(2)
    expect([atOrigin.length, (await begun('2')).length]).toEqual([0, 1])
  })

  test('FRK-3 of a definition that a hold holds stays paused when the hold is lifted', async () => {
    const on = await scene()
    await ordered(on)
    await on.runtime.pause({ definition: 'order' })
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    await on.runtime.resume({ definition: 'order' })
    await on.time.advance(0)
    expect(fork.getSnapshot().condition).toBe('paused')
  })
})

describe('effects that were pending', () => {
  test('FRK-4 run again when it is resumed, each with a key that no other effect has', async () => {
    const on = await scene()
    const agent = await ordered(on, 'go')
    await agent.send({ type: 'add', id: 'one' } as never)
    await agent.send({ type: 'add', id: 'two' } as never)
    await settle()
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    const again = await on.runtime.fork(on.order, '2', { as: '3' })
    for (const one of [fork, again]) await one.resume()
    await on.time.advance(0)
    const keys = on.bodies.draft.runs.map(({ args }) => args.key)
    expect(keys).toHaveLength(9)
    expect(new Set(keys).size).toBe(9)
  })

  test('FRK-4 run again with the key of the origin where that is asked for, also of a fork of a fork', async () => {
    const on = await scene()
    await ordered(on, 'go')
    for (const [from, as, keys] of [
      ['1', '2', 'keep'],
      ['1', '3', 'new'],
      ['3', '4', 'keep'],
    ] as const)
      await (await on.runtime.fork(on.order, from, { as, keys })).resume()
    await on.time.advance(0)
    const [origin, kept, fresh, keptAgain] = on.bodies.draft.runs.map(({ args }) => args.key)
    expect(kept).toBe(origin)
    expect(fresh).not.toBe(origin)
    expect(keptAgain).toBe(fresh)
  })

  test('FRK-4 a reconcilable one is asked after with the kept key, and simply runs with a new one', async () => {
    const on = await scene()
    await ordered(on, 'send')
    expect(on.bodies.ship.runs).toHaveLength(1)
    const [run] = on.bodies.ship.runs
    const plans = await Promise.all(
      (['keep', 'new'] as const).map((keys) => on.runtime.planFork(on.order, '1', { as: 'p', keys })),
    )
    expect(plans.map(({ effects }) => effects.map(({ fate, key }) => [fate, key]))).toEqual([
      [['asks', 'kept']],
      [['runs', 'new']],
    ])
    const kept = await on.runtime.fork(on.order, '1', { as: '2', keys: 'keep' })
    await kept.resume()
    await on.time.advance(0)
    expect(on.bodies.asked).toEqual([run?.args.key])
    expect(kept.getSnapshot().context.result).toBe('it was shipped')
    expect(on.bodies.ship.runs).toHaveLength(1)
    await (await on.runtime.fork(on.order, '1', { as: '3' })).resume()
    await on.time.advance(0)
    expect(on.bodies.ship.runs).toHaveLength(2)
  })

  test.each(['new', 'keep'] as const)(
    'FRK-5 a payment is not made again until someone says so, with %s keys',
    async (keys) => {
      const on = await scene()
      await ordered(on, 'pay')
      expect(on.bodies.charge.runs).toHaveLength(1)
      const fork = await on.runtime.fork(on.order, '1', { as: '2', keys })
      await fork.resume()
      await on.time.advance(PATIENCE_MS)
      expect(on.bodies.charge.runs).toHaveLength(1)
      const [doubt] = (await fork.inDoubt()) as readonly { readonly effect: string; readonly src: string }[]
      expect(doubt).toMatchObject({ src: 'charge', inDoubt: { why: 'forked' } })
      await fork.resolve(doubt?.effect ?? '', { again: true, force: true, by: 'ana' })
      await on.time.advance(0)
      expect(on.bodies.charge.runs).toHaveLength(2)
      const [one, other] = on.bodies.charge.runs.map(({ args }) => args.key)
      expect(one === other).toBe(keys === 'keep')
    },
  )

  test('FRK-5 a payment that never began is not begun by its fork either, and `run` names one that is', async () => {
    const on = await scene({ worker: false })
    await ordered(on, 'pay')
    await on.runtime.fork(on.order, '1', { as: '2' })
    await on.runtime.fork(on.order, '1', { as: '3', run: ['charge'] })
    for (const id of ['2', '3']) await (await on.runtime.attach(on.order, id)).resume()
    await on.another()
    await on.time.advance(0)
    const inputs = on.bodies.charge.runs.map(({ args }) => args.key.split('.').length)
    expect(inputs.toSorted((one, other) => one - other)).toEqual([2, 3]) // the origin's, and that of order-3
  })

  test('FRK-5 a payment that someone completes goes on from that', async () => {
    const on = await scene()
    await ordered(on, 'pay')
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    const [doubt] = (await fork.inDoubt()) as readonly { readonly effect: string; readonly src: string }[]
    const state = await fork.resolve(doubt?.effect ?? '', { complete: 'paid by hand' })
    expect(state.context.result).toBe('paid by hand')
    on.bodies.charge.last.resolve('paid')
    await settle()
    expect((await on.runtime.attach(on.order, '1')).getSnapshot().context.result).toBe('paid')
    expect(state.value).toBe('decided')
  })

  test('FRK-2 a payment in flight that the chart had left stays with the origin', async () => {
    const on = await scene()
    await ordered(on, 'pay', 'leave')
    const plan = await on.runtime.planFork(on.order, '1', { as: '2' })
    expect(plan.left.abandoned).toMatchObject([{ src: 'charge' }])
    await on.runtime.fork(on.order, '1', { as: '2' })
    expect((await stateOf(on.log, 'order-2')).effects).toEqual({})
  })

  test('FRK-6 results of steps are reused, and attempts count again', async () => {
    const on = await scene()
    await ordered(on, 'go')
    await on.bodies.draft.last.args.step('look up', async () => 'found')
    on.bodies.draft.last.reject(new Error('overloaded'))
    await settle()
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    expect((await on.runtime.planFork(on.order, '1', { as: 'p' })).effects[0]).toMatchObject({ steps: 1, fate: 'runs' })
    on.die()
    const next = await on.another()
    await (await next.runtime.attach(on.order, '2')).resume()
    await on.time.advance(0)
    const run = on.bodies.draft.runs.find(({ args }) => args.key.split('.').length === 3)
    expect(run?.args.attempt).toBe(1)
    let calls = 0
    expect(await run?.args.step('look up', async () => String(calls++))).toBe('found')
    expect(calls).toBe(0)
    expect(fork.id).toBe('2')
  })
})

/** When manual time begins. */
const EPOCH = 1_700_000_000_000

describe('timers that were set', () => {
  test.each([
    { timers: 'shift', due: EPOCH + 40_000 + PATIENCE_MS },
    { timers: 'keep', due: EPOCH + PATIENCE_MS },
    { timers: 'drop', due: undefined },
  ] as const)('FRK-7 $timers', async ({ timers, due }) => {
    const on = await scene()
    await ordered(on)
    await on.time.advance(40_000)
    const plan = await on.runtime.planFork(on.order, '1', { as: '2', at: 0, timers })
    expect(plan.timers).toMatchObject([{ was: EPOCH + PATIENCE_MS, ...(due === undefined ? undefined : { due }) }])
    const fork = await on.runtime.fork(on.order, '1', { as: '2', at: 0, timers })
    const [timer] = Object.values((await stateOf(on.log, 'order-2')).timers)
    expect(timer?.due).toBe(due)
    await fork.resume()
    await on.time.advance(20_000)
    expect(fork.getSnapshot().value).toBe(timers === 'keep' ? 'late' : 'waiting')
    await on.time.advance(40_000)
    expect(fork.getSnapshot().value).toBe(timers === 'drop' ? 'waiting' : 'late')
  })

  test('FRK-7 the time that was left is counted by the clock that set it, also where that had jumped back', async () => {
    const [log, time] = [memoryLog(), new ManualTime()]
    const machine = setup({ types: { events: {} as { type: 'wait' } } }).createMachine({
      initial: 'idle',
      states: { idle: { on: { wait: 'waiting' } }, waiting: { after: { 60_000: 'late' } }, late: {} },
    })
    const waiter = defineAgent({ name: 'waiter', version: 1, machine })
    const { runtime, clock } = await startProcess({ log, time, agents: [waiter] })
    const agent = await runtime.start(waiter, { id: '1' })
    clock.skewMs -= 50_000
    await agent.send({ type: 'wait' })
    const fork = await runtime.fork(waiter, '1', { as: '2', timers: 'shift' })
    await fork.resume()
    await time.advance(59_000)
    expect(fork.getSnapshot().value).toBe('waiting')
    await time.advance(1_000)
    expect(fork.getSnapshot().value).toBe('late')
  })
})
