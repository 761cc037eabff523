import { beforeEach, describe, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import type { RefoldError } from '../errors.js'
import type { Codec } from '../log/codec.js'
import type { Cursor, Followed } from '../public/follow.js'
import type { Report } from '../public/report.js'
import type { Client } from '../public/runtime.js'
import { memoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { createWorld } from '../world/system-world.js'
import { createClient } from './create-client.js'
import { ManualTime, settle } from './manual-time.fixture.js'

const order = defineAgent({ name: 'order', version: 1, machine: setup({}).createMachine({}) })

describe('following agents', () => {
  let time: ManualTime
  let reports: Report[]
  let client: Client
  let awake: number
  let looks: number

  beforeEach(async () => {
    time = new ManualTime()
    reports = []
    awake = 0
    looks = 0
    const keepAlive = () => (awake++, () => void awake--)
    const store = memoryStore(memoryLog())
    const readAll: typeof store.readAll = (options) => (looks++, memoryReadAll(options))
    const memoryReadAll = store.readAll.bind(store)
    client = await createClient({
      store: Object.assign(store, { readAll }),
      agents: [order],
      world: createWorld({ clock: time.clock(), logger: { log: () => {} }, keepAlive }),
      onReport: (report) => reports.push(report),
    })
  })

  const next = (items: AsyncIterator<Followed>): Promise<IteratorResult<Followed>> => items.next()
  const codes = (): readonly string[] => reports.map(({ code }) => code)

  test('FOL-11 a reader that takes nothing while records wait is reported, and again when it goes on', async () => {
    const items = client.follow({ agents: [order], stalledAfterMs: 10_000 })[Symbol.asyncIterator]()
    await next(items)
    await time.advance(60_000)
    expect(codes()).toEqual([])
    await client.start(order, { id: '1' })
    await time.advance(15_000)
    expect(codes()).toEqual(['STALLED'])
    expect(reports[0]?.facts).toMatchObject({ waitsFor: 'reader', agents: ['order'] })
    await time.advance(60_000)
    expect(await next(items)).toMatchObject({ value: { kind: 'event', agent: { id: '1' } } })
    expect(codes()).toEqual(['STALLED'])
    await next(items) // the record is dealt with now
    expect(codes()).toEqual(['STALLED', 'ADVANCING'])
    await time.advance(60_000)
    expect(codes()).toEqual(['STALLED', 'ADVANCING'])
    await items.return?.()
    await client.close()
  })

  test('FOL-11 no one is reported who waits with all that is stored, whose end was asked for, or who wants no report', async () => {
    const stop = new AbortController()
    const waiting = next(client.follow({ from: 'now' })[Symbol.asyncIterator]())
    const over = client.follow({ signal: stop.signal, stalledAfterMs: 1_000 })[Symbol.asyncIterator]()
    const quiet = client.follow({ stalledAfterMs: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]()
    await Promise.all([waiting, next(over), next(quiet)])
    stop.abort()
    const agent = await client.start(order, { id: '1' })
    expect(agent.id).toBe('1')
    await time.advance(20_000)
    await client.close()
    await time.advance(600_000)
    expect(codes()).toEqual([])
  })

  test('FOL-148 a reader is reported in its own time, however slow others are', async () => {
    for (const stalledAfterMs of [1_000_000, 10_000, 1_000]) {
      const items = client.follow({ stalledAfterMs })[Symbol.asyncIterator]()
      await next(items)
    }
    await client.start(order, { id: '1' })
    await time.advance(1_500)
    expect(codes()).toEqual(['STALLED'])
    await time.advance(13_500)
    expect(codes()).toEqual(['STALLED', 'STALLED'])
    await client.close()
  })

  test('FOL-149 the lag tells the age of the first record that says its time, also behind a damaged one', async () => {
    const log = memoryLog()
    const records = [{ v: 'damaged' }, { v: 0, agent: 'order@1', at: 1_000, input: { kind: 'x' }, body: {} }]
    const events = records.map((refold, n) => ({ id: `id-${n}`, type: 'x', data: {}, metadata: { refold } }))
    await memoryStore(log).append('order-9', events, { expected: 'no_stream' })
    const world = createWorld({ clock: time.clock(), logger: { log: () => {} } })
    await using reader = await createClient({ store: memoryStore(log), agents: [order], world })
    const ms = world.clock.now() - 1_000
    expect(await reader.lag(undefined)).toEqual({ records: 2, ms })
    expect(ms).toBeGreaterThan(0)
  })

  test('FOL-12 a process that waits for the next record stays alive, one whose reader waits does not', async () => {
    const items = client.follow()[Symbol.asyncIterator]()
    await next(items)
    expect(awake).toBe(0)
    const waiting = next(items)
    await settle()
    expect(awake).toBe(1)
    await client.start(order, { id: '1' })
    await waiting
    expect(awake).toBe(0)
    await next(items)
    const ending = next(items)
    await client.close()
    await ending
    expect(awake).toBe(0)
  })

  test('FOL-13 a thousand readers share one look at the end of the log', async () => {
    const all = Array.from({ length: 1_000 }, () => client.follow({ stalledAfterMs: 2_000 })[Symbol.asyncIterator]())
    await Promise.all(all.map(next))
    for (const items of all) void next(items)
    looks = 0
    await time.advance(10_000)
    expect(looks).toBe(10)
    await client.close()
  })

  test('FOL-10 what is asked for wrongly is refused', async () => {
    expect(() => client.follow({ stalledAfterMs: 0 })).toThrow(/stalledAfterMs/)
    expect(() => client.follow({ agents: ['order' as never] })).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION' }),
    )
    await expect(client.lag(undefined, { agent: [order] } as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await expect(client.lag('nonsense' as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await client.close()
  })
})

const odd = defineAgent({
  name: 'order',
  version: 1,
  machine: setup({}).createMachine({ on: { odd: { actions: assign({}) } } }),
})
const PLAIN: Codec = { name: 'plain', encode: (bytes) => ({ bytes }), decode: (bytes) => bytes }

test.each([
  ['that no codec here decodes', { codecs: [PLAIN] }, {}, 'UNREADABLE'],
  ['that an upcaster refuses', {}, { upcasters: [{ type: 'odd', upcast: () => undefined as never }] }, 'UPCAST_FAILED'],
] as const)('FOL-26 a record %s ends it, with the place behind it', async (_what, written, read, code) => {
  const log = memoryLog()
  const writer = async (options: object) =>
    createClient({ store: memoryStore(log), agents: [odd], onReport: () => {}, ...options })
  const plain = await writer({})
  await plain.start(odd, { id: '1' })
  const other = await writer(written)
  await other.start(odd, { id: '2', event: { type: 'odd' } })
  await plain.start(odd, { id: '3' })
  const reader = await writer(read)
  const ids: string[] = []
  let from: Cursor | 'start' = 'start'
  const places: unknown[] = []
  for (let isWhole = false; !isWhole;) {
    try {
      for await (const item of reader.follow({ from })) {
        if (item.kind === 'caught-up') break
        ids.push(item.agent.id)
      }
      isWhole = true
    } catch (error) {
      expect(error).toMatchObject({ code, facts: { stream: 'order-2' } })
      const { cursor, revision } = (error as RefoldError).facts as {
        readonly cursor: Cursor
        readonly revision: number
      }
      places.push(revision)
      from = cursor
    }
  }
  expect(new Set(ids.filter((id) => id !== '2'))).toEqual(new Set(['1', '3']))
  expect(places).toEqual(code === 'UNREADABLE' ? [0, 1] : [1])
  await Promise.all([plain, other, reader].map((client) => client.close()))
})
