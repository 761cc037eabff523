/** The contract of `append`. */
import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { toRevision } from '@refold/core'
import type { ContractCase } from './contract-case.js'
import { readEverything, readStream, rejectsWith } from './contract-case.js'
import { plainEvent, plainEvents } from './sample-events.js'

export const appendCases: readonly ContractCase[] = [
  {
    title: 'APP-1 an append to a new stream begins at revision 0 and answers with its last revision and position',
    run: async ({ connect }) => {
      const store = await connect()
      const events = plainEvents(3)
      const result = await store.append('s-1', events, { expected: 'no_stream' })
      const stored = await readStream(store, 's-1')
      assert.ok(result.ok)
      assert.equal(result.revision, 2n)
      assert.deepEqual(
        stored.map((event) => event.revision),
        [0n, 1n, 2n],
      )
      assert.deepEqual(
        stored.map((event) => event.id),
        events.map((event) => event.id),
      )
      assert.equal(result.position, stored[2]?.position)
    },
  },
  {
    title: 'APP-1 an append that expects the last revision goes on after it',
    run: async ({ connect }) => {
      const store = await connect()
      await store.append('s-1', plainEvents(2), { expected: 'no_stream' })
      const result = await store.append('s-1', plainEvents(2), { expected: toRevision(1) })
      assert.ok(result.ok)
      assert.equal(result.revision, 3n)
      assert.equal((await readStream(store, 's-1')).length, 4)
    },
  },
  {
    title: 'APP-1 an id that another stream has already is a new event in this one',
    run: async ({ connect }) => {
      const store = await connect()
      const event = plainEvent()
      await store.append('s-1', [event], { expected: 'no_stream' })
      const result = await store.append('s-2', [event], { expected: 'no_stream' })
      assert.ok(result.ok)
      assert.equal((await readStream(store, 's-2')).length, 1)
    },
  },
  {
    title: 'APP-1 streams whose names differ only in case, accents or a space are different streams',
    run: async ({ connect }) => {
      const store = await connect()
      const names = ['s-a', 's-A', 's-ä', 's-a\u0308', 's-a ', "s-'a'", 's-🐋', 's-%', 's-_']
      for (const name of names) assert.ok((await store.append(name, [plainEvent(name)], { expected: 'no_stream' })).ok)
      for (const name of names)
        assert.deepEqual(
          (await readStream(store, name)).map((event) => event.data),
          [name],
        )
    },
  },
  {
    title: 'APP-2 an append that expects another revision stores nothing and answers with the actual one',
    run: async ({ connect }) => {
      const store = await connect()
      await store.append('s-1', plainEvents(2), { expected: 'no_stream' })
      for (const expected of ['no_stream', toRevision(0), toRevision(2), toRevision(7)] as const) {
        assert.deepEqual(await store.append('s-1', plainEvents(1), { expected }), { ok: false, actual: 1n })
      }
      assert.equal((await readEverything(store)).length, 2)
    },
  },
  {
    title: 'APP-2 an append that expects a revision of an unknown stream learns that there is none',
    run: async ({ connect }) => {
      const store = await connect()
      const result = await store.append('s-1', plainEvents(1), { expected: toRevision(0) })
      assert.deepEqual(result, { ok: false, actual: 'no_stream' })
      assert.deepEqual(await readEverything(store), [])
    },
  },
  {
    title: 'APP-3 an append of several events is seen whole or not at all by readers on another connection',
    isForWholeAppends: true,
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      const appends = (async () => {
        for (let batch = 0; batch < 20; batch++) {
          const expected = batch === 0 ? 'no_stream' : toRevision(batch * 5 - 1)
          assert.ok((await store.append('s-1', plainEvents(5), { expected })).ok)
        }
      })()
      for (let seen = 0; seen < 100; seen = (await readStream(other, 's-1')).length) {
        assert.equal(seen % 5, 0)
        await nextTurn() // a loop of reads that need no waiting would keep the appends from their turn
      }
      await appends
    },
  },
  {
    title:
      'APP-10 an append that names the event it was decided on is stored behind that one, and repeated as any other',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      const first = plainEvents(2)
      const next = plainEvents(1)
      await store.append('s-1', first, { expected: 'no_stream' })
      const decidedOn = { expected: toRevision(1), expectedId: first[1]?.id }
      for (const connection of [other, store, other])
        assert.ok((await connection.append('s-1', next, decidedOn)).ok, 'also when it is repeated')
      assert.deepEqual(await store.append('s-1', plainEvents(1), decidedOn), { ok: false, actual: 2n })
      assert.equal((await readStream(store, 's-1')).length, 3)
    },
  },
  {
    title:
      'APP-10 an append that names another event than the one there, or one where none is, rejects and stores nothing',
    run: async ({ connect }) => {
      const store = await connect()
      const events = plainEvents(3)
      await store.append('s-1', events, { expected: 'no_stream' })
      for (const connection of [store, await connect()]) {
        for (const [expected, expectedId] of [
          [toRevision(2), plainEvent().id],
          [toRevision(1), events[2]?.id],
          [toRevision(5), events[2]?.id],
        ] as const)
          await rejectsWith('STORE_FATAL', () => connection.append('s-1', plainEvents(1), { expected, expectedId }))
        const expected = toRevision(0)
        await rejectsWith('STORE_FATAL', () =>
          connection.append('s-2', plainEvents(1), { expected, expectedId: events[0]?.id }),
        )
      }
      assert.equal((await readEverything(store)).length, 3)
    },
  },
  {
    title: 'APP-3 an append without events is refused',
    run: async ({ connect }) => {
      const store = await connect()
      await assert.rejects(async () => store.append('s-1', [], { expected: 'no_stream' }))
      assert.deepEqual(await readEverything(store), [])
    },
  },
  {
    title: 'APP-6 an append larger than the store takes rejects and stores nothing, whichever event is the large one',
    run: async ({ connect }) => {
      const store = await connect()
      const large = plainEvent('x'.repeat(store.capabilities.maxAppendBytes + 1))
      for (const events of [[large], [plainEvent(), large]]) {
        await rejectsWith('TOO_LARGE', () => store.append('s-1', events, { expected: 'no_stream' }))
      }
      assert.deepEqual(await readEverything(store), [])
      assert.ok((await store.append('s-1', plainEvents(1), { expected: 'no_stream' })).ok)
    },
  },
]
