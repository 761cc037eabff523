/** The contract of appends that race, and of appends that are repeated because their answer was lost. */
import assert from 'node:assert/strict'
import { toRevision } from '@refold/core'
import type { ContractCase } from './contract-case.js'
import { readEverything, readStream } from './contract-case.js'
import { plainEvent, plainEvents } from './sample-events.js'

export const repeatCases: readonly ContractCase[] = [
  {
    title: 'APP-4 of appends at the same moment on several connections exactly one succeeds and the others conflict',
    run: async ({ connect }) => {
      const stores = [await connect(), await connect(), await connect()]
      const rivals = stores.flatMap((store) => [store, store, store])
      const results = await Promise.all(
        rivals.map((store) => store.append('s-1', plainEvents(1), { expected: 'no_stream' })),
      )
      assert.equal(results.filter((result) => result.ok).length, 1)
      for (const result of results) assert.ok(result.ok || result.actual === 0n)
      assert.equal((await readEverything(await connect())).length, 1)
    },
  },
  {
    title: 'APP-4 appends of one moment to several streams succeed or conflict each on its own',
    run: async ({ connect }) => {
      const store = await connect()
      await store.append('s-1', plainEvents(1), { expected: 'no_stream' })
      const [lost, won, next] = await Promise.all([
        store.append('s-1', plainEvents(2), { expected: 'no_stream' }),
        store.append('s-2', plainEvents(2), { expected: 'no_stream' }),
        store.append('s-1', plainEvents(1), { expected: toRevision(0) }),
      ])
      assert.deepEqual(lost, { ok: false, actual: 0n })
      assert.ok(won.ok && next.ok)
      assert.equal((await readEverything(store)).length, 4)
    },
  },
  {
    title: 'APP-5 an identical append gets its original answer, although later events exist',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      const [first, second] = [plainEvents(2), plainEvents(2)]
      const answers = [
        await store.append('s-1', first, { expected: 'no_stream' }),
        await store.append('s-1', second, { expected: toRevision(1) }),
      ]
      await store.append('s-1', plainEvents(1), { expected: toRevision(3) })
      for (const repeating of [store, other]) {
        assert.deepEqual(await repeating.append('s-1', first, { expected: 'no_stream' }), answers[0])
        assert.deepEqual(await repeating.append('s-1', second, { expected: toRevision(1) }), answers[1])
      }
      assert.equal((await readStream(store, 's-1')).length, 5)
    },
  },
  {
    title: 'APP-5 an identical append right after the first, before any answer, is stored once',
    run: async ({ connect }) => {
      const store = await connect()
      const events = plainEvents(2)
      const [first, again] = await Promise.all([
        store.append('s-1', events, { expected: 'no_stream' }),
        store.append('s-1', events, { expected: 'no_stream' }),
      ])
      assert.ok(first.ok)
      assert.deepEqual(again, first)
      assert.equal((await readStream(store, 's-1')).length, 2)
    },
  },
  {
    title: 'APP-5 an append of which only a part is stored already is another append and conflicts',
    run: async ({ connect }) => {
      const store = await connect()
      const [a, b] = [plainEvent(), plainEvent()]
      await store.append('s-1', [a, b], { expected: 'no_stream' })
      for (const events of [
        [a, b, plainEvent()],
        [a, plainEvent()],
        [plainEvent(), b],
        [b, a],
      ]) {
        assert.deepEqual(await store.append('s-1', events, { expected: 'no_stream' }), { ok: false, actual: 1n })
      }
      assert.deepEqual(await store.append('s-1', [a, b], { expected: toRevision(0) }), { ok: false, actual: 1n })
      assert.equal((await readStream(store, 's-1')).length, 2)
    },
  },
]
