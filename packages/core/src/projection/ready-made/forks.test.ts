/** What the ready-made projections say of forks, whose first record is not a start. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ordered, scene, stateOf } from '../../api/forked-agent.fixture.js'
import type { Scene } from '../../api/forked-agent.fixture.js'
import { createRuntime } from '../../api/create-runtime.js'
import { settle } from '../../api/manual-time.fixture.js'
import { openHistory } from '../../history/open-history.js'
import type { Runtime } from '../../public/runtime.js'
import { memoryStore } from '../../store/memory-store.js'
import { effectCostsProjection } from './effect-costs.js'
import { inboxProjection } from './inbox.js'
import { quiet } from './past-records.fixture.js'
import { timeInStateProjection } from './time-in-state.js'

describe('of a fork', () => {
  let on: Scene
  let reader: Runtime
  beforeEach(async () => {
    on = await scene()
    reader = await createRuntime({ store: memoryStore(on.log), agents: [on.order], world: quiet, onReport: () => {} })
  })
  afterEach(() => reader.close())

  test('PRJ-40 the inbox has the effects that are in doubt from its first record on, until each is resolved', async () => {
    const inbox = await reader.project(inboxProjection({ agents: [on.order] }))
    await ordered(on, 'pay')
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    await inbox.at(fork)
    const [id = ''] = Object.keys((await stateOf(on.log, 'order-2')).effects)
    expect(await inbox.get('order-2')).toMatchObject({
      definition: 'order',
      id: '2',
      active: ['paying'],
      inDoubt: [{ effect: id, src: 'charge', why: 'forked', since: expect.any(Number) }],
    })
    await fork.resolve(id, { complete: 'paid' })
    await inbox.at(fork)
    expect(await inbox.get('order-2')).toBeUndefined()
    const told = await on.runtime.fork(on.order, '1', { as: '3', outcome: { effect: 'charge', complete: 'paid' } })
    await inbox.at(told)
    expect(await inbox.get('order-3')).toBeUndefined()
  })

  test('PRJ-40 its effects are timed from its own records, and those that it has taken over are not', async () => {
    const costs = await reader.project(effectCostsProjection({ agents: [on.order] }))
    await ordered(on, 'note', 'note', 'note', 'go')
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    await fork.resume()
    await settle()
    on.bodies.draft.last.resolve('again')
    await settle()
    await costs.at(fork)
    expect((await costs.get('order-2'))?.sources['draft']).toMatchObject({ done: 1, timed: 0, ms: 0 })
    const early = await on.runtime.fork(on.order, '1', { as: '3', at: 3 })
    await early.resume()
    await early.send({ type: 'go' })
    await settle()
    await on.time.advance(700)
    on.bodies.draft.last.resolve('later')
    await settle()
    await costs.at(early)
    expect((await costs.get('order-3'))?.sources['draft']).toMatchObject({ done: 1, timed: 1, ms: 700 })
  })

  test('PRJ-40 its time in states begins when it was forked', async () => {
    const times = await reader.project(timeInStateProjection({ agents: [on.order] }))
    await ordered(on, 'note')
    await on.time.advance(5_000)
    const fork = await on.runtime.fork(on.order, '1', { as: '2' })
    const { at } = await (await openHistory(memoryStore(on.log), 'order-2')).record(0)
    await times.at(fork)
    const begun = { definition: 'order', id: '2', startedAt: at, since: at, active: ['waiting'], ms: {} }
    expect(await times.get('order-2')).toMatchObject(begun)
  })
})
