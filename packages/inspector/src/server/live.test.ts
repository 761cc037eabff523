import { once } from 'node:events'
import { createRuntime, memoryLog, memoryStore } from '@refold/core'
import type { Store } from '@refold/core'
import { openHistory } from '@refold/core/history'
import type { HistorySource } from '@refold/core/history'
import { RefoldError } from '@refold/core/record'
import { sqliteStore } from '@refold/sqlite'
import { describe, expect, test } from 'vitest'
import { Answers } from '../answers/answers.js'
import type { FleetView } from '../contract/fleet.js'
import { makeLives, order } from '../lives.fixture.js'
import { liveLong } from '../long-life.fixture.js'
import { Live } from './live.js'
import type { LiveOptions } from './live.js'
import { look } from './live-pages.fixture.js'
import { serveSource } from './served.fixture.js'
import type { ServedFixture } from './served.fixture.js'

async function serveLive(
  store: HistorySource,
  options: Partial<LiveOptions> = {},
): Promise<ServedFixture & { readonly live: Live }> {
  const live = new Live({ agents: new Answers({ source: store }).agents, ...options })
  return Object.assign(await serveSource(store, { streams: [live] }), { live })
}

async function noteTo(store: Store, count: number): Promise<void> {
  const runtime = await createRuntime({ store, agents: [order], onReport: () => {} })
  const agent = (await runtime.attach(order, '1').catch(() => undefined)) ?? (await runtime.start(order, { id: '1' }))
  await Promise.all(Array.from({ length: count }, (_, at) => agent.send({ type: 'note', text: `${at}` })))
  await runtime.close()
}

describe('what goes on', () => {
  test('INS-24 is told record by record, once and in order, several at once', async () => {
    const lives = await makeLives()
    const served = await serveLive(lives.store)
    const { last } = await openHistory(lives.store, 'order-2')
    const page = await look(served, `agent=order-2&after=${last}`)
    const other = await look(served, 'agent=order-2')
    const runtime = await createRuntime({ store: sqliteStore(lives.path), agents: [order], onReport: () => {} })
    const agent = await runtime.attach(order, '2')
    await Promise.all(Array.from({ length: 300 }, (_, at) => agent.send({ type: 'note', text: `${at}` })))
    const revision = (await openHistory(lives.store, 'order-2')).last
    await page.heard.until(({ revisions }) => revisions.at(-1) === revision)
    await other.heard.until(({ revisions }) => revisions.at(-1) === revision)
    expect(page.heard.revisions).toEqual(Array.from({ length: revision - last }, (_, at) => last + 1 + at))
    expect(other.heard.revisions).toEqual(page.heard.revisions)
    expect(page.heard.events.length).toBeLessThan(100)
    expect(page.heard.id).toBe(String(revision))
    await runtime.close()
    await served.close()
    await lives.remove()
  })

  test('INS-24 a stream that was cut goes on behind what it had', async () => {
    const log = memoryLog()
    await noteTo(memoryStore(log), 20)
    const served = await serveLive(memoryStore(log))
    const page = await look(served, 'agent=order-1&after=3', { 'last-event-id': '7' })
    await page.heard.until(({ revisions }) => revisions.length > 0)
    expect(page.heard.revisions[0]).toBe(8)
    await served.close()
  })

  test('INS-25 a page that takes nothing is told to load again and let go, and holds up no other', async () => {
    const log = memoryLog()
    await noteTo(memoryStore(log), 1)
    const flood = { watchers: new Set<(view: FleetView) => void>() }
    const served = await serveLive(memoryStore(log), {
      slowestMs: 50,
      fleet: {
        watch: (watcher) => {
          const tell = (view: FleetView): void => watcher.fleet(view)
          flood.watchers.add(tell)
          return () => flood.watchers.delete(tell)
        },
      },
    })
    const slow = await look(served, 'agent=order-1&fleet=1')
    slow.response.pause()
    const quick = await look(served, 'fleet=1')
    const large = { agents: 1, groups: ['x'.repeat(500_000)] } as unknown as FleetView
    const flooding = setInterval(() => flood.watchers.forEach((tell) => tell(large)), 5)
    await quick.heard.until(({ events }) => events.length > 40 && flood.watchers.size === 1)
    clearInterval(flooding)
    expect(served.live.followed).toEqual([])
    slow.response.resume()
    await new Promise((resolve) => slow.response.once('close', resolve))
    await served.close()
  })

  test('INS-25 a page that is far behind is told to load again, and its stream ends', async () => {
    const log = memoryLog()
    await liveLong(() => memoryStore(log), 60_000)
    const served = await serveLive(memoryStore(log))
    const page = await look(served, 'agent=counter-1&after=0')
    await once(page.response, 'end')
    expect(page.heard.events).toEqual([{ kind: 'reload' }])
    const near = await look(served, 'agent=counter-1&after=30000')
    await near.heard.until(({ revisions }) => revisions.length === 29_999)
    near.leave()
    await served.close()
  })

  test('INS-26 while no one looks nothing is read and nothing is subscribed', async () => {
    const log = memoryLog()
    await noteTo(memoryStore(log), 3)
    const store = memoryStore(log)
    const seen = { reads: 0, watches: 0 }
    const source: HistorySource = {
      read: (...of) => (seen.reads++, store.read(...of)),
      subscribe: () => {
        throw new Error('each record would be read by itself')
      },
    }
    const fleet = { watch: () => (seen.watches++, () => seen.watches--) }
    const served = await serveLive(source, { fleet })
    expect(seen).toEqual({ reads: 0, watches: 0 })
    const pages = [await look(served, 'agent=order-1&fleet=1'), await look(served, 'agent=order-1&after=0')]
    await pages[1]?.heard.until(({ revisions }) => revisions.length > 0)
    expect(served.live.followed).toEqual(['order-1'])
    expect(seen.watches).toBe(1)
    for (const page of pages) page.leave()
    await expect.poll(() => [served.live.followed, seen.watches]).toEqual([[], 0])
    const { reads } = seen
    await noteTo(memoryStore(log), 3)
    expect(seen.reads).toBe(reads)
    await served.close()
  })

  test('INS-27 tells that the store is away, and that it is back, and misses nothing between', async () => {
    const log = memoryLog()
    await noteTo(memoryStore(log), 3)
    const store = memoryStore(log)
    let isAway = false
    const source: HistorySource = {
      async *read(...of) {
        if (isAway) throw new RefoldError('STORE_REJECTED', 'no answer from http://admin:hidden@db.example')
        yield* store.read(...of)
      },
    }
    const served = await serveLive(source)
    const page = await look(served, 'agent=order-1')
    isAway = true
    await page.heard.until(({ events }) => events.some(({ kind }) => kind === 'trouble'))
    expect(page.heard.events.find(({ kind }) => kind === 'trouble')).toEqual({
      kind: 'trouble',
      error: { code: 'STORE_REJECTED', message: 'no answer from http://admin:***@db.example' },
    })
    await noteTo(memoryStore(log), 3)
    isAway = false
    await page.heard.until(
      ({ events, revisions }) => events.some(({ kind }) => kind === 'well') && revisions.length >= 3,
    )
    expect(page.heard.revisions).toEqual(page.heard.revisions.map((_, at) => (page.heard.revisions[0] ?? 0) + at))
    await served.close()
  })
})
