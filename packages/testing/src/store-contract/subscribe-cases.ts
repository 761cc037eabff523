/** The contract of `subscribe` and `externalAppends`. */
import assert from 'node:assert/strict'
import type { Revision, Store, StoredEvent, SubscribeTarget } from '@refold/core'
import { toRevision } from '@refold/core'
import type { ContractCase } from './contract-case.js'
import { readEverything, readStream, takeUntil } from './contract-case.js'
import { plainEvent, plainEvents } from './sample-events.js'

export const subscribeCases: readonly ContractCase[] = [
  {
    title: 'SUB-1 SUB-3 subscriptions give the past and what two connections append meanwhile, once and in order',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      await appendOneByOne(store, 's-1', { count: 30 })
      const watching = [store, other].flatMap((watcher) => [
        follow(watcher, { all: true }, 90),
        follow(watcher, { stream: 's-1' }, 60),
        follow(watcher, { stream: 's-1', after: toRevision(9) }, 50),
      ])
      await Promise.all([
        appendOneByOne(store, 's-1', { count: 30, first: 30 }),
        appendOneByOne(other, 's-2', { count: 30 }),
      ])
      const seen = await Promise.all(watching)
      const [all, ofStream] = [await readEverything(store), await readStream(store, 's-1')]
      assert.deepEqual(seen.map(ids), [all, ofStream, ofStream.slice(10), all, ofStream, ofStream.slice(10)].map(ids))
    },
  },
  {
    title: 'SUB-2 a subscription says that it has caught up after the past, and at once where there is none',
    run: async ({ connect }) => {
      const store = await connect()
      assert.deepEqual(await takeUntil(store.subscribe({ all: true }), (_, { kind }) => kind === 'caught-up'), [])
      await appendOneByOne(store, 's-1', { count: 5 })
      const past = await takeUntil(store.subscribe({ stream: 's-1' }), (_, { kind }) => kind === 'caught-up')
      assert.equal(past.length, 5)
    },
  },
  {
    title: 'SUB-1 a subscription after a position gives what came after it',
    run: async ({ connect }) => {
      const store = await connect()
      await appendOneByOne(store, 's-1', { count: 5 })
      const all = await readEverything(store)
      const after = all[2]?.position ?? assert.fail()
      const rest = await takeUntil(store.subscribe({ all: true, after }), (_, { kind }) => kind === 'caught-up')
      assert.deepEqual(ids(rest), ids(all.slice(3)))
    },
  },
  {
    title: 'SUB-1 a subscription to a stream that does not exist yet gives its first event',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      const first = follow(other, { stream: 's-later' }, 1)
      await appendOneByOne(store, 's-1', { count: 3 })
      await appendOneByOne(store, 's-later', { count: 1 })
      assert.equal((await first)[0]?.stream, 's-later')
    },
  },
  {
    title: 'SUB-4 a subscriber that never asks for the next event holds up neither appends nor another subscriber',
    run: async ({ connect }) => {
      const store = await connect()
      await appendOneByOne(store, 's-1', { count: 1 })
      const slow = store.subscribe({ all: true })[Symbol.asyncIterator]()
      await slow.next()
      const quick = follow(store, { all: true }, 200)
      await appendOneByOne(store, 's-1', { count: 199, first: 1 })
      assert.equal((await quick).length, 200)
      assert.equal((await slow.next()).done, false)
      await slow.return?.()
    },
  },
  {
    title:
      'SUB-5 a subscription ends when its signal aborts: before it begins, while it waits, in the middle of the past',
    run: async ({ connect }) => {
      const store = await connect()
      await appendOneByOne(store, 's-1', { count: 10 })
      const already = store.subscribe({ all: true }, { signal: AbortSignal.abort() })
      assert.deepEqual(await drained(already, () => {}), 0)
      for (const atItem of [3, 11]) {
        const stop = new AbortController()
        const items = store.subscribe({ all: true }, { signal: stop.signal })
        const onItem = (count: number): void => {
          if (count === atItem) queueMicrotask(() => stop.abort())
        }
        assert.ok((await drained(items, onItem)) <= 11)
      }
    },
  },
  {
    title: 'SUB-5 a subscription ends when the store closes',
    run: async ({ connect }) => {
      const store = await connect()
      await appendOneByOne(store, 's-1', { count: 1 })
      const closing: Promise<void>[] = []
      const items = await drained(store.subscribe({ all: true }), (count) => {
        if (count === 2) closing.push(store.close())
      })
      await Promise.all(closing)
      assert.equal(items, 2)
    },
  },
]

/** Appends events one by one, each expecting the one before. */
export async function appendOneByOne(
  store: Store,
  stream: string,
  { count, first = 0 }: { readonly count: number; readonly first?: number },
): Promise<void> {
  for (let revision = first; revision < first + count; revision++) {
    const expected: Revision | 'no_stream' = revision === 0 ? 'no_stream' : toRevision(revision - 1)
    const [event] = plainEvents(1)
    assert.ok((await store.append(stream, [event ?? plainEvent()], { expected })).ok)
  }
}

function follow(store: Store, target: SubscribeTarget, count: number): Promise<readonly StoredEvent[]> {
  return takeUntil(store.subscribe(target), (events) => events.length === count)
}

async function drained(items: AsyncIterable<unknown>, onItem: (count: number) => void): Promise<number> {
  let count = 0
  for await (const _ of items) onItem(++count)
  return count
}

function ids(events: readonly StoredEvent[]): readonly string[] {
  return events.map((event) => `${event.stream}@${event.revision}:${event.id}`)
}
