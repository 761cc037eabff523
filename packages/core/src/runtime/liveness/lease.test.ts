/** A lease over heartbeats that the store takes late. */
import { expect, test } from 'vitest'
import { ManualTime, settle } from '../../api/manual-time.fixture.js'
import type { StoreServices } from '../../log/agent-log.js'
import { createWorld } from '../../world/system-world.js'
import { LostStore } from '../events/lost-store.js'
import { Lease } from './lease.js'

test('OWN-7 a lease is counted from the start of a heartbeat, however late the store takes it', async () => {
  const time = new ManualTime()
  const world = createWorld({ clock: time.clock(), logger: { log: () => {} } })
  const taken: (() => void)[] = []
  const put = (): Promise<void> => new Promise((resolve) => taken.push(resolve))
  const store = { registers: { put } } as unknown as Pick<StoreServices, 'registers'>
  const events = { notice: () => {}, tell: () => {} } as never
  const lease = new Lease({
    worker: 'a',
    store,
    world,
    events,
    lostStore: new LostStore(events),
    durationMs: 9_000,
    everyMs: 3_000,
  })
  const begun = lease.begin()
  await time.advance(5_000)
  taken.shift()?.()
  await begun
  await settle()
  expect(lease.holds()).toBe(true)
  await time.advance(3_999) // the second heartbeat is under way
  expect(lease.holds()).toBe(true)
  await time.advance(1)
  expect(lease.holds()).toBe(false)
  taken.shift()?.() // begun at 8,000
  await settle()
  expect(lease.holds()).toBe(true)
  await time.advance(7_999)
  expect(lease.holds()).toBe(true)
  await time.advance(1)
  expect(lease.holds()).toBe(false)
  expect(lease.lapses).toBe(1)
})
