/** The contract of `read` and `readAll`. */
import assert from 'node:assert/strict'
import type { Store, StoredEvent } from '@refold/core'
import { toPosition, toRevision } from '@refold/core'
import type { ContractCase } from './contract-case.js'
import { readEverything, readStream } from './contract-case.js'
import { plainEvents } from './sample-events.js'

/** More than one page of any store so far. */
const MANY = 1201

export const readCases: readonly ContractCase[] = [
  {
    title: 'READ-1 a read forwards gives every event from its start on, once and in order, over many pages',
    run: async ({ connect }) => {
      const store = await filled(await connect())
      for (const from of [0, 1, 499, 500, 501, MANY - 1]) {
        const revisions = (await readStream(store, 's-1', { from: toRevision(from) })).map(revisionOf)
        assert.deepEqual(revisions, range(from, MANY - 1))
      }
      assert.deepEqual(await readStream(store, 's-1', { from: toRevision(MANY) }), [])
    },
  },
  {
    title: 'READ-2 a read backwards goes from its start, or the last event, down to the first',
    run: async ({ connect }) => {
      const store = await filled(await connect())
      const read = async (from?: number): Promise<readonly number[]> => {
        const options = from === undefined ? {} : { from: toRevision(from) }
        return (await readStream(store, 's-1', { direction: 'backwards', ...options })).map(revisionOf)
      }
      assert.deepEqual(await read(), range(0, MANY - 1).toReversed())
      assert.deepEqual(await read(700), range(0, 700).toReversed())
      assert.deepEqual(await read(0), [0])
      assert.deepEqual(await read(MANY + 5), range(0, MANY - 1).toReversed())
    },
  },
  {
    title: 'READ-3 a limit bounds the events in both directions, also across pages',
    run: async ({ connect }) => {
      const store = await filled(await connect())
      for (const limit of [1, 7, 500, 501, 1000]) {
        const forwards = await readStream(store, 's-1', { limit, from: toRevision(2) })
        assert.deepEqual(forwards.map(revisionOf), range(2, 1 + limit))
        const backwards = await readStream(store, 's-1', { limit, direction: 'backwards' })
        assert.deepEqual(backwards.map(revisionOf), range(MANY - limit, MANY - 1).toReversed())
      }
      assert.equal((await readStream(store, 's-1', { limit: MANY * 2 })).length, MANY)
      assert.deepEqual(await readStream(store, 's-1', { limit: 0 }), [])
    },
  },
  {
    title: 'READ-4 a stream that no one wrote to is empty in both directions',
    run: async ({ connect }) => {
      const store = await connect()
      assert.deepEqual(await readStream(store, 's-1'), [])
      assert.deepEqual(await readStream(store, 's-1', { direction: 'backwards', from: toRevision(3) }), [])
    },
  },
  {
    title: 'READ-5 reads that are left in the middle hold up neither appends nor the close',
    run: async ({ connect }) => {
      const store = await filled(await connect())
      for (let round = 0; round < 20; round++) {
        for await (const page of store.read('s-1')) if (page.length > 0) break
        for await (const page of store.readAll({ direction: 'backwards' })) if (page.length > 0) break
      }
      assert.ok((await store.append('s-3', plainEvents(1), { expected: 'no_stream' })).ok)
      await store.close()
    },
  },
  {
    title: 'ALL-1 everything is read in the order of growing positions, which agrees with each stream',
    run: async ({ connect }) => {
      const store = await interleaved(await connect())
      const all = await readEverything(store)
      assert.equal(all.length, 300)
      for (const [index, event] of all.entries()) assert.ok(index === 0 || event.position > positionAt(all, index - 1))
      for (const stream of ['s-0', 's-1', 's-2']) {
        const ofStream = all.filter((event) => event.stream === stream)
        assert.deepEqual(ofStream, await readStream(store, stream))
      }
      assert.deepEqual(await readEverything(store, { direction: 'backwards' }), all.toReversed())
    },
  },
  {
    title: 'ALL-2 a read of everything begins after the position it is given, in both directions',
    run: async ({ connect }) => {
      const store = await interleaved(await connect())
      const all = await readEverything(store)
      for (const index of [0, 1, 150, 298, 299]) {
        const after = toPosition(positionAt(all, index))
        assert.deepEqual(await readEverything(store, { after }), all.slice(index + 1))
        const backwards = await readEverything(store, { after, direction: 'backwards' })
        assert.deepEqual(backwards, all.slice(0, index).toReversed())
      }
    },
  },
  {
    title: 'ALL-3 a limit bounds a read of everything',
    run: async ({ connect }) => {
      const store = await interleaved(await connect())
      const all = await readEverything(store)
      assert.deepEqual(await readEverything(store, { limit: 10 }), all.slice(0, 10))
      assert.deepEqual(
        await readEverything(store, { limit: 10, direction: 'backwards' }),
        all.toReversed().slice(0, 10),
      )
      assert.equal((await readEverything(store, { limit: 1000 })).length, 300)
    },
  },
]

async function filled(store: Store): Promise<Store> {
  await store.append('s-0', plainEvents(2), { expected: 'no_stream' })
  await store.append('s-1', plainEvents(MANY), { expected: 'no_stream' })
  await store.append('s-2', plainEvents(2), { expected: 'no_stream' })
  return store
}

async function interleaved(store: Store): Promise<Store> {
  for (let round = 0; round < 20; round++) {
    const expected = round === 0 ? 'no_stream' : toRevision(round * 5 - 1)
    await Promise.all([0, 1, 2].map((stream) => store.append(`s-${stream}`, plainEvents(5), { expected })))
  }
  return store
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function revisionOf(event: StoredEvent): number {
  return Number(event.revision)
}

function positionAt(events: readonly StoredEvent[], index: number): bigint {
  return events[index]?.position ?? assert.fail(`no event at ${index}`)
}
