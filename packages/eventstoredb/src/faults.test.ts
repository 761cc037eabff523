/** Faults between the store and a server, made by a proxy of the tests' own. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import type { AppendResult, NewEvent, Store, StoredEvent } from '@refold/core/store'
import { isRefoldError, toRevision } from '@refold/core/store'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { codeOf } from './code-of.fixture.js'
import { eventStoreDBStore } from './event-store-db-store.js'
import { FaultProxy } from './fault-proxy.fixture.js'
import { loopMsOf } from './loop-time.fixture.js'
import { describeOn, DEV_SERVER, REAL_SERVER, type TestServer } from './servers.fixture.js'

/** Where a test waits for it. */
const TIMEOUT_MS = 1500
/** Where none does: longer than any call takes. */
const LONG_MS = 20_000
const crashes: unknown[] = []
const onCrash = (error: unknown): void => void crashes.push(error)
const closing: (() => Promise<void>)[] = []

beforeAll(() => void process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash))

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  const [crash] = crashes.splice(0)
  if (crash !== undefined) throw crash
})

afterAll(() => void process.off('uncaughtException', onCrash).off('unhandledRejection', onCrash))

describeOn([DEV_SERVER, REAL_SERVER], (server) => {
  test('ESDB-4 a server that answers nothing makes no call wait longer than its time', async () => {
    const proxy = await openProxy(server())
    proxy.goSilent()
    const store = openStore(proxy.connectionString, { timeoutMs: TIMEOUT_MS })
    const calls: readonly [code: string, call: () => Promise<unknown>][] = [
      ['STORE_UNKNOWN', () => store.append(name(), [event()], { expected: 'no_stream' })],
      ['STORE_REJECTED', () => all(store.read('s-1'))],
      ['STORE_REJECTED', () => all(store.readAll())],
      ['STORE_REJECTED', () => store.registers.get('r')],
      ['STORE_REJECTED', () => store.registers.put('r', 1)],
      ['STORE_REJECTED', () => store.directory.get('s-1')],
      ['STORE_REJECTED', () => all(store.directory.find())],
    ]
    const codes = Promise.all(calls.map(async ([, call]) => codeOf(call())))
    expect(await loopMsOf(codes)).toBeLessThan(TIMEOUT_MS * 2)
    expect(await codes).toEqual(calls.map(([code]) => code))
    proxy.heal()
    await appendUntilKnown(store, name(), [event()])
  })

  test('ESDB-4 a port that takes connections and never speaks makes no call and no close wait', async () => {
    const mute = createServer((socket) => void socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    closing.push(async () => void mute.close())
    const store = openStore(`esdb://127.0.0.1:${(mute.address() as AddressInfo).port}?tls=false`, {
      timeoutMs: TIMEOUT_MS,
    })
    const append = store.append(name(), [event()], { expected: 'no_stream' })
    expect(await codeOf(append)).toBe('STORE_UNKNOWN')
    expect(await loopMsOf(store.close())).toBeLessThan(TIMEOUT_MS * 2)
  })

  test('ESDB-5 answers that come after the time-out harm nothing, and the identical append gets the original answer', async () => {
    const proxy = await openProxy(server())
    const store = openStore(proxy.connectionString, { timeoutMs: TIMEOUT_MS })
    await appendUntilKnown(store, name(), [event()])
    const [stream, events] = [name(), [event(), event()]]
    proxy.holdAnswers()
    expect(await codeOf(store.append(stream, events, { expected: 'no_stream' }))).toBe('STORE_UNKNOWN')
    proxy.heal()
    expect(await appendUntilKnown(store, stream, events)).toMatchObject({ ok: true, revision: 1n })
    expect(await all(store.read(stream))).toHaveLength(2)
  })

  for (const [moment, cut] of [
    ['before it is sent', (proxy: FaultProxy) => proxy.cut()],
    ['while it is sent', (proxy: FaultProxy) => proxy.cutAtRequest()],
    ['before it is answered', (proxy: FaultProxy) => proxy.cutAtAnswer()],
  ] as const)
    test(`ESDB-6 a connection that is cut with a hundred appends in flight, ${moment}, leaves each stored once`, async () => {
      const proxy = await openProxy(server())
      const store = openStore(proxy.connectionString)
      await store.append(name(), [event()], { expected: 'no_stream' })
      const streams = Array.from({ length: 100 }, name)
      cut(proxy)
      const appends = streams.map((stream) => appendUntilKnown(store, stream, [event(), event()]))
      if (moment === 'before it is answered') cut(proxy)
      await Promise.all(appends)
      const direct = openStore(server().connectionString)
      const lengths = await Promise.all(streams.map(async (stream) => (await all(direct.read(stream))).length))
      expect(new Set(lengths)).toEqual(new Set([2]))
    })

  test('ESDB-8 a subscription that is dropped again and again gives every event once and in order', async () => {
    const proxy = await openProxy(server())
    const [store, direct] = [openStore(proxy.connectionString), openStore(server().connectionString)]
    const stream = name()
    const seen: bigint[] = []
    const everything = follow(store.subscribe({ all: true }), (given) => countOf(given, stream) === 300)
    for await (const item of store.subscribe({ stream })) {
      if (item.kind === 'caught-up' && seen.length === 0) void appendMany(direct, stream, 300)
      if (item.kind === 'event') seen.push(item.event.revision)
      if (seen.length % 60 === 10) proxy.cut()
      if (seen.length === 300) break
    }
    expect(seen).toEqual(Array.from({ length: 300 }, (_, index) => BigInt(index)))
    const given = (await everything).filter((event) => event.stream === stream)
    expect(given.map(({ revision }) => revision)).toEqual(seen)
  })

  test('ESDB-9 appends of others are reported although the socket of the subscription is half-open', async () => {
    const proxy = await openProxy(server())
    const [store, direct] = [
      openStore(proxy.connectionString, { timeoutMs: 5_000, pollIntervalMs: 100 }),
      openStore(server().connectionString),
    ]
    const [first, second] = [name(), name()]
    const reports = store.externalAppends()[Symbol.asyncIterator]()
    await store.append(name(), [event()], { expected: 'no_stream' }) // its answer comes when the listening has begun
    await direct.append(first, [event()], { expected: 'no_stream' })
    expect((await reports.next()).value).toEqual([{ stream: first, revision: 0n }])
    proxy.abandon()
    await direct.append(second, [event()], { expected: 'no_stream' })
    expect((await reports.next()).value).toEqual([{ stream: second, revision: 0n }])
    await reports.return?.()
  })

  test('ESDB-10 trouble on one server neither fails nor crashes appends in flight to another', async () => {
    const [troubled, healthy] = [await openProxy(server()), await openProxy(server())]
    const [one, other] = [openStore(troubled.connectionString), openStore(healthy.connectionString)]
    await Promise.all([one, other].map((store) => store.append(name(), [event()], { expected: 'no_stream' })))
    healthy.holdAnswers()
    const inFlight = Array.from({ length: 20 }, () => other.append(name(), [event()], { expected: 'no_stream' }))
    troubled.cutAtRequest()
    await codeOf(one.append(name(), [event()], { expected: 'no_stream' }))
    healthy.heal()
    expect((await Promise.all(inFlight)).every(({ ok }) => ok)).toBe(true)
  })

  test('ESDB-11 an oversized append is refused before it is sent, and a hundred small ones beside it succeed', async () => {
    const proxy = await openProxy(server())
    const store = openStore(proxy.connectionString)
    const small = Array.from({ length: 100 }, () => store.append(name(), [event()], { expected: 'no_stream' }))
    const large = store.append(name(), [event('x'.repeat(17_000_000))], { expected: 'no_stream' })
    expect(await codeOf(large)).toBe('TOO_LARGE')
    expect((await Promise.all(small)).every(({ ok }) => ok)).toBe(true)
    const fits = event('x'.repeat(store.capabilities.maxAppendBytes - 200))
    expect(await store.append(name(), [fits], { expected: 'no_stream' })).toMatchObject({ ok: true })
  })

  test('ESDB-12 a subscriber that takes nothing holds up neither appends nor reads nor another subscriber', async () => {
    const proxy = await openProxy(server())
    const store = openStore(proxy.connectionString)
    const stream = name()
    const slow = store.subscribe({ all: true })[Symbol.asyncIterator]()
    await slow.next()
    const quick = follow(store.subscribe({ stream }), (given) => given.length === 20)
    for (let revision = 0; revision < 20; revision++) {
      const expected = revision === 0 ? 'no_stream' : toRevision(revision - 1)
      await store.append(stream, [event('x'.repeat(500_000))], { expected })
    }
    expect(await quick).toHaveLength(20)
    expect(await all(store.read(stream, { direction: 'backwards', limit: 1 }))).toHaveLength(1)
    await slow.return?.()
  })

  test('two processes that append to one stream get each revision once', async () => {
    const proxy = await openProxy(server())
    const [one, other] = [openStore(proxy.connectionString), openStore(server().connectionString)]
    const stream = name()
    const wins = await Promise.all([one, other].map((store) => race(store, stream, 40)))
    expect((wins[0] ?? 0) + (wins[1] ?? 0)).toBe(40)
    expect(await all(one.read(stream))).toHaveLength(40)
  })

  test('ESDB-7 a server that is killed and started again under load loses nothing and stores nothing twice', async () => {
    const store = openStore(server().connectionString)
    const streams = Array.from({ length: 50 }, name)
    let appended = 0
    const load = streams.map(async (stream) => {
      for (let revision = -1; revision < 9; revision++) {
        await appendUntilKnown(store, stream, [event()], revision)
        appended++
      }
    })
    await until(() => appended > 100)
    await server().kill()
    await server().start()
    await Promise.all(load)
    for (const stream of streams) expect(await all(store.read(stream))).toHaveLength(10)
  })
})

async function openProxy({ port }: TestServer): Promise<FaultProxy> {
  const proxy = await FaultProxy.open({ targetPort: port })
  closing.push(() => proxy.close())
  return proxy
}

function openStore(
  connectionString: string,
  options: { readonly timeoutMs?: number; readonly pollIntervalMs?: number } = {},
): Store {
  const store = eventStoreDBStore({ connectionString, timeoutMs: LONG_MS, ...options })
  closing.push(() => store.close())
  return store
}

/** As the runtime does: the identical append again, until its outcome is known. */
async function appendUntilKnown(
  store: Store,
  stream: string,
  events: readonly NewEvent[],
  last = -1,
): Promise<AppendResult> {
  for (;;) {
    try {
      const expected = last < 0 ? 'no_stream' : toRevision(last)
      const result = await store.append(stream, events, { expected })
      expect(result).toMatchObject({ ok: true })
      return result
    } catch (error) {
      if (!isRefoldError(error, 'STORE_UNKNOWN') && !isRefoldError(error, 'STORE_REJECTED')) throw error
    }
  }
}

async function race(store: Store, stream: string, count: number): Promise<number> {
  let wins = 0
  for (let length = 0; length < count;) {
    const expected = length === 0 ? 'no_stream' : toRevision(length - 1)
    const result = await store.append(stream, [event()], { expected })
    if (result.ok) wins++
    length = result.ok ? length + 1 : result.actual === 'no_stream' ? 0 : Number(result.actual) + 1
  }
  return wins
}

async function appendMany(store: Store, stream: string, count: number): Promise<void> {
  for (let last = -1; last < count - 1; last++) await appendUntilKnown(store, stream, [event()], last)
}

async function follow(
  items: ReturnType<Store['subscribe']>,
  isEnough: (given: readonly StoredEvent[]) => boolean,
): Promise<readonly StoredEvent[]> {
  const given: StoredEvent[] = []
  for await (const item of items) {
    if (item.kind === 'event') given.push(item.event)
    if (isEnough(given)) break
  }
  return given
}

function countOf(events: readonly StoredEvent[], stream: string): number {
  return events.filter((event) => event.stream === stream).length
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}

function name(): string {
  return `fault-${randomUUID()}`
}

function event(data: NewEvent['data'] = { a: 1 }): NewEvent {
  return { id: randomUUID(), type: 'noted', data, metadata: {} }
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const page of pages) items.push(...page)
  return items
}
