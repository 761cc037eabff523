/** The contract of what comes back: the same bytes, and nothing shared with the caller. */
import assert from 'node:assert/strict'
import type { NewEvent, StoredEvent } from '@refold/core'
import { toRevision } from '@refold/core'
import type { ContractCase } from './contract-case.js'
import { readEverything, readStream } from './contract-case.js'
import { agentRecord, awkwardJson, plainEvent } from './sample-events.js'

export const contentCases: readonly ContractCase[] = [
  {
    title:
      'APP-7 awkward JSON as data and as metadata comes back byte for byte, from the first repetition to the third',
    run: async ({ connect }) => {
      const store = await connect()
      const events = [1, 2, 3].flatMap(() => awkwardJson.map((json) => ({ ...plainEvent(json), metadata: { json } })))
      await store.append('s-1', events, { expected: 'no_stream' })
      assertSame(await readStream(store, 's-1'), events)
      assertSame(await readEverything(await connect()), events)
    },
  },
  {
    title: 'APP-7 any text is a type, and any UUID an id',
    run: async ({ connect }) => {
      const store = await connect()
      const types = ['', ' ', '🐋', 'a"b\\c', '\n', 'refold.effect.done', 'x'.repeat(300)]
      const events = types.map((type) => plainEvent(null, { type }))
      events.push({ ...plainEvent(), id: '00000000-0000-0000-0000-000000000000' })
      events.push({ ...plainEvent(), id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' })
      events.push({ ...plainEvent(), id: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11' })
      await store.append('s-1', events, { expected: 'no_stream' })
      assertSame(await readStream(store, 's-1'), events)
    },
  },
  {
    title: 'APP-7 an event of a megabyte comes back byte for byte',
    run: async ({ connect }) => {
      const store = await connect()
      const size = Math.min(1_000_000, store.capabilities.maxAppendBytes - 10_000)
      const event = plainEvent({ text: 'whale '.repeat(size / 6) })
      assert.ok((await store.append('s-1', [event], { expected: 'no_stream' })).ok)
      assertSame(await readStream(store, 's-1'), [event])
    },
  },
  {
    title: 'APP-8 changing an object after it was appended changes nothing in the store',
    run: async ({ connect }) => {
      const store = await connect()
      const active = ['idle']
      const record = agentRecord('s@1', { active })
      const event = { ...record, data: { list: [1], nested: { a: 1 } } }
      const before: NewEvent = structuredClone(event)
      const appended = store.append('s-1', [event], { expected: 'no_stream' })
      event.data.list.push(2)
      event.data.nested.a = 2
      active.push('other')
      await appended
      assertSame(await readStream(store, 's-1'), [before])
      assert.deepEqual((await store.directory.get('s-1'))?.active, ['idle'])
    },
  },
  {
    title: 'APP-8 changing an event that was read changes nothing for the next reader',
    run: async ({ connect }) => {
      const store = await connect()
      const event = plainEvent({ list: [1] })
      await store.append('s-1', [event], { expected: 'no_stream' })
      const [read] = await readStream(store, 's-1')
      assert.ok(read)
      ;(read.data as unknown as { list: number[] }).list.push(2)
      assertSame(await readStream(store, 's-1'), [event])
    },
  },
  {
    title: 'APP-9 what was appended is seen by every read that begins after the answer, on any connection',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      for (let revision = 0; revision < 30; revision++) {
        const expected = revision === 0 ? 'no_stream' : toRevision(revision - 1)
        await (revision % 2 === 0 ? store : other).append('s-1', [plainEvent(revision)], { expected })
        for (const reader of [store, other]) {
          assert.equal((await readStream(reader, 's-1')).length, revision + 1)
          assert.equal((await readEverything(reader, { direction: 'backwards', limit: 1 }))[0]?.data, revision)
        }
      }
    },
  },
  {
    title: 'APP-7 a stored event can be copied, compared and serialised like any object',
    run: async ({ connect }) => {
      const store = await connect()
      const event = agentRecord('s@1')
      await store.append('s-1', [event], { expected: 'no_stream' })
      const [stored] = await readStream(store, 's-1')
      assert.ok(stored)
      const { position, ...rest } = { ...stored }
      assert.equal(typeof position, 'bigint')
      assert.deepEqual(rest, { ...event, stream: 's-1', revision: 0n })
    },
  },
]

/** Bytes, not `deepEqual`: the order of keys is content. */
function assertSame(stored: readonly StoredEvent[], events: readonly NewEvent[]): void {
  const text = (event: NewEvent): string => JSON.stringify([event.id, event.type, event.data, event.metadata])
  assert.deepEqual(stored.map(text), events.map(text))
}
