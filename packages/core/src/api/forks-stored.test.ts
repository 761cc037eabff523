/** Forks as they are stored: ids, folds, the directory, and that they go on as their origins would. */
import { describe, expect, test } from 'vitest'
import { Folder } from '../record/fold.js'
import { rebuildDirectory } from '../store/directory-projection.js'
import { memoryStore } from '../store/memory-store.js'
import { ordered, scene, stateOf } from './forked-agent.fixture.js'
import { eventsOf } from './process.fixture.js'

describe('ids', () => {
  test('FRK-8 what a fork begins has an id that nothing of its origin has, over many forks', async () => {
    const on = await scene()
    const agent = await ordered(on)
    await agent.send({ type: 'add', id: 'a' } as never)
    let [from, seen] = ['1', 0]
    for (const as of ['2', '3', '4']) {
      const fork = await on.runtime.fork(on.order, from, { as })
      await fork.send({ type: 'add', id: `of ${as}` } as never)
      await fork.send({ type: 'add', id: `of ${as} too` } as never)
      const ids = Object.keys((await stateOf(on.log, `order-${as}`)).effects)
      expect(new Set(ids).size).toBe(seen + 1 + 2)
      seen += 2
      from = as
    }
    const [second, fourth] = [await stateOf(on.log, 'order-2'), await stateOf(on.log, 'order-4')]
    expect(second.agent.forked).toEqual({ from: 'order-1', revision: 1, records: 2 })
    expect(fourth.agent.forked?.from).toBe('order-3')
  })
})

describe('what is stored', () => {
  test('FRK-18 the live state is what the records fold to, byte for byte, and the directory is what it is rebuilt to', async () => {
    const on = await scene({ snapshots: { everyEvents: 2 } })
    const agent = await ordered(on, 'note', 'go')
    await agent.send({ type: 'add', id: 'one' } as never)
    const fork = await on.runtime.fork(on.order, '1', { as: '2', event: { type: 'note', text: 'otherwise' } as never })
    await fork.resume()
    await on.time.advance(0)
    on.bodies.draft.last.resolve('done')
    await on.time.advance(0)
    await fork.send({ type: 'note', text: 'more' } as never)
    const folder = new Folder()
    for (const event of await eventsOf(on.log, 'order-2')) folder.add(event)
    const live = await fork.stateAt(0n as never)
    expect(live.revision).toBe(0n)
    const store = memoryStore(on.log)
    const rebuilt = await rebuildDirectory(store)
    expect(await store.directory.get('order-2')).toEqual(rebuilt.get('order-2'))
    const fresh = await (await on.another({ worker: false })).runtime.attach(on.order, '2')
    expect(JSON.stringify(fresh.getSnapshot().context)).toBe(JSON.stringify(fork.getSnapshot().context))
    expect(JSON.stringify(folder.result()?.root.context)).toBe(JSON.stringify(fork.getSnapshot().context))
    expect(on.logged.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('FRK-6 FRK-18 told the same, it becomes what its origin became, after whichever record it was forked', async () => {
    const on = await scene({ snapshots: { everyEvents: 3 } })
    const steps = [
      { type: 'note', text: 'one' },
      { type: 'go' },
      'a draft',
      { type: 'note', text: 'two' },
      { type: 'approve' },
    ]
    const tell = async (agent: Awaited<ReturnType<typeof ordered>>, step: (typeof steps)[number]): Promise<void> => {
      if (typeof step === 'string') on.bodies.draft.last.resolve(step)
      else await agent.send(step as never)
      await on.time.advance(0)
    }
    const origin = await ordered(on)
    for (const step of steps) await tell(origin, step)
    const { value, context, status } = origin.getSnapshot()
    expect(status).toBe('done')
    for (let at = 0; at < steps.length; at++) {
      const fork = await on.runtime.fork(on.order, '1', { as: `after ${at}`.replace(' ', '-'), at })
      await fork.resume()
      await on.time.advance(0)
      for (const step of steps.slice(at)) await tell(fork, step)
      const became = fork.getSnapshot()
      expect(JSON.stringify([became.value, became.context, became.status])).toBe(
        JSON.stringify([value, context, status]),
      )
    }
  })
})
