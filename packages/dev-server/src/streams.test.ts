/** Deletes and metadata through the real client. */
import { BACKWARDS, END } from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { errorOf, numbered, runningServer, take, type Numbered } from './running-server.fixture.js'

type Client = Awaited<ReturnType<typeof runningServer>>['client']

async function seen(client: Client, stream = 'order-1'): Promise<readonly (number | undefined)[]> {
  return (await take(client.readStream<Numbered>(stream))).map(({ event }) => event?.data.n)
}

describe('a stream that is deleted softly', () => {
  it.each(['no_stream', 'any', 2n] as const)('DEV-13 goes on with %s where it was', async (expectedRevision) => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(3))
    await client.setStreamMetadata('order-1', { maxCount: 2 })
    await client.deleteStream('order-1', { expectedRevision: 2n })
    expect(await errorOf(seen(client))).toMatchObject({ type: 'stream-not-found', streamName: 'order-1' })
    const { nextExpectedRevision } = await client.appendToStream('order-1', numbered(1, { from: 9 }), {
      expectedRevision,
    })
    expect(nextExpectedRevision).toBe(3n)
    expect(await seen(client)).toEqual([9])
    expect((await client.getStreamMetadata('order-1')).metadata).toEqual({ truncateBefore: 3 })
  })

  it('DEV-13 does not exist for who expects that it does', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(1))
    await client.deleteStream('order-1')
    const refused = client.appendToStream('order-1', numbered(1), { expectedRevision: 'stream_exists' })
    expect(await errorOf(refused)).toMatchObject({ type: 'stream-deleted', streamName: 'order-1' })
  })

  it('DEV-13 is seen again when its metadata is set', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(2))
    await client.deleteStream('order-1')
    await client.setStreamMetadata('order-1', { maxCount: 7 })
    expect(await seen(client)).toEqual([])
    expect((await client.getStreamMetadata('order-1')).metadata).toEqual({ maxCount: 7, truncateBefore: 2 })
  })

  it('DEV-13 a delete is refused where the revision is wrong, and where there is no stream', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(2))
    expect(await errorOf(client.deleteStream('order-1', { expectedRevision: 0n }))).toMatchObject({
      type: 'wrong-expected-version',
      streamName: 'order-1',
      expectedVersion: 0n,
      actualVersion: 1n,
    })
    expect(await errorOf(client.deleteStream('missing'))).toMatchObject({
      type: 'wrong-expected-version',
      expectedVersion: -2n,
      actualVersion: -1n,
    })
    expect(await seen(client)).toEqual([0, 1])
  })
})

it('DEV-14 a stream that is deleted hard answers everything with its deletion', async () => {
  const { client } = await runningServer()
  await client.appendToStream('order-1', numbered(2))
  await client.tombstoneStream('order-1')
  const deleted = { type: 'stream-deleted', streamName: 'order-1' }
  expect(await errorOf(client.appendToStream('order-1', numbered(1)))).toMatchObject(deleted)
  const credentials = { username: 'admin', password: 'changeit' }
  expect(await errorOf(client.appendToStream('order-1', numbered(1), { credentials }))).toMatchObject(deleted)
  expect(await errorOf(client.deleteStream('order-1'))).toMatchObject(deleted)
  expect(await errorOf(client.tombstoneStream('order-1'))).toMatchObject(deleted)
  expect(await errorOf(seen(client))).toMatchObject(deleted)
  expect(await errorOf(take(client.subscribeToStream('order-1')))).toMatchObject(deleted)
  const [last] = await take(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }))
  expect(last?.event).toMatchObject({ type: '$streamDeleted', revision: 9_223_372_036_854_775_807n })
})

describe('metadata', () => {
  it('DEV-15 $maxCount and $tb bound what is seen, forwards and backwards', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(10))
    await client.setStreamMetadata('order-1', { maxCount: 4, custom: true })
    expect(await seen(client)).toEqual([6, 7, 8, 9])
    await client.appendToStream('order-1', numbered(1, { from: 10 }))
    expect(await seen(client)).toEqual([7, 8, 9, 10])
    await client.setStreamMetadata('order-1', { truncateBefore: 9 })
    const backwards = await take(client.readStream<Numbered>('order-1', { direction: BACKWARDS, fromRevision: END }))
    expect(backwards.map(({ event }) => event?.data.n)).toEqual([10, 9])
    expect((await client.getStreamMetadata('order-1')).metadata).toEqual({ truncateBefore: 9 })
  })

  it('DEV-15 $maxAge hides what is older', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(2))
    await client.setStreamMetadata('order-1', { maxAge: 3600 })
    expect(await seen(client)).toEqual([0, 1])
  })

  it('DEV-15 only the newest metadata is seen, and a stream with $maxCount 1 is a register', async () => {
    const { client } = await runningServer()
    for (const maxCount of [5, 3, 1]) await client.setStreamMetadata('order-1', { maxCount })
    expect(await take(client.readStream('$$order-1'))).toHaveLength(1)
    for (let from = 0; from < 3; from++) await client.appendToStream('order-1', numbered(1, { from }))
    expect(await seen(client)).toEqual([2])
    const subscription = client.subscribeToStream<Numbered>('order-1')
    const [first] = await take(subscription, 1)
    expect(first?.event?.data.n).toBe(2)
    await subscription.unsubscribe()
  })
})
