/** Cursors of a store that are used on another one, which the agents were brought to. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  copyStreams,
  createClient,
  createRuntime,
  defineAgent,
  defineConsumer,
  defineProjection,
  importStreams,
  memoryLog,
  memoryStore,
} from '@refold/core'
import type { Client, Cursor, Store } from '@refold/core'
import { exportStreams, openExport } from '@refold/core/history'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { sqliteStore } from '@refold/sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'

const machine = setup({
  types: { context: {} as { pings: number }, events: {} as { type: 'ping' } },
}).createMachine({
  context: { pings: 0 },
  on: { ping: { actions: assign({ pings: ({ context }) => context.pings + 1 }) } },
})
const job = defineAgent({ name: 'job', version: 1, machine })
const pings = defineProjection({
  name: 'pings',
  version: 1,
  agents: [job],
  initial: 0,
  evolve: (count, { event }) => (event.type === 'ping' ? count + 1 : count),
})

interface Place {
  connect(): Store
  remove(): Promise<void>
}
const inMemory = async (): Promise<Place> => {
  const log = memoryLog()
  return { connect: () => memoryStore(log), remove: async () => {} }
}
const inFile = async (): Promise<Place> => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-other-'))
  const remove = async (): Promise<void> => rmSync(folder, { recursive: true, force: true })
  return { connect: () => sqliteStore(join(folder, 'agents.db')), remove }
}
const onServer = async (): Promise<Place> => {
  const server = await startDevServer({ port: 0 })
  return { connect: () => eventStoreDBStore(server.connectionString), remove: () => server.close() }
}

async function read(client: Client, from: 'start' | Cursor): Promise<{ names: string[]; cursors: Cursor[] }> {
  const [names, cursors]: [string[], Cursor[]] = [[], []]
  for await (const item of client.follow({ agents: [job], from })) {
    if (item.kind === 'caught-up')
      return { names, cursors: item.cursor === undefined ? cursors : [...cursors, item.cursor] }
    names.push(`${item.agent.id} ${item.event.type}`)
    cursors.push(item.cursor)
  }
  throw new Error('it ended')
}

const lost = expect.objectContaining({ code: 'CURSOR_LOST' })
const STREAMS = ['job-a', 'job-b']

async function imported(from: Store, to: Store, streams: readonly string[]): Promise<void> {
  let text = ''
  for await (const line of exportStreams(from, streams)) text += line
  await importStreams(await openExport(new Blob([text])), to)
}

describe.each([
  ['memory', inMemory, inMemory],
  ['a file', inFile, inFile],
  ['a server', onServer, inFile],
])('a cursor of %s', (_, openSource, openTarget) => {
  let places: readonly [Place, Place]
  let [source, target]: Store[] = []
  let cursor: Cursor

  beforeEach(async () => {
    places = [await openSource(), await openTarget()]
    const runtime = await createRuntime({ store: places[0].connect(), agents: [job] })
    const one = await runtime.start(job, { id: 'a' })
    await runtime.start(job, { id: 'b' })
    cursor = (await read(runtime, 'start')).cursors.at(-1) as Cursor
    await one.send({ type: 'ping' }) // what a reader at the cursor has not seen
    await runtime.close()
    source = places[0].connect()
    target = places[1].connect()
  })
  afterEach(async () => {
    await Promise.all([source?.close(), target?.close()])
    for (const place of places) await place.remove()
  })
  const from = (): Store => source as Store
  const to = (): Store => target as Store
  const client = (): Promise<Client> => createClient({ store: places[1].connect(), agents: [job] })

  test('FOL-126 is refused after an import, which has another order, and one of its own goes on', async () => {
    await imported(from(), to(), STREAMS)
    await using reader = await client()
    await expect(read(reader, cursor)).rejects.toThrow(lost)
    await expect(reader.lag(cursor)).rejects.toThrow(lost)
    const { names, cursors } = await read(reader, 'start')
    expect(names).toEqual(['a refold.started', 'a ping', 'a refold.paused', 'b refold.started', 'b refold.paused'])
    for (const [index, own] of cursors.entries())
      expect((await read(reader, own)).names).toEqual(names.slice(index + 1))
  })

  test('FOL-126 is refused where agents lived before a copy, that were not seen up to it', async () => {
    const runtime = await createRuntime({ store: places[1].connect(), agents: [job] })
    await runtime.start(job, { id: 'c' })
    await runtime.close()
    await copyStreams(from(), to())
    await using reader = await client()
    await expect(read(reader, cursor)).rejects.toThrow(lost)
  })

  test('FOL-126 is refused after a copy in parts, and after a copy of what was imported', async () => {
    await to().append('first-1', [{ id: randomUUID(), type: 'first', data: {}, metadata: {} }], {
      expected: 'no_stream',
    })
    await copyStreams(from(), to(), { streams: ['job-b'] })
    await copyStreams(from(), to(), { streams: ['job-a'] })
    await using reader = await client()
    await expect(read(reader, cursor)).rejects.toThrow(lost)
    const second = memoryStore()
    await second.append('first-1', [{ id: randomUUID(), type: 'first', data: {}, metadata: {} }], {
      expected: 'no_stream',
    })
    await copyStreams(to(), second, { streams: STREAMS })
    await using other = await createClient({ store: second, agents: [job] })
    await expect(read(other, cursor)).rejects.toThrow(lost)
  })

  test('FOL-15 goes on after a copy, also one that was called again, as a cursor of the copy', async () => {
    await to().append('first-1', [{ id: randomUUID(), type: 'first', data: {}, metadata: {} }], {
      expected: 'no_stream',
    })
    await copyStreams(from(), to(), { streams: STREAMS })
    await copyStreams(from(), to(), { streams: STREAMS })
    await using reader = await client()
    expect((await read(reader, cursor)).names).toEqual(['a ping'])
    const { cursors } = await read(reader, 'start')
    const last = cursors.at(-1)
    const stale = (await sourceCursors()).at(-1) as Cursor
    expect((await read(reader, stale)).cursors).toEqual([last])
  })

  test('FOL-15 a consumer that was copied goes on where it was, and stores its place there', async () => {
    const seen: string[] = []
    const consumer = defineConsumer({
      name: 'seer',
      agents: [job],
      each: ({ agent, event }) => void seen.push(`${agent.id} ${event.type}`),
    })
    const consume = async (store: Store, count: number): Promise<void> => {
      await using owner = await createClient({ store, agents: [job] })
      const running = await owner.consume(consumer)
      await expect.poll(() => seen.length).toBe(count)
      await running.close()
    }
    await consume(places[0].connect(), 3)
    await copyStreams(from(), to())
    const runtime = await createRuntime({ store: places[1].connect(), agents: [job] })
    await runtime.start(job, { id: 'c' })
    await consume(places[1].connect(), 4)
    await runtime.start(job, { id: 'd' })
    await consume(places[1].connect(), 5)
    await runtime.close()
    expect(seen.slice(3)).toEqual(['c refold.started', 'd refold.started'])
  })

  async function sourceCursors(): Promise<readonly Cursor[]> {
    await using reader = await createClient({ store: places[0].connect(), agents: [job] })
    return (await read(reader, 'start')).cursors
  }
})

describe('a projection in a file of its own', () => {
  let views: Place

  beforeEach(async () => {
    views = await inFile()
  })
  afterEach(() => views.remove())

  async function seen(source: Place): Promise<void> {
    const runtime = await createRuntime({ store: source.connect(), projections: views.connect(), agents: [job] })
    const one = await runtime.start(job, { id: 'a' })
    const other = await runtime.start(job, { id: 'b' })
    const projection = await runtime.project(pings)
    await projection.at(other)
    await projection.close()
    await one.send({ type: 'ping' })
    await runtime.close()
  }
  const open = (store: Store): Promise<Client> => createClient({ store, projections: views.connect(), agents: [job] })

  test('PRJ-156 is refused for a store that its agents were imported to, and is made again', async () => {
    const source = await inFile()
    await seen(source)
    const target = await inFile()
    const [from, to] = [source.connect(), target.connect()]
    await imported(from, to, STREAMS)
    await Promise.all([from.close(), to.close()])
    await using reader = await open(target.connect())
    await expect(reader.project(pings)).rejects.toThrow(lost)
    const projection = await reader.project(pings, { rebuild: true })
    await projection.at(await reader.attach(job, 'a'))
    expect(await projection.get('a')).toBe(1)
    await reader.close()
    await Promise.all([source.remove(), target.remove()])
  })

  test('PRJ-156 goes on for a copy, and says what it holds by the positions of the copy', async () => {
    const source = await onServer()
    await seen(source)
    const [from, to] = [source.connect(), memoryLog()]
    await copyStreams(from, memoryStore(to))
    await from.close()
    const runtime = await createRuntime({ store: memoryStore(to), agents: [job] })
    await (await runtime.attach(job, 'a')).send({ type: 'ping' })
    await using reader = await open(memoryStore(to))
    const projection = await reader.project(pings)
    await projection.at(await reader.attach(job, 'a'))
    expect(await projection.get('a')).toBe(2)
    await runtime.close()
    await source.remove()
  })
})
