import { describe, expect, test } from 'vitest'
import { memoryLog, memoryStore } from './memory-store.js'

// The contract that all stores share runs in @refold/testing.
describe('the memory store', () => {
  test('an append takes effect inside the call, so that a simulated run is the same every time', () => {
    const log = memoryLog()
    void memoryStore(log).append('s-1', [{ id: 'a', type: 'noted', data: 1, metadata: {} }], { expected: 'no_stream' })
    expect(log.rows).toHaveLength(1)
  })

  test('stores without a log in common share nothing', async () => {
    const [one, two] = [memoryStore(), memoryStore()]
    await one.registers.put('a', 1)
    expect(await two.registers.get('a')).toBeUndefined()
  })

  test('a worker is proven dead when its lock is released or its connection closed, and not before', async () => {
    const log = memoryLog()
    const [one, two] = [memoryStore(log), memoryStore(log)]
    const release = await one.presence?.announce('w-1')
    await one.presence?.announce('w-2')
    const dead = async (): Promise<unknown> =>
      Promise.all(['w-1', 'w-2', 'w-never'].map(async (worker) => two.presence?.provenDead(worker)))
    expect(await dead()).toEqual([false, false, false])
    await release?.()
    expect(await dead()).toEqual([true, false, false])
    await one.close()
    expect(await dead()).toEqual([true, true, false])
  })
})
