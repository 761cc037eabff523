/** The streams of the system projections, through the real client. */
import { START } from '@eventstore/db-client'
import { expect, it } from 'vitest'
import { numbered, numbersOf, runningServer, take } from './running-server.fixture.js'

it('DEV-16 links of a category and of a type stand in the order of the events', async () => {
  const { client } = await runningServer({ projections: true })
  for (let n = 0; n < 30; n++)
    await client.appendToStream(
      `${n % 3 === 0 ? 'cart' : 'order'}-${n % 5}`,
      numbered(1, { from: n, type: n % 2 ? 'odd' : 'even' }),
    )
  const isOrder = (n: number): boolean => n % 3 !== 0
  const all = Array.from({ length: 30 }, (_, n) => n)
  for (const [stream, wanted] of [
    ['$ce-order', all.filter(isOrder)],
    ['$ce-cart', all.filter((n) => !isOrder(n))],
    ['$et-odd', all.filter((n) => n % 2 === 1)],
  ] as const) {
    const subscription = client.subscribeToStream(stream, { fromRevision: START, resolveLinkTos: true })
    const resolved = await take(subscription, wanted.length)
    expect(numbersOf(resolved)).toEqual(wanted)
    expect(resolved.map(({ link }) => link?.revision)).toEqual(wanted.map((_, index) => BigInt(index)))
    expect(resolved[0]?.link).toMatchObject({ streamId: stream, type: '$>' })
    await subscription.unsubscribe()
  }
})

it('DEV-16 a link to a deleted event comes without it, and unresolved links as they are', async () => {
  const { client } = await runningServer({ projections: true })
  await client.appendToStream('order-1', numbered(1))
  await client.appendToStream('order-2', numbered(1))
  await take(client.subscribeToStream('$ce-order', { fromRevision: START }), 2)
  await client.tombstoneStream('order-1')
  const resolved = await take(client.readStream('$ce-order', { resolveLinkTos: true, maxCount: 2 }))
  expect(resolved.map(({ event }) => event?.streamId)).toEqual([undefined, 'order-2'])
  expect(resolved[0]?.link).toMatchObject({ revision: 0n })
  const [link] = await take(client.readStream('$ce-order', { maxCount: 1 }))
  expect(link?.event).toMatchObject({ type: '$>', streamId: '$ce-order' })
  expect(Buffer.from(link?.event?.data as Uint8Array).toString()).toBe('0@order-1')
})
