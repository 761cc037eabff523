/** Reads that lose their connection in between go on behind what they gave, and keep to their limit. */
import { Readable } from 'node:stream'
import { toPosition, toRevision } from '@refold/core/store'
import type { StoredEvent } from '@refold/core/store'
import { describe, expect, it } from 'vitest'
import { NoAnswer } from './client/failure.js'
import type { WireCall, WireItem, WireReadOptions, WireRecord } from './client/wire.js'
import type { Connection } from './connection.js'
import { positionOf } from './following.js'
import { readEverything, readStream } from './reading.js'

const STORED = Array.from({ length: 10 }, (_, index) => recordAt(index))
const TIME_MS = 600

function recordAt(index: number): WireRecord {
  const revision = BigInt(index)
  return {
    kind: 'event',
    stream: 's-1',
    id: `id-${index}`,
    type: 'noted',
    revision,
    position: revision * 10n,
    data: index,
    metadata: {},
  }
}

interface ConnectionOptions {
  readonly each?: number
  readonly pauseMs?: number
  readonly log?: readonly WireItem[]
}

/** Gives so many items a call, then the connection is gone. */
function openConnection({ each = 3, pauseMs = 0, log = STORED }: ConnectionOptions = {}): {
  connection: Connection
  asked: WireReadOptions[]
} {
  const asked: WireReadOptions[] = []
  const call = (records: readonly WireItem[], options: WireReadOptions): WireCall => {
    asked.push(options)
    const given = records.slice(0, options.limit)
    const items = new Readable({ objectMode: true, read: () => {} })
    for (const item of given.slice(0, each)) items.push(item)
    const isAll = given.length <= each
    setTimeout(() => (isAll ? items.push(null) : items.destroy(new NoAnswer('reading', 1))), 5 + pauseMs)
    return { items, toItem: (item) => item as WireItem, cancel: async () => {} }
  }
  const client = {
    readStream: (_stream: string, { from, backwards, ...rest }: WireReadOptions) =>
      call(
        ordered(backwards, ({ revision }) => from === undefined || (backwards ? revision <= from : revision >= from)),
        {
          ...rest,
          ...(from !== undefined && { from }),
        },
      ),
    readAll: ({ from, ...rest }: WireReadOptions) =>
      call(
        ordered(true, ({ position }) => from === undefined || position < from),
        rest,
      ),
    followAll: ({ after }: { readonly after?: bigint }) =>
      call([...log.filter((item) => (positionOf(item) ?? 0n) > (after ?? -1n)), { kind: 'caught-up' }], {
        ...(after !== undefined && { from: after }),
      }),
  }
  const connection = {
    shared: { client, answered: true, interrupted: () => {} },
    seen: { client: async () => client, addPage: () => {}, replaced: undefined },
    options: { timeoutMs: TIME_MS, prefix: '' },
    closed: new AbortController().signal,
  }
  return { connection: connection as unknown as Connection, asked } // as much as reads use of it
}

function ordered(backwards: boolean | undefined, isGiven: (record: WireRecord) => boolean): readonly WireRecord[] {
  const given = STORED.filter(isGiven)
  return backwards === true ? given.toReversed() : given
}

async function numbersOf(pages: AsyncIterable<readonly StoredEvent[]>): Promise<readonly unknown[]> {
  const numbers: unknown[] = []
  for await (const page of pages) numbers.push(...page.map(({ data }) => data))
  return numbers
}

const UP = STORED.map(({ data }) => data)
const DOWN = UP.toReversed()

describe('ESDB-116 a read that loses its connection again and again', () => {
  it('of a stream goes on behind the last event given, in both directions', async () => {
    const { connection, asked } = openConnection()
    expect(await numbersOf(readStream(connection, 's-1', {}))).toEqual(UP)
    expect(asked.map(({ from }) => from)).toEqual([undefined, 3n, 6n, 9n])
    const options = { direction: 'backwards', from: toRevision(8) } as const
    expect(await numbersOf(readStream(connection, 's-1', options))).toEqual(DOWN.slice(1))
  })

  it('backwards asks for nothing before the first event', async () => {
    const { connection, asked } = openConnection({ each: 5 })
    expect(await numbersOf(readStream(connection, 's-1', { direction: 'backwards' }))).toEqual(DOWN)
    expect(asked.map(({ from }) => from)).toEqual([undefined, 4n])
  })

  it.each([1, 3, 4, 7, 10, 20])('gives no more than a limit of %i in all', async (limit) => {
    const { connection } = openConnection()
    expect(await numbersOf(readStream(connection, 's-1', { limit }))).toEqual(UP.slice(0, limit))
    expect(await numbersOf(readStream(connection, 's-1', { limit, direction: 'backwards' }))).toEqual(
      DOWN.slice(0, limit),
    )
    expect(await numbersOf(readEverything(connection, { limit }))).toEqual(UP.slice(0, limit))
    expect(await numbersOf(readEverything(connection, { limit, direction: 'backwards' }))).toEqual(DOWN.slice(0, limit))
  })

  it('of everything goes on behind the last event given, in both directions', async () => {
    const { connection } = openConnection()
    expect(await numbersOf(readEverything(connection, { after: toPosition(10) }))).toEqual(UP.slice(2))
    const options = { direction: 'backwards', after: toPosition(90) } as const
    expect(await numbersOf(readEverything(connection, options))).toEqual(DOWN.slice(1))
  })

  it('has its whole time again with each page, and fails when nothing more comes', async () => {
    const { connection } = openConnection({ each: 1, pauseMs: TIME_MS / 4 })
    expect(await numbersOf(readStream(connection, 's-1', {}))).toEqual(UP)
    const silent = openConnection({ each: 0 })
    await expect(numbersOf(readStream(silent.connection, 's-1', {}))).rejects.toMatchObject({ code: 'STORE_REJECTED' })
  })

  it('ESDB-257 of a log that is mostly others’ goes on from where it was looked through, and has its time again from there', async () => {
    const looked = Array.from({ length: 9 }, (_, at) => ({ kind: 'checkpoint', position: BigInt(at + 1) }) as const)
    const log = [...looked, recordAt(3)]
    const { connection, asked } = openConnection({ each: 2, pauseMs: TIME_MS / 4, log })
    expect(await numbersOf(readEverything(connection, {}))).toEqual([3])
    expect(asked.map(({ from }) => from)).toEqual([undefined, 2n, 4n, 6n, 8n, 30n])
    const still = openConnection({ each: 0, pauseMs: TIME_MS / 4, log })
    await expect(numbersOf(readEverything(still.connection, {}))).rejects.toMatchObject({ code: 'STORE_REJECTED' })
  })
})
