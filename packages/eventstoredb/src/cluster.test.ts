/** A cluster whose leader is killed. */
import { randomUUID } from 'node:crypto'
import type { NewEvent, Store } from '@refold/core/store'
import { isRefoldError, toRevision } from '@refold/core/store'
import { afterEach, expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { CLUSTER, describeOn } from './servers.fixture.js'

const STREAMS = 50
const EVENTS = 40
const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

describeOn([CLUSTER], (server) => {
  test('ESDB-17 the leader is killed under load: every append succeeds when it is repeated, nothing is lost or stored twice, and subscribers miss nothing', async () => {
    const store = openStore(server().connectionString)
    const streams = Array.from({ length: STREAMS }, () => `cluster-${randomUUID()}`)
    const seen = countSeen(store, new Set(streams))
    let appended = 0
    const load = streams.map(async (stream) => {
      for (let last = -1; last < EVENTS - 1; last++) {
        await appendUntilKnown(store, { stream, last })
        appended++
      }
    })
    await until(() => appended > (STREAMS * EVENTS) / 4)
    await server().kill()
    await Promise.all(load)
    for (const stream of streams)
      expect(await revisions(store, stream)).toEqual(Array.from({ length: EVENTS }, (_, at) => BigInt(at)))
    const given = await seen
    expect(new Set(given).size).toBe(STREAMS * EVENTS)
    expect(given).toHaveLength(STREAMS * EVENTS)
    await server().start()
    expect(await store.append(streams[0] ?? '', [event()], { expected: toRevision(EVENTS - 1) })).toMatchObject({
      ok: true,
    })
  })
})

function openStore(connectionString: string): Store {
  const store = eventStoreDBStore({ connectionString, timeoutMs: 20_000 })
  closing.push(() => store.close())
  return store
}

/** As the runtime does: the identical append again, until its outcome is known. */
async function appendUntilKnown(store: Store, { stream, last }: { stream: string; last: number }): Promise<void> {
  const events = [event()]
  const expected = last < 0 ? 'no_stream' : toRevision(last)
  for (;;) {
    try {
      expect(await store.append(stream, events, { expected })).toMatchObject({ ok: true })
      return
    } catch (error) {
      if (!isRefoldError(error, 'STORE_UNKNOWN') && !isRefoldError(error, 'STORE_REJECTED')) throw error
    }
  }
}

/** The events of these streams as a subscription gives them, each as a text, until all were there. */
async function countSeen(store: Store, streams: ReadonlySet<string>): Promise<readonly string[]> {
  const given: string[] = []
  for await (const item of store.subscribe({ all: true })) {
    if (item.kind !== 'event' || !streams.has(item.event.stream)) continue
    given.push(`${item.event.stream} ${item.event.revision}`)
    if (given.length === STREAMS * EVENTS) break
  }
  return given
}

async function revisions(store: Store, stream: string): Promise<readonly bigint[]> {
  const found: bigint[] = []
  for await (const page of store.read(stream)) found.push(...page.map(({ revision }) => revision))
  return found
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: { a: 1 }, metadata: {} }
}
