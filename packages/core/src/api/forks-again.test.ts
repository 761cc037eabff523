/** The same fork again, forks of what cannot go on, and forks while the store fails. */
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { createClient } from './create-client.js'
import { createRuntime } from './create-runtime.js'
import { ordered, scene, stateOf } from './forked-agent.fixture.js'
import { settle } from './manual-time.fixture.js'
import { eventsOf, outcomeOf, typesOf } from './process.fixture.js'

describe('the same fork again', () => {
  test('FRK-14 is the same fork, also when its origin has gone on, and when the fork has', async () => {
    const on = await scene()
    const agent = await ordered(on, 'note')
    const request = { as: '2', event: { type: 'note', text: 'otherwise' } as never }
    const first = await on.runtime.fork(on.order, '1', request)
    await agent.send({ type: 'note', text: 'more' } as never)
    await first.send({ type: 'go' } as never)
    const again = await on.runtime.fork(on.order, '1', { ...request, timers: 'shift', by: 'bob' })
    expect(again.getSnapshot().context.notes).toEqual(['a note that is long enough to be copied', 'otherwise'])
    expect(await typesOf(on.log, 'order-2')).toEqual(expect.arrayContaining(['refold.forked', 'note', 'go']))
    expect((await typesOf(on.log, 'order-2')).filter((type) => type === 'note')).toHaveLength(1)
    await agent.cancel()
    expect(await on.runtime.planFork(on.order, '1', request)).toMatchObject({ isThere: true, revision: 1 })
    expect((await on.runtime.fork(on.order, '1', request)).id).toBe('2')
  })

  test('FRK-14 two at once are one', async () => {
    const on = await scene()
    await ordered(on, 'go')
    const other = await on.another({ worker: false })
    const forks = await Promise.all([on, other, on].map(({ runtime }) => runtime.fork(on.order, '1', { as: '2' })))
    expect(forks.map(({ id }) => id)).toEqual(['2', '2', '2'])
    expect((await typesOf(on.log, 'order-2')).filter((type) => type === 'refold.forked')).toHaveLength(1)
  })

  test.each([
    { at: 0 },
    { timers: 'drop' },
    { keys: 'keep' },
    { event: { type: 'go' } },
    { at: undefined, input: { job: 'x' } },
    { patch: [{ op: 'replace', path: '/root/context/job', value: 'x' }] },
  ] as const)('FRK-14 another request, %j, under the same id is ID_REUSED', async (other) => {
    const on = await scene()
    await ordered(on, 'note')
    await on.runtime.fork(on.order, '1', { as: '2', at: 1 })
    for (const asked of [
      on.runtime.fork(on.order, '1', { as: '2', at: 1, ...(other as object) }),
      on.runtime.planFork(on.order, '1', { as: '2', at: 1, ...(other as object) }),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'ID_REUSED' })
    expect(await typesOf(on.log, 'order-2')).toEqual(['refold.forked'])
  })

  test('FRK-14 the id of an agent is no fork, and that of a fork is no start', async () => {
    const on = await scene()
    await ordered(on, 'note')
    await on.runtime.fork(on.order, '1', { as: '2' })
    for (const asked of [
      on.runtime.fork(on.order, '1', { as: '1' }),
      on.runtime.fork(on.order, '2', { as: '1' }),
      on.runtime.start(on.order, { id: '2' }),
      on.runtime.start(on.order, { id: '2', event: { type: 'go' } as never }),
    ])
      await expect(asked).rejects.toMatchObject({ code: 'ID_REUSED' })
    await expect(on.runtime.fork(on.order, '1', { as: 'no good' })).rejects.toMatchObject({ code: 'INVALID_ID' })
  })
})

describe('an agent that cannot go on', () => {
  test('FRK-16 that has ended can be forked before its end, and at its end it is NOT_ACTIVE', async () => {
    const on = await scene()
    const agent = await ordered(on, 'go')
    on.bodies.draft.last.resolve('x')
    await settle()
    await agent.send({ type: 'approve' } as never)
    await expect(on.runtime.fork(on.order, '1', { as: '2' })).rejects.toMatchObject({
      code: 'NOT_ACTIVE',
      facts: { status: 'done', revision: 3n },
    })
    expect((await on.runtime.fork(on.order, '1', { as: '2', at: 2 })).getSnapshot().value).toBe('decided')
    expect((await on.runtime.fork(on.order, '1', { as: '3', input: { job: 'y' } })).getSnapshot().value).toBe('waiting')
  })

  test('FRK-16 that is not there, or has no such record, is NOT_FOUND', async () => {
    const on = await scene()
    await ordered(on)
    await expect(on.runtime.fork(on.order, '9', { as: '2' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    for (const at of [7, { at: 5 }])
      await expect(on.runtime.fork(on.order, '1', { as: '2', at })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  const flawed = (isFlawed: { yes: boolean }) =>
    defineAgent({
      name: 'flawed',
      version: 1,
      events: { note: z.object({ text: z.string() }) },
      machine: setup({
        actors: { work: effect(async () => 'paid for') },
        types: { context: {} as { said: string; notes: number } },
      }).createMachine({
        context: { said: '', notes: 0 },
        initial: 'working',
        on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
        states: {
          working: {
            invoke: {
              src: 'work',
              onDone: {
                target: 'done',
                actions: assign({
                  said: ({ event }) => {
                    if (isFlawed.yes) throw new Error('the bug')
                    return event.output
                  },
                }),
              },
            },
          },
          done: {},
        },
      }),
    })

  test('FRK-9 a blocked one is blocked in its fork too, with what waits, which is decided there by a retry of its own', async () => {
    const isFlawed = { yes: true }
    const agent = flawed(isFlawed)
    const log = memoryLog()
    await using runtime = await createRuntime({ store: memoryStore(log), agents: [agent], onReport: () => {} })
    const origin = await runtime.start(agent, { id: '1' })
    await origin.waitFor(({ condition }) => condition === 'blocked', { whenBlocked: 'wait' })
    await origin.send({ type: 'note', text: 'x' } as never, { id: 'n', whenBlocked: 'keep' })
    const fork = await runtime.fork(agent, '1', { as: '2' })
    expect(fork.getSnapshot().condition).toBe('blocked')
    expect((await stateOf(log, 'flawed-2')).agent.waiting?.map(({ revision }) => revision)).toEqual([-2, -1])
    isFlawed.yes = false
    await fork.retry()
    await fork.resume()
    const state = await fork.waitFor((now) => now.context.notes === 1)
    expect(state.context).toEqual({ said: 'paid for', notes: 1 })
    expect(origin.getSnapshot().condition).toBe('blocked')
    const retried = (await eventsOf(log, 'flawed-2')).filter(({ type }) => type === 'refold.retried')
    expect(retried.map(({ data }) => data)).toEqual([{ revision: -2 }, { revision: -1 }])
    // An id of the origin is free in its fork.
    await fork.send({ type: 'note', text: 'x' } as never, { id: 'n' })
    expect(fork.getSnapshot().context.notes).toBe(2)
  })
})

describe('while the store fails', () => {
  test.each(['lost', 'stored'] as const)(
    'FRK-15 an unknown answer, in truth %s, makes one whole fork',
    async (fault) => {
      const on = await scene()
      await ordered(on, 'go')
      on.store.faults.push(fault, fault)
      const forking = on.runtime.fork(on.order, '1', { as: '2', outcome: { effect: 'draft', complete: 'x' } })
      await on.time.advance(5_000)
      expect((await forking).getSnapshot().value).toBe('decided')
      expect(await typesOf(on.log, 'order-2')).toEqual(['refold.forked', 'refold.effect.done'])
    },
  )

  test('FRK-15 a rejected append makes none, and the same request does', async () => {
    const on = await scene()
    await ordered(on, 'go')
    on.store.faults.push('rejected')
    const request = { as: '2', event: { type: 'note', text: 'y' } as never }
    await expect(on.runtime.fork(on.order, '1', request)).rejects.toMatchObject({ code: 'STORE_REJECTED' })
    expect(await typesOf(on.log, 'order-2')).toEqual([])
    await on.runtime.fork(on.order, '1', request)
    expect(await typesOf(on.log, 'order-2')).toEqual(['refold.forked', 'note'])
  })

  test('FRK-15 a state that is too large for the store is TOO_LARGE, and makes none', async () => {
    const on = await scene({ maxAppendBytes: 3_000 })
    const agent = await ordered(on)
    for (let times = 0; times < 4; times++) await agent.send({ type: 'note', text: `${times}`.repeat(1_000) } as never)
    await expect(on.runtime.fork(on.order, '1', { as: '2' })).rejects.toMatchObject({ code: 'TOO_LARGE' })
    expect(await typesOf(on.log, 'order-2')).toEqual([])
    const earlier = on.runtime.fork(on.order, '1', { as: '2', at: 1 })
    expect(await outcomeOf(earlier.then(({ id }) => id))).toEqual({ value: '2' })
  })

  test('FRK-17 a client plans and forks as a runtime does, and a plan writes nothing', async () => {
    const on = await scene()
    await ordered(on, 'go')
    const before = on.store.appends.length
    await using client = await createClient({ store: memoryStore(on.log), agents: [on.order] })
    const plan = await client.planFork(on.order, '1', { as: '2' })
    expect(plan).toMatchObject({
      fork: { name: 'order', id: '2' },
      revision: 1,
      isThere: false,
      condition: 'paused',
      active: ['working'],
    })
    expect(await typesOf(on.log, 'order-2')).toEqual([])
    expect(on.store.appends).toHaveLength(before)
    const fork = await client.fork(on.order, '1', { as: '2' })
    const state = await stateOf(on.log, 'order-2')
    expect(Object.keys(state.effects)).toEqual(plan.effects.map(({ effect: id }) => id))
    expect(fork.getSnapshot().condition).toBe(plan.condition)
  })
})
