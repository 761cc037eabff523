import { describe, expect, test } from 'vitest'
import { memoryStore } from '../store/memory-store.js'
import { toRevision } from '../record/revision.js'
import type { NewEvent, Store, StoredEvent } from '../store/port.js'
import { RefoldError } from '../errors.js'
import { copyStreams } from './copy-streams.js'

const STREAMS = ['boat-1', 'boat-ä', 'ship-1', 'plain']

describe('copying streams', () => {
  test('COPY-1 keeps revisions, ids, types, data, metadata and the order between streams', async () => {
    const [from, to] = [await filled(), memoryStore()]
    expect(await copyStreams(from, to)).toEqual({ streams: 4, events: 120, stored: 120 })
    expect((await all(to)).map(withoutPosition)).toEqual((await all(from)).map(withoutPosition))
    expect(await to.directory.get('boat-1')).toEqual(await from.directory.get('boat-1'))
  })

  test('COPY-1 takes only the streams that are named, and leaves others of the target alone', async () => {
    const [from, to] = [await filled(), memoryStore()]
    await to.append('other', [event(0)], { expected: 'no_stream' })
    expect(await copyStreams(from, to, { streams: ['boat-1', 'none'] })).toEqual({ streams: 1, events: 30, stored: 30 })
    expect(new Set((await all(to)).map(({ stream }) => stream))).toEqual(new Set(['other', 'boat-1']))
  })

  test.each([0, 1, 7, 39])(
    'COPY-2 a copy broken off after %i appends goes on, and stores nothing twice',
    async (after) => {
      const [from, to] = [await filled(), memoryStore()]
      const broken = failing(to, { after })
      await expect(copyStreams(from, broken)).rejects.toMatchObject({ code: 'STORE_REJECTED' })
      const before = (await all(to)).length
      expect(await copyStreams(from, to)).toEqual({ streams: 4, events: 120, stored: 120 - before })
      expect(await copyStreams(from, to)).toEqual({ streams: 4, events: 120, stored: 0 })
    },
  )

  test('COPY-2 an append whose answer is lost is repeated, and stored once', async () => {
    const [from, to] = [await filled(), memoryStore()]
    expect(await copyStreams(from, forgetful(to))).toEqual({ streams: 4, events: 120, stored: 120 })
  })

  test('COPY-15 an append whose answer is lost, and whose repetition is refused, is told as not known', async () => {
    const [from, to] = [await filled(), memoryStore()]
    let appends = 0
    const append: Store['append'] = async (...args) => {
      if (++appends > 1) throw new RefoldError('STORE_REJECTED', 'out of reach')
      await to.append(...args)
      throw new RefoldError('STORE_UNKNOWN', 'no answer')
    }
    await expect(copyStreams(from, { ...methodsOf(to), append })).rejects.toMatchObject({ code: 'STORE_UNKNOWN' })
    const stored = (await all(to)).length
    expect(stored).toBeGreaterThan(0)
    expect(await copyStreams(from, to)).toEqual({ streams: 4, events: 120, stored: 120 - stored })
  })

  test('COPY-14 a target with agents of the same definition takes the copy, and keeps the chart that it has', async () => {
    const [from, to] = [await filled(), memoryStore()]
    for (const store of [from, to]) await store.append('refold-chart-f1', [event(0)], { expected: 'no_stream' })
    const [chart] = await all(to)
    expect(await copyStreams(from, to)).toEqual({ streams: 4, events: 120, stored: 120 })
    expect(await copyStreams(from, to)).toEqual({ streams: 4, events: 120, stored: 0 })
    expect((await all(to)).filter(({ stream }) => stream === 'refold-chart-f1')).toEqual([chart])
    const empty = memoryStore()
    expect(await copyStreams(from, empty)).toMatchObject({ streams: 5, stored: 121 })
    expect(await copyStreams(from, empty)).toMatchObject({ streams: 5, stored: 0 })
  })

  test('COPY-54 ends with what `onProgress` throws or rejects with', async () => {
    const onProgress = async (): Promise<void> => {
      throw new Error('in onProgress')
    }
    await expect(copyStreams(await filled(), memoryStore(), { onProgress })).rejects.toMatchObject({
      cause: { message: 'in onProgress' },
    })
  })

  test('COPY-3 a target that holds another event, or more of them, is refused', async () => {
    const from = await filled()
    for (const wrong of ['boat-1', 'plain']) {
      const to = memoryStore()
      await to.append(wrong, [event(99)], { expected: 'no_stream' })
      await expect(copyStreams(from, to)).rejects.toMatchObject({ code: 'COPY_DIFFERS' })
    }
    const to = memoryStore()
    await copyStreams(from, to)
    await to.append('boat-1', [event(99)], { expected: toRevision(29) })
    await expect(copyStreams(from, to)).rejects.toMatchObject({ code: 'COPY_DIFFERS' })
  })

  test('COPY-3 nothing is stored behind an event that the source does not have', async () => {
    const [from, to] = [await filled(), memoryStore()]
    await to.append('boat-1', [event(99)], { expected: 'no_stream' })
    await expect(copyStreams(from, to, { streams: ['boat-1'] })).rejects.toMatchObject({ code: 'COPY_DIFFERS' })
    expect(await all(to)).toHaveLength(1)
  })

  test('COPY-3 each append names the event of the source that it goes on from', async () => {
    const [from, to] = [await filled(), memoryStore()]
    const named: (string | undefined)[] = []
    const append: Store['append'] = (stream, events, options) => {
      named.push(options.expectedId)
      return to.append(stream, events, options)
    }
    await copyStreams(from, { ...methodsOf(to), append }, { streams: ['boat-1'] })
    const ids = (await all(to)).map(({ id }) => id)
    expect(named.length).toBeGreaterThan(2)
    expect(named.slice(1).every((id) => id !== undefined && ids.includes(id))).toBe(true)
    expect(named[0]).toBeUndefined()
  })

  test('COPY-3 a stream whose first events are gone is refused', async () => {
    const from = await filled()
    const cut: Store = { ...methodsOf(from), readAll: (options) => without(from.readAll(options), 'boat-1') }
    await expect(copyStreams(cut, memoryStore())).rejects.toMatchObject({ code: 'COPY_DIFFERS' })
  })
})

/** Four streams whose events lie between each other's, some appends of several. */
async function filled(): Promise<Store> {
  const store = memoryStore()
  for (let round = 0; round < 10; round++)
    for (const stream of STREAMS) {
      const expected = round === 0 ? ('no_stream' as const) : toRevision(round * 3 - 1)
      await store.append(stream, [event(round), event(round), event(round, stream)], { expected })
    }
  return store
}

function event(n: number, agent?: string): NewEvent {
  const header = {
    v: 0,
    agent: 'boat@1',
    at: n,
    input: { kind: 'event', to: '0' },
    active: ['sea'],
    body: { patch: [] },
  }
  return {
    id: crypto.randomUUID(),
    type: 'noted',
    data: { n, z: 1, a: [null] },
    metadata: agent?.startsWith('boat') === true ? { refold: header } : { n },
  }
}

async function all(store: Store): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const page of store.readAll()) events.push(...page)
  return events
}

function withoutPosition({ position: _position, ...rest }: StoredEvent) {
  return JSON.stringify(rest, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

function methodsOf(store: Store): Store {
  return {
    capabilities: { ...store.capabilities, maxAppendBytes: 400 },
    registers: store.registers,
    directory: store.directory,
    append: (...args) => store.append(...args),
    read: (...args) => store.read(...args),
    readAll: (...args) => store.readAll(...args),
    subscribe: (...args) => store.subscribe(...args),
    externalAppends: (...args) => store.externalAppends(...args),
    close: () => store.close(),
  }
}

function failing(store: Store, { after }: { readonly after: number }): Store {
  let appends = 0
  const append: Store['append'] = (...args) => {
    if (appends++ >= after) return Promise.reject(new RefoldError('STORE_REJECTED', 'no'))
    return store.append(...args)
  }
  return { ...methodsOf(store), append }
}

/** Stores, and says that it does not know. Every second time. */
function forgetful(store: Store): Store {
  let appends = 0
  const append: Store['append'] = async (...args) => {
    const result = await store.append(...args)
    if (appends++ % 2 === 0) throw new RefoldError('STORE_UNKNOWN', 'lost')
    return result
  }
  return { ...methodsOf(store), append }
}

async function* without(pages: AsyncIterable<readonly StoredEvent[]>, stream: string) {
  for await (const page of pages) yield page.filter((given) => given.stream !== stream || given.revision > 2n)
}
