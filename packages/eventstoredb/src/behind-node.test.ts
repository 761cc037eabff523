/** A node that is behind what a process has read: a leader that stood still, and was replaced meanwhile. */
import type { Store } from '@refold/core/store'
import { toRevision } from '@refold/core/store'
import { expect, test } from 'vitest'
import { FaultProxy } from './fault-proxy.fixture.js'
import { closeAfterTest, event, openStore, startServer } from './log-servers.fixture.js'

/** Connections by which it is clear that the node was asked, and left for another one. */
const OFTEN = 4

test('ESDB-53 nothing is read from a node that is behind, and nothing is appended to it: what is asked waits for one that is not', async () => {
  const [ahead, behind] = [await startServer(), await startServer()]
  const proxy = await FaultProxy.open({ targetPort: ahead.port })
  closeAfterTest(() => proxy.close())
  const events = [event(), event(), event(), event()] as const
  const stale = openStore(behind.connectionString)
  await stale.append('boat-1', [events[0]], { expected: 'no_stream' })
  const store = openStore(proxy.connectionString)
  for (const [at, one] of events.slice(0, 3).entries())
    await store.append('boat-1', [one], { expected: at === 0 ? 'no_stream' : toRevision(at - 1) })
  await store.append('boat-2', [event()], { expected: 'no_stream' })
  await store.directory.get('boat-1') // as a runtime does, it follows the log from here on
  proxy.leadTo(behind.port)
  const asked = Promise.all([
    revisionsOf(store, 'boat-2'),
    store.append('boat-1', [events[3]], { expected: toRevision(2), expectedId: events[2].id }),
    store.directory.get('boat-1'),
    store.registers.put('light', 'on'),
  ])
  await untilOftenAsked(proxy)
  proxy.leadTo(ahead.port)
  expect(await asked).toMatchObject([[0n], { ok: true, revision: 3n }, undefined, undefined])
  expect(await revisionsOf(stale, 'boat-1')).toEqual([0n])
  expect(await stale.registers.get('light')).toBeUndefined()
})

test('ESDB-53 a subscription is not moved to a node that is behind', async () => {
  const [ahead, behind] = [await startServer(), await startServer()]
  const proxy = await FaultProxy.open({ targetPort: ahead.port })
  closeAfterTest(() => proxy.close())
  await openStore(behind.connectionString).append('boat-1', [event()], { expected: 'no_stream' })
  const store = openStore(proxy.connectionString)
  const direct = openStore(ahead.connectionString)
  await direct.append('boat-1', [event(), event()], { expected: 'no_stream' })
  const given: bigint[] = []
  let healing: Promise<void> | undefined
  for await (const item of store.subscribe({ stream: 'boat-1' })) {
    if (item.kind === 'event') given.push(item.event.revision)
    else if (given.length === 2) {
      proxy.leadTo(behind.port)
      healing = untilOftenAsked(proxy).then(() => proxy.leadTo(ahead.port))
      await direct.append('boat-1', [event()], { expected: toRevision(1) })
    }
    if (given.length === 3) break
  }
  await healing
  expect(given).toEqual([0n, 1n, 2n])
})

async function untilOftenAsked(proxy: FaultProxy): Promise<void> {
  await expect.poll(() => proxy.accepted).toBeGreaterThan(OFTEN)
}

async function revisionsOf(store: Store, stream: string): Promise<readonly bigint[]> {
  const found: bigint[] = []
  for await (const page of store.read(stream)) found.push(...page.map(({ revision }) => revision))
  return found
}
