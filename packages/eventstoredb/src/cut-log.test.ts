/** Logs that someone emptied, put back from a backup, or cut with the server's own tools. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient } from '@eventstore/db-client'
import type { NewEvent, Store } from '@refold/core/store'
import { isRefoldError, toRevision } from '@refold/core/store'
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

test('ESDB-20 an append decided on what a server that was put back, and has grown again, does not hold is refused', async () => {
  const first = await server(0)
  const store = open(first.connectionString)
  const [kept, gone] = [event(), event()]
  await store.append('boat-1', [kept], { expected: 'no_stream' })
  await store.append('boat-1', [gone], { expected: toRevision(0n), expectedId: kept.id })
  await store.directory.get('boat-1') // as a runtime does, it follows the log from here on
  const file = join(scratch(), 'log.db')
  const restored = await server(0, { file })
  const other = open(restored.connectionString)
  await other.append('boat-1', [kept], { expected: 'no_stream' })
  await other.append('boat-1', [event()], { expected: toRevision(0n) })
  await other.close()
  await restored.close()
  await first.close()
  await server(first.port, { file })
  const decidedOn = { expected: toRevision(1n), expectedId: gone.id }
  const appending = untilAnswered(() => store.append('boat-1', [event()], decidedOn))
  await expect(appending).rejects.toMatchObject({ code: 'STORE_FATAL', message: expect.stringContaining('boat-1') })
})

/** The first answer of the server that came back. */
async function untilAnswered<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (isRefoldError(error, 'STORE_FATAL')) throw error
    }
  }
}

function scratch(): string {
  const path = mkdtempSync(join(tmpdir(), 'refold-cut-log-'))
  closing.push(async () => rmSync(path, { recursive: true, force: true }))
  return path
}

async function server(port: number, { file }: { readonly file?: string } = {}): Promise<DevServer> {
  const started = await startDevServer({ port, projections: false, ...(file !== undefined && { file }) })
  closing.push(() => started.close())
  return started
}

function open(connectionString: string): Store {
  const store = eventStoreDBStore({ connectionString, timeoutMs: 20_000 })
  closing.push(() => store.close())
  return store
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: {}, metadata: {} }
}
