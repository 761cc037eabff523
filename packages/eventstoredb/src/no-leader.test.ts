/** A cluster that has no leader for longer than the client looks for one. */
import { randomUUID } from 'node:crypto'
import type { NewEvent, Store } from '@refold/core/store'
import { isRefoldError, toRevision } from '@refold/core/store'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { devServer } from './dev-server.fixture.js'
import { eventStoreDBStore } from './event-store-db-store.js'
import { freePort, scratchDirectory, type ServerProcess } from './server-process.fixture.js'

const crashes: unknown[] = []
const onCrash = (error: unknown): void => void crashes.push(error)
const closing: (() => unknown)[] = []

beforeAll(() => void process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash))
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})
afterAll(() => void process.off('uncaughtException', onCrash).off('unhandledRejection', onCrash))

test('ESDB-52 a process that found no node for longer than its client looks for one goes on when there is one, and does not end', async () => {
  const server = await startServer()
  const store = openStore(`esdb://127.0.0.1:${server.port},127.0.0.1:${await freePort()}?tls=false`)
  const stream = `boat-${randomUUID()}`
  await store.append(stream, [event()], { expected: 'no_stream' })
  const seen = follow(store, { stream, events: 3 })
  await server.kill()
  const [one, two] = [[event()], [event()]]
  const append = appendUntilKnown(store, { stream, events: one, last: 0n })
  for (let said = 0; said < 2;)
    if ((await hintFor(store))?.includes('No node of the cluster was found') === true) said++
  await server.start()
  await append
  await appendUntilKnown(store, { stream, events: two, last: 1n })
  expect(await seen).toEqual([0n, 1n, 2n])
  expect(crashes).toEqual([])
})

async function startServer(): Promise<ServerProcess> {
  const scratch = scratchDirectory()
  const server = devServer({ directory: scratch.directory, port: await freePort() })
  closing.push(scratch.remove, () => server.killAll())
  await server.start()
  return server
}

function openStore(connectionString: string): Store {
  const store = eventStoreDBStore({ connectionString, timeoutMs: 3000 })
  closing.push(() => store.close())
  return store
}

/** What is said of an append that no node takes. */
async function hintFor(store: Store): Promise<string | undefined> {
  const append = store.append(`boat-${randomUUID()}`, [event()], { expected: 'no_stream' })
  const error = await append.catch((error: unknown) => error)
  if (isRefoldError(error, 'STORE_REJECTED')) return error.hint
  if (isRefoldError(error, 'STORE_UNKNOWN')) return undefined // on the connection that just broke
  throw error
}

interface Appending {
  readonly stream: string
  readonly events: readonly NewEvent[]
  readonly last: bigint
}

async function appendUntilKnown(store: Store, { stream, events, last }: Appending): Promise<void> {
  for (;;) {
    try {
      expect(await store.append(stream, events, { expected: toRevision(last) })).toMatchObject({ ok: true })
      return
    } catch (error) {
      if (!isRefoldError(error, 'STORE_UNKNOWN') && !isRefoldError(error, 'STORE_REJECTED')) throw error
    }
  }
}

async function follow(
  store: Store,
  { stream, events }: { readonly stream: string; readonly events: number },
): Promise<readonly bigint[]> {
  const seen: bigint[] = []
  for await (const item of store.subscribe({ stream })) {
    if (item.kind === 'event') seen.push(item.event.revision)
    if (seen.length === events) break
  }
  return seen
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: {}, metadata: {} }
}
