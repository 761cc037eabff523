/** Projections on every store: what counts once, what is found out, and what SQL sees. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createClient,
  createRuntime,
  defineAgent,
  defineProjection,
  effect,
  memoryLog,
  memoryStore,
} from '@refold/core'
import type { Client, Codec, Cursor, Followed, Runtime, Store } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { assign, emit, setup } from 'xstate'
import { startChild } from './real-processes/child.js'
import { openFile } from './sqlite-format/open-file.js'

const order = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({
    types: {
      context: {} as { paid: number },
      events: {} as { type: 'poke' } | { type: 'note'; text: string },
      emitted: {} as { type: 'noted'; text: string },
    },
    actors: { charge: effect<number, undefined>(async () => 7) },
  }).createMachine({
    context: { paid: 0 },
    initial: 'charging',
    on: {
      poke: { actions: assign({}) },
      note: { actions: emit(({ event }) => ({ type: 'noted', text: event.text })) },
    },
    states: {
      charging: {
        invoke: { src: 'charge', onDone: { target: 'sent', actions: assign({ paid: ({ event }) => event.output }) } },
      },
      sent: {},
    },
  }),
})

/** Everything that a record shows, so that nothing is missed. */
const records = defineProjection({
  name: 'records',
  version: 1,
  agents: [order],
  initial: { last: '', paid: 0, 'a b': 0, records: [] as unknown[] },
  evolve: (document, { agent, event, changes, cursor }) => ({
    ...document,
    last: event.type,
    paid: event.type === 'refold.effect.done' ? event.data.output : document.paid,
    records: [...document.records, { agent, event: JSON.parse(JSON.stringify(event)), changes, cursor }],
  }),
})
const pokes = defineProjection({
  name: 'pokes',
  version: 1,
  agents: [order],
  key: ({ event }) => (event.type === 'poke' ? 'all' : undefined),
  initial: 0,
  evolve: (count) => count + 1,
})

interface Place {
  connect(): Store
  /** Where documents are kept, if not with the agents. */
  documents(): { readonly projections?: Store }
  remove(): Promise<void>
}
function folder(): { readonly at: (name: string) => string; readonly remove: () => Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), 'refold-projections-'))
  return { at: (name) => join(path, name), remove: async () => rmSync(path, { recursive: true, force: true }) }
}
const STORES: Readonly<Record<string, () => Promise<Place>>> = {
  'in memory': async () => {
    const log = memoryLog()
    return { connect: () => memoryStore(log), documents: () => ({}), remove: async () => {} }
  },
  'in a file': async () => {
    const { at, remove } = folder()
    return { connect: () => sqliteStore(at('agents.db')), documents: () => ({}), remove }
  },
  'of a server, in a file of their own': async () => {
    const server = await startDevServer({ port: 0 })
    const { at, remove } = folder()
    const documents = (): { projections: Store } => ({ projections: sqliteStore(at('views.db')) })
    const end = async (): Promise<void> => void (await Promise.all([server.close(), remove()]))
    return { connect: () => eventStoreDBStore(server.connectionString), documents, remove: end }
  },
}

async function followed(client: Client): Promise<readonly Extract<Followed, { kind: 'event' }>[]> {
  const events: Extract<Followed, { kind: 'event' }>[] = []
  for await (const item of client.follow({ agents: [order] })) {
    if (item.kind === 'caught-up') break
    events.push(item)
  }
  return events
}

describe.each(Object.entries(STORES))('documents %s', (_name, open) => {
  let place: Place
  let writer: Runtime
  const connect = (): Promise<Client> => createClient({ store: place.connect(), ...place.documents(), agents: [order] })

  beforeAll(async () => {
    place = await open()
    writer = await createRuntime({ store: place.connect(), agents: [order] })
    for (const id of ['1', '2', '3']) {
      const agent = await writer.start(order, { id })
      await agent.waitFor(({ value }) => value === 'sent')
      for (let n = 0; n < 3; n++) await agent.send({ type: 'note', text: `${n}` }, { by: 'ana' })
      await agent.send({ type: 'poke' })
    }
  })
  afterAll(async () => {
    await writer.close()
    await place.remove()
  })

  test('PRJ-1 PRJ-14 hold each record once, as it is followed, whether it is past or live', async () => {
    await using client = await connect()
    const projection = await client.project(records)
    await projection.ready
    const agent = await writer.attach(order, '1')
    await agent.send({ type: 'note', text: 'live' })
    await projection.at(agent)
    const events = await followed(client)
    for (const id of ['1', '2', '3']) {
      const own = events.filter((one) => one.agent.id === id)
      const expected = own.map(({ agent: of, event, changes, cursor }) => ({ agent: of, event, changes, cursor }))
      expect((await projection.get(id))?.records).toEqual(JSON.parse(JSON.stringify(expected)))
    }
    expect((await projection.get('1'))?.records.at(-1)).toMatchObject({
      event: { type: 'note', emitted: [{ type: 'noted', text: 'live' }] },
    })
  })

  test('PRJ-1 PRJ-7 are counted once by processes that come and go', async () => {
    for (let round = 0; round < 3; round++) {
      await using client = await connect()
      await (await writer.attach(order, '2')).send({ type: 'poke' })
      await (
        await client.project(pokes)
      ).ready
    }
    await using client = await connect()
    const projection = await client.project(pokes)
    await projection.at(await writer.attach(order, '2'))
    const events = await followed(client)
    expect(await projection.get('all')).toBe(events.filter(({ event }) => event.type === 'poke').length)
    const last = events.at(-1)?.cursor as Cursor
    await projection.at(last)
    expect(projection.status).toMatchObject({ phase: 'live', records: events.length, checkpoint: last })
  })

  test('PRJ-9 a checkpoint that the log does not hold is refused, and they are made again when that is asked for', async () => {
    const store = place.documents().projections ?? place.connect()
    const [build] = (await store.projections?.builds('pokes')) ?? []
    if (build === undefined) throw new Error('there is no build')
    const checkpoint = build.checkpoint?.replace(/\/[0-9a-f]{8}-/, '/00000000-') ?? ''
    await store.projections?.commit([
      { build: { ...build, checkpoint, revision: build.revision + 1 }, expected: build.revision },
    ])
    await store.close()
    await using client = await connect()
    await expect(client.project(pokes)).rejects.toMatchObject({
      code: 'CURSOR_LOST',
      hint: expect.stringContaining('rebuild: true') as string,
    })
    const again = await client.project(pokes, { rebuild: true })
    await again.ready
    const events = await followed(client)
    await again.at(events.at(-1)?.cursor as Cursor)
    expect(await again.get('all')).toBe(events.filter(({ event }) => event.type === 'poke').length)
  })
})

describe('a projection in a file', () => {
  let place: ReturnType<typeof folder>
  beforeEach(() => {
    place = folder()
  })
  afterEach(() => place.remove())

  async function written(agents: number, store = sqliteStore(place.at('agents.db'))): Promise<Runtime> {
    const writer = await createRuntime({ store, agents: [order] })
    for (let n = 0; n < agents; n++)
      await (await writer.start(order, { id: `${n}` })).waitFor(({ value }) => value === 'sent')
    return writer
  }

  test('PRJ-24 PRJ-11 is a view with a column for each member, and no table of it is in a file without one', async () => {
    const writer = await written(2)
    const empty = openFile(place.at('agents.db'))
    expect(empty.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'projection%'")).toEqual([])
    empty.close()
    await (
      await writer.project(records)
    ).ready
    await writer.close()
    const opened = openFile(place.at('agents.db'))
    const rows = opened.rows('SELECT key, last, paid, document FROM projection_records ORDER BY key')
    expect(rows).toMatchObject([
      { key: '0', last: 'refold.effect.done', paid: 7 },
      { key: '1', last: 'refold.effect.done', paid: 7 },
    ])
    expect(JSON.parse(String(rows[0]?.['document']))).toMatchObject({ paid: 7, 'a b': 0 })
    opened.close()
  })

  test('PRJ-9 finds a checkpoint ahead of a log that was put back', async () => {
    await (await written(2)).close()
    copyFileSync(place.at('agents.db'), place.at('backup.db'))
    const views = (): Store => sqliteStore(place.at('views.db'))
    const writer = await createRuntime({
      store: sqliteStore(place.at('agents.db')),
      projections: views(),
      agents: [order],
    })
    const agent = await writer.attach(order, '1')
    await agent.send({ type: 'poke' })
    await (await writer.project(pokes)).at(agent)
    await writer.close()
    await using client = await createClient({
      store: sqliteStore(place.at('backup.db')),
      projections: views(),
      agents: [order],
    })
    await expect(client.project(pokes)).rejects.toMatchObject({ code: 'CURSOR_LOST', facts: { projection: 'pokes' } })
  })

  test('PRJ-14 gives what codecs encoded, and is parked where they are not given', async () => {
    const codec: Codec = {
      name: 'turn',
      encode: (plain) => ({ bytes: plain.toReversed() }),
      decode: (bytes) => bytes.toReversed(),
    }
    const store = (): Store => sqliteStore(place.at('agents.db'))
    await using writer = await createRuntime({ store: store(), agents: [order], codecs: [codec] })
    const agent = await writer.start(order, { id: '1' })
    await agent.waitFor(({ value }) => value === 'sent')
    const projection = await writer.project(records)
    await projection.at(agent)
    expect(await projection.get('1')).toMatchObject({ paid: 7 })
    await using without = await createClient({ store: store(), agents: [order] })
    const blind = await without.project(
      defineProjection({ name: 'blind', version: 1, initial: 0, evolve: (n) => n + 1 }),
    )
    await expect(blind.ready).rejects.toMatchObject({
      code: 'PROJECTION_PARKED',
      facts: { error: { code: 'UNREADABLE' } },
    })
  })

  test('PRJ-1 PRJ-7 PRJ-10 counts each record once while its processes are killed at any moment', async () => {
    const writer = await written(1)
    const agent = await writer.attach(order, '0')
    let sent = 0
    const send = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++, sent++) await agent.send({ type: 'poke' })
    }
    await send(200)
    for (let round = 0; round < 6; round++) {
      await using child = startChild('projecting.mjs', { store: place.at('agents.db') })
      await using other = startChild('projecting.mjs', { store: place.at('agents.db') })
      await (round % 2 === 0 ? child : other).told(({ records }) => Number(records) > 0 || round > 0)
      await send(20)
    }
    await using last = startChild('projecting.mjs', { store: place.at('agents.db') })
    await last.told(({ ready }) => ready === true)
    const store = sqliteStore(place.at('agents.db'))
    await expect
      .poll(async () => store.projections?.get({ projection: 'pokes', version: 1, generation: 1 }, ['0']))
      .toEqual(new Map([['0', { pokes: sent, revisions: [sent - 1, sent, sent + 1] }]]))
    await store.close()
    await writer.close()
  })
})
