/** Reads through the real client. */
import { BACKWARDS, END, FORWARDS, START } from '@eventstore/db-client'
import { expect, it } from 'vitest'
import { errorOf, numbered, numbersOf, runningServer, take, type Numbered } from './running-server.fixture.js'

it.each([
  { direction: FORWARDS, fromRevision: START, maxCount: 100, found: [0, 1, 2, 3, 4] },
  { direction: FORWARDS, fromRevision: 3n, maxCount: 100, found: [3, 4] },
  { direction: FORWARDS, fromRevision: 1n, maxCount: 2, found: [1, 2] },
  { direction: FORWARDS, fromRevision: 9n, maxCount: 100, found: [] },
  { direction: BACKWARDS, fromRevision: END, maxCount: 100, found: [4, 3, 2, 1, 0] },
  { direction: BACKWARDS, fromRevision: END, maxCount: 1, found: [4] },
  { direction: BACKWARDS, fromRevision: 2n, maxCount: 100, found: [2, 1, 0] },
  { direction: BACKWARDS, fromRevision: START, maxCount: 100, found: [0] },
  { direction: BACKWARDS, fromRevision: 9n, maxCount: 100, found: [4, 3, 2, 1, 0] },
] as const)('DEV-6 $direction from $fromRevision, $maxCount at most', async ({ found, ...options }) => {
  const { client } = await runningServer()
  await client.appendToStream('order-1', numbered(5))
  const events = await take(client.readStream<Numbered>('order-1', options))
  expect(events.map(({ event }) => event?.data.n)).toEqual(found)
})

it('DEV-6 a stream of several pages is read whole, and a missing one is not found', async () => {
  const { client } = await runningServer()
  for (let from = 0; from < 1_500; from += 500) await client.appendToStream('order-1', numbered(500, { from }))
  const events = await take(client.readStream<Numbered>('order-1'))
  expect(events.map(({ event }) => event?.data.n)).toEqual(numbered(1_500).map(({ data }) => data.n))
  expect(await errorOf(take(client.readStream('missing')))).toMatchObject({
    type: 'stream-not-found',
    streamName: 'missing',
  })
})

it('DEV-7 everything is read in the order of positions, both ways', async () => {
  const { client } = await runningServer()
  for (const n of [0, 1, 2, 3]) await client.appendToStream(`order-${n % 2}`, numbered(1, { from: n }))
  const read = async (options: Parameters<typeof client.readAll>[0]) => numbersOf(await take(client.readAll(options)))
  const all = await take(client.readAll())
  const at = all[2]?.event?.position
  if (at === undefined) throw new Error('no position')
  expect(await read({})).toEqual([0, 1, 2, 3])
  expect(await read({ direction: BACKWARDS, fromPosition: END })).toEqual([3, 2, 1, 0])
  expect(await read({ fromPosition: at })).toEqual([2, 3])
  expect(await read({ direction: BACKWARDS, fromPosition: at })).toEqual([1, 0])
  expect(await read({ fromPosition: at, maxCount: 1 })).toEqual([2])
  expect(await read({ fromPosition: END })).toEqual([])
  expect(await read({ direction: BACKWARDS, fromPosition: START })).toEqual([])
  expect(await read({ fromPosition: { commit: 0n, prepare: 0n } })).toEqual([0, 1, 2, 3])
})
