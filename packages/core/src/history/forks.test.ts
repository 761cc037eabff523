/** The history of a fork: it goes on in the stream of its origin. */
import { describe, expect, test } from 'vitest'
import { createRuntime } from '../api/create-runtime.js'
import { ordered, scene, stateOf } from '../api/forked-agent.fixture.js'
import type { Scene } from '../api/forked-agent.fixture.js'
import { settle } from '../api/manual-time.fixture.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { copyStreams } from './copy-streams.js'
import { exportStreams } from './export-streams.js'
import { openExport } from './open-export.js'
import { openHistory } from './open-history.js'
import type { HistorySource } from './history-types.js'

const NOTE = 'a note that is long enough to be copied'

/** order-1 notes and drafts; order-2 is its fork while it drafts; order-3 is the fork of that. */
async function family(): Promise<Scene> {
  const on = await scene()
  await ordered(on, 'note', 'go')
  const fork = await on.runtime.fork(on.order, '1', { as: '2', by: 'ana' })
  await fork.resume()
  await on.time.advance(0)
  on.bodies.draft.last.resolve('a draft that is long enough, too')
  await settle()
  await on.runtime.fork(on.order, '2', { as: '3', event: { type: 'reject' } as never, by: 'bob' })
  return on
}

async function told(source: HistorySource) {
  const history = await openHistory(source, 'order-3')
  const [life, note, result] = [
    await history.life(),
    await history.blame('/context/notes/0'),
    await history.blame('/context/result'),
  ]
  return {
    life: life.map(({ agent, revision, kind }) => `${agent.id} ${revision} ${kind}`),
    note: note.steps.map(({ agent, revision, how, from }) => `${agent.id} ${revision} ${how} ${from}`),
    result: result.steps.map(({ agent, revision, how }) => `${agent.id} ${revision} ${how}`),
    causes: result.causes.chain.map(
      ({ agent, revision, kind, because }) => `${agent.id} ${revision} ${kind} ${because}`,
    ),
  }
}

describe('the history of a fork', () => {
  test('FRK-21 tells the whole life, who set a field and why, through the streams of its origins', async () => {
    const { log } = await family()
    const answers = await told(memoryStore(log))
    expect(answers.life.filter((line) => !line.includes('claimed') && !line.includes('effect.started'))).toEqual([
      '1 0 started',
      '1 1 event',
      '1 2 event',
      '2 0 forked',
      '2 1 resumed',
      '2 4 effect.done',
      '3 0 forked',
      '3 1 event',
    ])
    expect(answers.note).toEqual([
      '3 0 copied /state/root/context/notes/0',
      '2 0 copied /state/root/context/notes/0',
      '1 1 copied /data/text',
    ])
    expect(answers.result).toEqual(['3 0 copied', '2 4 copied'])
    expect(answers.causes).toEqual(['2 4 effect.done effect', '1 2 event undefined'])
  })

  test('FRK-21 a fork was caused by the record that it goes on after', async () => {
    const { log } = await family()
    const history = await openHistory(memoryStore(log), 'order-3')
    const { chain, cut } = await history.explain(0)
    expect(chain.map(({ agent, kind, because, outside, by }) => [agent.id, kind, because, outside, by])).toEqual([
      ['3', 'forked', 'fork', 'operator', 'bob'],
      ['2', 'effect.done', 'effect', 'effect', undefined],
      ['1', 'event', undefined, 'caller', undefined],
    ])
    expect(cut).toBeUndefined()
    expect(history.forkedFrom).toEqual({ agent: { name: 'order', id: '2' }, revision: 4, isShared: true })
    const record = await history.record(0)
    expect(record).toMatchObject({ kind: 'forked', by: 'bob', data: { from: { name: 'order', id: '2' }, revision: 4 } })
  })

  test('FRK-22 what a fork has of its origin stands at revisions below 0', async () => {
    const on = await scene()
    await ordered(on, 'note', 'go')
    await on.runtime.fork(on.order, '1', { as: '2' })
    const { effects, timers, children } = await (await openHistory(memoryStore(on.log), 'order-2')).at(0)
    expect(effects.map(({ scheduledAt, key }) => [scheduledAt, key.split('.').length])).toEqual([[-1, 3]])
    expect(timers.map(({ setAt }) => setAt)).toEqual([-1])
    expect(children.map(({ startedAt }) => startedAt)).toEqual([-1])
  })

  test('FRK-22 a timer that its origin set is the cause of what it does', async () => {
    const on = await scene()
    await ordered(on, 'go')
    const fork = await on.runtime.fork(on.order, '1', { as: '2', outcome: { effect: 'draft', complete: 'x' } })
    expect(fork.getSnapshot().value).toBe('decided')
    const late = await on.runtime.fork(on.order, '1', { as: '3', timers: 'keep' })
    await late.resume()
    await on.time.advance(60_000)
    const history = await openHistory(memoryStore(on.log), 'order-3')
    const fired = history.outline().find(({ kind }) => kind === 'timer.fired')
    const { chain } = await history.explain(fired?.revision ?? -1)
    expect(chain.map(({ agent, kind, because }) => [agent.id, kind, because])).toEqual([
      ['3', 'timer.fired', 'timer'],
      ['1', 'event', undefined],
    ])
  })

  test('FRK-20 without its origin a fork is whole, and its history says that it does not go on', async () => {
    const { log } = await family()
    const alone = memoryStore(memoryLog())
    await copyStreams(memoryStore(log), alone, { streams: ['order-3'] })
    const history = await openHistory(alone, 'order-3')
    expect((await history.at(history.last)).context).toMatchObject({ notes: [NOTE] })
    expect(await history.explain(0)).toMatchObject({ chain: [{ kind: 'forked' }], cut: 'not-found' })
    expect((await history.blame('/context/notes/0')).steps).toMatchObject([{ agent: { id: '3' }, revision: 0 }])
    expect((await history.life()).map(({ agent }) => agent.id)).toEqual(['3', '3'])
  })

  test('FRK-20 an origin that is another agent by now is not taken for it', async () => {
    const { log, order } = await family()
    const other = memoryStore(memoryLog())
    await copyStreams(memoryStore(log), other, { streams: ['order-3'] })
    await copyStreams(await renamed(order), other, { streams: ['order-2'] })
    const history = await openHistory(other, 'order-3')
    expect(await history.explain(0)).toMatchObject({ cut: 'not-found' })
    expect((await history.life()).map(({ agent }) => agent.id)).toEqual(['3', '3'])
  })

  test('FRK-18 an exported file tells what the store tells, and a copy folds to the same', async () => {
    const { log } = await family()
    const store = memoryStore(log)
    const lines: string[] = []
    for await (const line of exportStreams(store, ['order-1', 'order-2', 'order-3'])) lines.push(line)
    const file = await openExport(new Blob(lines))
    expect(await told(file)).toEqual(await told(store))
    const copy = memoryLog()
    await copyStreams(store, memoryStore(copy))
    expect(await stateOf(copy, 'order-3')).toEqual(await stateOf(log, 'order-3'))
    expect(await told(memoryStore(copy))).toEqual(await told(store))
  })
})

/** A store whose order-2 is another agent of that name. */
async function renamed(order: Scene['order']) {
  const log = memoryLog()
  await using runtime = await createRuntime({ store: memoryStore(log), agents: [order], worker: false })
  const agent = await runtime.start(order, { id: '2' })
  for (let times = 0; times < 6; times++) await agent.send({ type: 'note', text: NOTE } as never)
  return memoryStore(log)
}
