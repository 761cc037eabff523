/** Logs that someone emptied, put back from a backup, or cut with the server's own tools. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStoreDBClient } from '@eventstore/db-client'
import { createRuntime, defineAgent, examineStore } from '@refold/core'
import { isRefoldError, toRevision } from '@refold/core/store'
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { closeAfterTest, event, openStore, startServer } from './log-servers.fixture.js'
import { pause } from './pause.js'

test('ESDB-18 a process that has read more than the log holds is refused everything, and a new one begins again', async () => {
  const first = await startServer()
  const store = openStore(first.connectionString)
  for (const agent of ['1', '2']) await store.append(`boat-${agent}`, [event()], { expected: 'no_stream' })
  await store.directory.get('boat-1')
  await first.close()
  const emptied = await startServer(first.port)
  await expect(store.directory.get('boat-1')).rejects.toMatchObject({ code: 'STORE_FATAL' })
  const appending = store.append('boat-3', [event()], { expected: 'no_stream' })
  await expect(appending).rejects.toMatchObject({ code: 'STORE_FATAL', message: expect.stringContaining('shorter') })
  const again = openStore(emptied.connectionString)
  expect(await again.append('boat-1', [event()], { expected: 'no_stream' })).toMatchObject({ ok: true })
})

test('ESDB-19 a stream that was deleted softly is begun by no agent', async () => {
  const { connectionString } = await startServer()
  const store = openStore(connectionString)
  await store.append('boat-1', [event(), event()], { expected: 'no_stream' })
  const client = EventStoreDBClient.connectionString(connectionString)
  closeAfterTest(() => client.dispose())
  await client.deleteStream('boat-1')
  const begun = store.append('boat-1', [event()], { expected: 'no_stream' })
  await expect(begun).rejects.toMatchObject({ code: 'STORE_FATAL', facts: { revision: 2n } })
  expect(await store.append('boat-2', [event()], { expected: 'no_stream' })).toMatchObject({ ok: true })
})

test.each([
  ['$tb', { truncateBefore: 2 }],
  ['$maxAge', { maxAge: 1 }],
])(
  'ESDB-95 a stream of which %s has cut off everything is begun by no agent, and no one waits for it',
  async (name, settings) => {
    const { connectionString } = await startServer()
    const boat = defineAgent({ name: 'boat', version: 1, machine: setup({}).createMachine({}) })
    const store = openStore(connectionString)
    const runtime = await createRuntime({ store, agents: [boat], onReport: () => {} })
    closeAfterTest(() => runtime.close())
    await store.append('boat-1', [event(), event()], { expected: 'no_stream' })
    const client = EventStoreDBClient.connectionString(connectionString)
    closeAfterTest(() => client.dispose())
    await client.setStreamMetadata('boat-1', settings)
    while ((await store.read('boat-1')[Symbol.asyncIterator]().next()).done !== true) await pause(200)
    const starting = runtime.start(boat, { id: '1' })
    await expect(starting).rejects.toMatchObject({ code: 'STORE_FATAL', message: expect.stringContaining(name) })
    await runtime.start(boat, { id: '2' })
  },
)

test('ESDB-96 an agent whose stream was deleted, or shows nothing, is told by a look through the store', async () => {
  const { connectionString } = await startServer()
  const boat = defineAgent({ name: 'boat', version: 1, machine: setup({}).createMachine({}) })
  const store = openStore(connectionString)
  const runtime = await createRuntime({ store, agents: [boat] })
  closeAfterTest(() => runtime.close())
  for (const id of ['1', '2', '3']) await runtime.start(boat, { id })
  const client = EventStoreDBClient.connectionString(connectionString)
  closeAfterTest(() => client.dispose())
  await client.setStreamMetadata('boat-1', { truncateBefore: 1 })
  await client.deleteStream('boat-2')
  const { findings } = await examineStore(store)
  expect(findings.map(({ stream, kind, trouble, lost }) => [stream, kind, trouble, lost])).toEqual([
    ['boat-1', 'note', 'GAP', 1],
    ['boat-2', 'note', 'GAP', 1],
  ])
})

test('ESDB-95 one of which something is shown is refused as any that is there', async () => {
  const { connectionString } = await startServer()
  const store = openStore(connectionString)
  await store.append('boat-1', [event(), event()], { expected: 'no_stream' })
  const client = EventStoreDBClient.connectionString(connectionString)
  closeAfterTest(() => client.dispose())
  await client.setStreamMetadata('boat-1', { truncateBefore: 1 })
  for (const _time of [1, 2, 3])
    expect(await store.append('boat-1', [event()], { expected: 'no_stream' })).toEqual({ ok: false, actual: 1n })
})

test('ESDB-20 an append decided on what a server that was put back, and has grown again, does not hold is refused', async () => {
  const first = await startServer()
  const store = openStore(first.connectionString)
  const [kept, gone] = [event(), event()]
  await store.append('boat-1', [kept], { expected: 'no_stream' })
  await store.append('boat-1', [gone], { expected: toRevision(0n), expectedId: kept.id })
  await store.directory.get('boat-1') // as a runtime does, it follows the log from here on
  const file = join(scratch(), 'log.db')
  const restored = await startServer(0, { file })
  const other = openStore(restored.connectionString)
  await other.append('boat-1', [kept], { expected: 'no_stream' })
  await other.append('boat-1', [event()], { expected: toRevision(0n) })
  await other.close()
  await restored.close()
  await first.close()
  await startServer(first.port, { file })
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
  closeAfterTest(async () => rmSync(path, { recursive: true, force: true }))
  return path
}
