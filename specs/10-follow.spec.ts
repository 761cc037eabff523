/** Following the agents of a store: every record once, in order, from a place that can be kept, on every store. */
import { randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyStreams, createClient, createRuntime, defineAgent, effect, memoryLog, memoryStore } from '@refold/core'
import type { Client, Cursor, Followed, FollowOptions, Runtime, Store } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { sqliteStore } from '@refold/sqlite'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { assign, setup } from 'xstate'

const order = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({
    types: { context: {} as { paid: number; last: string }, events: {} as { type: 'note'; text: string } },
    actors: { charge: effect<number, undefined>(async () => 7) },
  }).createMachine({
    context: { paid: 0, last: '' },
    initial: 'charging',
    on: { note: { actions: assign({ last: ({ event }) => event.text }) } },
    states: {
      charging: {
        invoke: { src: 'charge', onDone: { target: 'sent', actions: assign({ paid: ({ event }) => event.output }) } },
      },
      sent: {},
    },
  }),
})
const cart = defineAgent({ name: 'cart', version: 1, machine: setup({}).createMachine({}) })

interface Place {
  connect(): Store
  remove(): Promise<void>
}
const STORES: Readonly<Record<string, () => Promise<Place>>> = {
  'in memory': async () => {
    const log = memoryLog()
    return { connect: () => memoryStore(log), remove: async () => {} }
  },
  'in a file': async () => {
    const folder = mkdtempSync(join(tmpdir(), 'refold-follow-'))
    const remove = async (): Promise<void> => rmSync(folder, { recursive: true, force: true })
    return { connect: () => sqliteStore(join(folder, 'agents.db')), remove }
  },
  'on a server': async () => {
    const server = await startDevServer({ port: 0 })
    return { connect: () => eventStoreDBStore(server.connectionString), remove: () => server.close() }
  },
}

type Event = Extract<Followed, { kind: 'event' }>

/** Up to the first `caught-up`, or to so many events. */
async function read(client: Client, options: FollowOptions = {}, count = Infinity): Promise<readonly Event[]> {
  const events: Event[] = []
  for await (const item of client.follow(options)) {
    if (item.kind === 'caught-up' && count === Infinity) return events
    if (item.kind === 'event') events.push(item)
    if (events.length >= count) return events
  }
  return events
}

const textOf = ({ agent, event }: Event): string => `${agent.name}-${agent.id} ${event.revision} ${event.type}`

describe.each(Object.entries(STORES))('FOL-1 following agents %s', (_name, open) => {
  let place: Place
  let writer: Runtime
  let reader: Client

  beforeAll(async () => {
    place = await open()
    writer = await createRuntime({ store: place.connect(), agents: [order, cart] })
    reader = await createClient({ store: place.connect(), agents: [order] })
    const first = await writer.start(order, { id: '1' })
    await first.waitFor(({ value }) => value === 'sent')
    await writer.start(cart, { id: '1' })
    await first.send({ type: 'note', text: 'a' })
  })
  afterAll(async () => {
    await Promise.all([writer.close(), reader.close()])
    await place.remove()
  })

  test('FOL-1 gives every record once and in the order of the log, stored ones and then those that another process appends', async () => {
    const stored = await read(reader)
    const own = stored.filter(({ agent }) => agent.name === 'order').map(({ event }) => Number(event.revision))
    expect(own).toEqual(own.map((_, at) => at))
    expect(stored.map(textOf)).toContain('cart-1 0 refold.started')
    expect(stored[0]).toMatchObject({
      changes: { status: 'active', active: ['charging'], condition: 'running', pending: 1 },
    })
    expect(stored.at(-1)?.changes).toEqual({})
    expect(stored.at(-1)).toMatchObject({ event: { type: 'note', data: { text: 'a' } } })
    const all = read(reader, {}, stored.length + 20)
    const agent = await writer.attach(order, '1')
    for (let n = 0; n < 20; n++) await agent.send({ type: 'note', text: `${n}` })
    const live = await all
    expect(live.slice(0, stored.length)).toEqual(stored.map((one) => ({ ...one, lagMs: expect.any(Number) as number })))
    expect(live.slice(-20).map(({ event }) => event.data)).toEqual(
      Array.from({ length: 20 }, (_, n) => ({ text: `${n}` })),
    )
  })

  test('FOL-2 cursors compare as text, and from one it goes on behind its record', async () => {
    const events = await read(reader)
    const cursors = events.map(({ cursor }) => cursor)
    expect(cursors.toSorted()).toEqual(cursors)
    for (const at of [0, 3, events.length - 1]) {
      const from = JSON.parse(JSON.stringify(cursors[at])) as Cursor
      expect((await read(reader, { from })).map(textOf)).toEqual(events.slice(at + 1).map(textOf))
    }
  })

  test('FOL-3 a cursor whose record the log does not hold is refused, and so is what is none', async () => {
    const [last] = (await read(reader)).slice(-1)
    const place = last?.cursor ?? ''
    const other = place.replace(/\/[0-9a-f]{8}-/, '/00000000-') as Cursor
    await expect(read(reader, { from: other })).rejects.toMatchObject({ code: 'CURSOR_LOST' })
    const later = place.replace(/^(\d{19})\/(\d+)/, (_, position: string) => `${position}/999999`) as Cursor
    await expect(read(reader, { from: later })).rejects.toMatchObject({ code: 'CURSOR_LOST' })
    await expect(read(reader, { from: 'nonsense' as Cursor })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('FOL-4 begins now, or at a time, and says when it has given everything', async () => {
    const items = reader.follow({ from: 'now' })[Symbol.asyncIterator]()
    const caughtUp = await items.next()
    expect(caughtUp.value).toEqual({ kind: 'caught-up', cursor: (await read(reader)).at(-1)?.cursor })
    const agent = await writer.attach(order, '1')
    await agent.send({ type: 'note', text: 'now' })
    let next = await items.next()
    while (next.value?.kind === 'caught-up') next = await items.next()
    expect(next.value).toMatchObject({ kind: 'event', event: { data: { text: 'now' } } })
    await items.return?.()
    const { at } = (await read(reader)).at(-1)?.event ?? { at: 0 }
    expect((await read(reader, { from: { at } })).at(-1)?.event.data).toEqual({ text: 'now' })
    expect(await read(reader, { from: { at: at + 60_000 } })).toEqual([])
  })

  test('FOL-5 a reader that is slow holds up no one, and ends when its signal aborts or its client closes', async () => {
    const stop = new AbortController()
    const slow = reader.follow({ signal: stop.signal })[Symbol.asyncIterator]()
    await slow.next()
    const agent = await writer.attach(order, '1')
    await agent.send({ type: 'note', text: 'on' })
    expect((await read(reader)).at(-1)?.event.data).toEqual({ text: 'on' })
    stop.abort()
    expect(await slow.next()).toEqual({ done: true, value: undefined })
    const leaving = await createClient({ store: place.connect(), agents: [order] })
    const waiting = read(leaving, { from: 'now' }, 1)
    await leaving.close()
    expect(await waiting).toEqual([])
  })

  test('FOL-6 narrows to definitions, whose events it knows by type', async () => {
    const options = { agents: [order] }
    expect(new Set((await read(reader, options)).map(({ agent }) => agent.name))).toEqual(new Set(['order']))
    const [first] = await read(reader, { agents: [cart] }, 1)
    expect(first).toMatchObject({ agent: { name: 'cart' } })
    for await (const item of reader.follow(options)) {
      if (item.kind === 'event' && item.event.type === 'note') {
        expectTypeOf(item.event.data).toEqualTypeOf<{ text: string }>()
        break
      }
    }
  })

  test('FOL-10 tells how many records wait behind a cursor, and how long the oldest of them has waited', async () => {
    const all = await read(reader)
    const from = all.at(-4)?.cursor
    expect(await reader.lag(from)).toEqual({ records: 3, ms: expect.any(Number) as number })
    expect(await reader.lag(all.at(-1)?.cursor)).toEqual({ records: 0, ms: 0 })
    const carts = all.filter(({ agent }) => agent.name === 'cart')
    expect(await reader.lag(undefined, { agents: [cart] })).toMatchObject({ records: carts.length })
  })

  test('FOL-16 a record of an effect names it, and has the type of its outcome', async () => {
    for await (const item of reader.follow({ agents: [order] })) {
      if (item.kind !== 'event' || item.event.type !== 'refold.effect.done') continue
      expectTypeOf(item.event.data.output).toEqualTypeOf<number>()
      expect(item.event).toMatchObject({ effect: expect.any(String) as string, data: { src: 'charge', output: 7 } })
      break
    }
  })

  test('FOL-15 a cursor of a store goes on behind the same record of a copy', async () => {
    const all = await read(reader)
    const source = place.connect()
    const target = memoryStore()
    const other = await createClient({ store: target, agents: [cart] })
    const first = { id: randomUUID(), type: 'first', data: {}, metadata: {} }
    await target.append('first-1', [first], { expected: 'no_stream' }) // so that each position is another one
    await copyStreams(source, target)
    await source.close()
    const rest = await read(other, { from: all[2]?.cursor as Cursor })
    expect(rest.map(textOf)).toEqual(all.slice(3).map(textOf))
    await other.close()
  })

  test('FOL-1 what is asked for wrongly is refused at once', () => {
    expect(() => reader.follow({ form: 'now' } as never)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
    expect(() => reader.follow({ from: { at: 'now' } } as never)).toThrow(/from\.at/)
    expect(() => reader.follow({ agents: order } as never)).toThrow(/agents/)
  })
})

test('FOL-3 a reader goes on from no backup as if it were the log that it has read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-follow-'))
  const [file, backup] = [join(folder, 'agents.db'), join(folder, 'backup.db')]
  const run = async <R>(work: (runtime: Runtime) => Promise<R>): Promise<R> => {
    await using runtime = await createRuntime({ store: sqliteStore(file), agents: [cart] })
    return await work(runtime)
  }
  await run((runtime) => runtime.start(cart, { id: '1' }))
  copyFileSync(file, backup)
  const [, second] = await run(async (runtime) => {
    await runtime.start(cart, { id: '2' })
    return await read(runtime)
  })
  copyFileSync(backup, file)
  await run(async (runtime) => {
    await runtime.start(cart, { id: '3' })
    await expect(read(runtime, { from: second?.cursor as Cursor })).rejects.toMatchObject({ code: 'CURSOR_LOST' })
  })
  rmSync(folder, { recursive: true, force: true })
})

test('FOL-13 a thousand readers of a file add one timer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'refold-follow-'))
  const reader = await createClient({ store: sqliteStore(join(folder, 'agents.db')), agents: [cart] })
  const timers = vi.spyOn(globalThis, 'setInterval')
  const all = Array.from({ length: 1_000 }, () => reader.follow({ from: 'now' })[Symbol.asyncIterator]())
  await Promise.all(all.map((items) => items.next()))
  const polls = timers.mock.calls.filter(([, everyMs]) => (everyMs ?? 0) < 1_000)
  expect(polls.length).toBeLessThanOrEqual(1) // none, where the client looks anyway
  timers.mockRestore()
  await reader.close()
  rmSync(folder, { recursive: true, force: true })
})
