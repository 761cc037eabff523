/** The contract of registers and of `close`. */
import assert from 'node:assert/strict'
import type { ContractCase } from './contract-case.js'
import { collect, findEntries, readEverything, readStream, rejectsWith } from './contract-case.js'
import { agentRecord, awkwardJson, plainEvents } from './sample-events.js'

export const registerCases: readonly ContractCase[] = [
  {
    title: 'REG-1 a register gives the last value put under its name, on every connection, until it is removed',
    run: async ({ connect }) => {
      const [store, other] = [await connect(), await connect()]
      assert.equal(await store.registers.get('a'), undefined)
      await store.registers.put('a', 1)
      await store.registers.put('b', { of: 'b' })
      assert.equal(await other.registers.get('a'), 1)
      await other.registers.put('a', { z: [1], a: 2 })
      assert.equal(JSON.stringify(await store.registers.get('a')), '{"z":[1],"a":2}')
      await store.registers.remove('a')
      await store.registers.remove('a')
      for (const reader of [store, other]) assert.equal(await reader.registers.get('a'), undefined)
      assert.deepEqual(await other.registers.get('b'), { of: 'b' })
    },
  },
  {
    title: 'REG-1 of puts at the same moment under one name the last one made stays',
    run: async ({ connect }) => {
      const store = await connect()
      await Promise.all([1, 2, 3].map((value) => store.registers.put('a', value)))
      assert.equal(await store.registers.get('a'), 3)
    },
  },
  {
    title: 'REG-2 a value comes back byte for byte, and changes of the object afterwards change nothing',
    run: async ({ connect }) => {
      const store = await connect()
      for (const value of awkwardJson) {
        await store.registers.put('a', value)
        assert.equal(JSON.stringify(await store.registers.get('a')), JSON.stringify(value))
      }
      const value = { list: [1] }
      const put = store.registers.put('a', value)
      value.list.push(2)
      await put
      assert.deepEqual(await store.registers.get('a'), { list: [1] })
    },
  },
]

export const closeCases: readonly ContractCase[] = [
  {
    title: 'CLOSE-1 after the close every operation rejects with CLOSED, and closing again does nothing',
    run: async ({ connect }) => {
      const store = await connect()
      await store.append('s-1', plainEvents(1), { expected: 'no_stream' })
      await store.close()
      await store.close()
      const operations: readonly (() => Promise<unknown>)[] = [
        () => store.append('s-1', plainEvents(1), { expected: 'no_stream' }),
        () => readStream(store, 's-1'),
        () => readEverything(store),
        () => store.registers.put('a', 1),
        () => store.registers.get('a'),
        () => store.registers.remove('a'),
        () => store.directory.get('s-1'),
        () => findEntries(store),
        async () => collect(store.externalAppends()),
        async () => collect(pagesOf(store.subscribe({ all: true }))),
      ]
      for (const operation of operations) await rejectsWith('CLOSED', operation)
    },
  },
  {
    title: 'CLOSE-1 a store that was never used can be closed, and so can one of several connections',
    run: async ({ connect }) => {
      await (await connect()).close()
      const [store, other] = [await connect(), await connect()]
      await store.close()
      assert.ok((await other.append('s-1', plainEvents(1), { expected: 'no_stream' })).ok)
    },
  },
  {
    title: 'CLOSE-2 what was asked before the close is stored, and is there when the data is opened again',
    run: async ({ connect }) => {
      const store = await connect()
      const records = [agentRecord('ship@1', { active: ['dock'] }), agentRecord('ship@1', { pending: 2 })]
      const appended = store.append('ship-1', records, { expected: 'no_stream' })
      const put = store.registers.put('a', [1])
      await store.close()
      assert.ok((await appended).ok)
      await put
      const again = await connect()
      assert.deepEqual(
        (await readStream(again, 'ship-1')).map((event) => event.id),
        records.map((event) => event.id),
      )
      assert.deepEqual(await again.registers.get('a'), [1])
      assert.equal((await again.directory.get('ship-1'))?.pending, 2)
    },
  },
]

async function* pagesOf<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[], void, undefined> {
  for await (const item of items) yield [item]
}
