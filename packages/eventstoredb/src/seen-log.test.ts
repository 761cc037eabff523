/** When a log that is shorter than what was read of it is taken for another one. */
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SharedConnection } from './client/shared-connection.js'
import type { WireClient } from './client/wire.js'
import { SeenLog } from './seen-log.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

/** A log of which this process has read more than the node holds. */
function behind() {
  const last = { kind: 'event', position: 3n }
  const node = { isAway: false }
  const client = {
    readAll: () => {
      if (node.isAway) throw new Error('UNAVAILABLE: no connection')
      return { items: Readable.from([last]), toItem: (item: unknown) => item, cancel: async () => {} }
    },
  } as unknown as WireClient
  const shared = { interruptions: 0, client, replace: () => {} }
  const seen = new SeenLog(shared as unknown as SharedConnection, { timeoutMs: 1_000, onReplaced: () => {} })
  seen.add(7n)
  shared.interruptions++
  const look = async (): Promise<unknown> => {
    const looked = Promise.resolve(seen.client()).catch((error: unknown) => error)
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      await vi.advanceTimersByTimeAsync(10)
    }
    return ((await looked) as { readonly code?: string; readonly name: string }).code ?? 'behind'
  }
  return { look, node }
}

test('ESDB-236 one that is found behind at looks that are far apart, or not asked between, is not taken for another one', async () => {
  const { look, node } = behind()
  expect(await look()).toBe('behind')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await look()).toBe('behind')
  node.isAway = true
  for (let seconds = 0; seconds < 12; seconds++) {
    await look()
    await vi.advanceTimersByTimeAsync(1_000)
  }
  node.isAway = false
  expect(await look()).toBe('behind')
})

test('ESDB-236 one that stays behind for ten seconds is', async () => {
  const { look } = behind()
  for (let seconds = 0; seconds < 10; seconds += 5) {
    expect(await look()).toBe('behind')
    await vi.advanceTimersByTimeAsync(4_700)
  }
  await look()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await look()).toBe('STORE_FATAL')
})
