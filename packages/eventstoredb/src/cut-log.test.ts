/** Logs that someone emptied, put back from a backup, or cut with the server's own tools. */
import { randomUUID } from 'node:crypto'
import { EventStoreDBClient } from '@eventstore/db-client'
import type { NewEvent, Store } from '@refold/core/store'
import { startDevServer } from '@refold/dev-server'
import type { DevServer } from '@refold/dev-server'
import { afterEach, expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

test('ESDB-18 a process that has read more than the log holds is refused everything, and a new one begins again', async () => {
  const first = await server(0)
  const store = open(first.connectionString)
  for (const agent of ['1', '2']) await store.append(`boat-${agent}`, [event()], { expected: 'no_stream' })
  await store.directory.get('boat-1')
  await first.close()
  const emptied = await server(first.port)
  await expect(store.directory.get('boat-1')).rejects.toMatchObject({ code: 'STORE_FATAL' })
  const appending = store.append('boat-3', [event()], { expected: 'no_stream' })
  await expect(appending).rejects.toMatchObject({ code: 'STORE_FATAL', message: expect.stringContaining('shorter') })
  const again = open(emptied.connectionString)
  expect(await again.append('boat-1', [event()], { expected: 'no_stream' })).toMatchObject({ ok: true })
})

test('ESDB-19 a stream that was deleted softly is begun by no agent', async () => {
  const { connectionString } = await server(0)
  const store = open(connectionString)
  await store.append('boat-1', [event(), event()], { expected: 'no_stream' })
  const client = EventStoreDBClient.connectionString(connectionString)
  closing.push(() => client.dispose())
  await client.deleteStream('boat-1')
  const begun = store.append('boat-1', [event()], { expected: 'no_stream' })
  await expect(begun).rejects.toMatchObject({ code: 'STORE_FATAL', facts: { revision: 2n } })
  expect(await store.append('boat-2', [event()], { expected: 'no_stream' })).toMatchObject({ ok: true })
})

async function server(port: number): Promise<DevServer> {
  const started = await startDevServer({ port, projections: false })
  closing.push(() => started.close())
  return started
}

function open(connectionString: string): Store {
  const store = eventStoreDBStore({ connectionString, timeoutMs: 3_000 })
  closing.push(() => store.close())
  return store
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: {}, metadata: {} }
}
