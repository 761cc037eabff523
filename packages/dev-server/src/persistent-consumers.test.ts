/** Consuming persistent subscriptions with the real client. */
import { randomUUID } from 'node:crypto'
import {
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  streamNameFilter,
  type EventStoreDBClient,
} from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { consume, eventually, numbersIn, until } from './consumers.fixture.js'
import { clientOf, errorOf, numbered, runningServer, take } from './running-server.fixture.js'

const fromStart = (changes = {}) => persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...changes })

async function madeGroup(client: EventStoreDBClient, changes = {}, events = 5): Promise<void> {
  if (events > 0) await client.appendToStream('order-1', numbered(events))
  await client.createPersistentSubscriptionToStream('order-1', 'g', fromStart(changes))
}

const infoOf = (client: EventStoreDBClient) => client.getPersistentSubscriptionToStreamInfo('order-1', 'g')

describe('a group on a stream', () => {
  it('DEV-28 gives each event once and in order, the past and what comes', async () => {
    const { client } = await runningServer()
    await madeGroup(client, {}, 700)
    const consumer = consume(client)
    for (let n = 700; n < 750; n++) await client.appendToStream('order-1', numbered(1, { from: n }))
    await until(() => consumer.events.length >= 750)
    expect(numbersIn(consumer)).toEqual(Array.from({ length: 750 }, (_, n) => n))
    expect((await infoOf(client)).status).toBe('Live')
  })

  it('DEV-28 begins at a revision, or with what comes after it was made', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(3))
    await client.createPersistentSubscriptionToStream('order-1', 'second', fromStart({ startFrom: 1n }))
    await client.createPersistentSubscriptionToStream('order-1', 'new', fromStart({ startFrom: 'end' }))
    await client.appendToStream('order-1', numbered(1, { from: 3 }))
    const second = consume(client, { group: 'second' })
    const fresh = consume(client, { group: 'new' })
    await until(() => second.events.length >= 3 && fresh.events.length === 1)
    expect([numbersIn(second), numbersIn(fresh)]).toEqual([[1, 2, 3], [3]])
  })

  it('DEV-28 gives no more than the buffer size before it is answered', async () => {
    const { client } = await runningServer()
    await madeGroup(client)
    const consumer = consume(client, { bufferSize: 2, answer: 'nothing' })
    await until(() => consumer.events.length >= 2)
    const { connections, stats } = await infoOf(client)
    expect(connections).toMatchObject([{ inFlightMessages: 2, availableSlots: 0 }])
    expect(stats).toMatchObject({ totalInFlightMessages: 2, outstandingMessagesCount: 2 })
    await consumer.subscription.ack(...consumer.events)
    await until(() => consumer.events.length >= 4)
  })

  it('DEV-28 resolves links', async () => {
    const { client } = await runningServer({ projections: true })
    await client.appendToStream('order-1', numbered(2))
    await client.createPersistentSubscriptionToStream('$ce-order', 'g', fromStart({ resolveLinkTos: true }))
    const consumer = consume(client, { stream: '$ce-order' })
    await until(() => consumer.events.length >= 2)
    expect(consumer.events[1]).toMatchObject({
      event: { streamId: 'order-1', revision: 1n },
      link: { streamId: '$ce-order' },
    })
  })

  it('DEV-28 refuses more consumers than it may have, and consumers of a group that is not there', async () => {
    const { client } = await runningServer()
    await madeGroup(client, { maxSubscriberCount: 1 })
    const first = consume(client)
    await until(() => first.events.length >= 5)
    const second = client.subscribeToPersistentSubscriptionToStream('order-1', 'g')
    expect(await errorOf(take(second))).toMatchObject({ type: 'maximum-subscribers-reached', groupName: 'g' })
    const missing = client.subscribeToPersistentSubscriptionToStream('order-1', 'none')
    expect(await errorOf(take(missing))).toMatchObject({
      type: 'persistent-subscription-does-not-exist',
      streamName: 'order-1',
      groupName: 'none',
    })
  })

  it('DEV-28 a consumer that takes nothing holds up no one, and the server does not hold events for it', async () => {
    const { client, server } = await runningServer()
    const large = () => jsonEvent({ type: 'large', data: { text: 'x'.repeat(100_000) } })
    await client.createPersistentSubscriptionToStream('order-1', 'g', fromStart({ messageTimeout: 600_000 }))
    const slow = clientOf(server.connectionString).subscribeToPersistentSubscriptionToStream('order-1', 'g', {
      bufferSize: 1_000,
    })
    await new Promise((resolve) => slow.once('confirmation', resolve))
    for (let n = 0; n < 20; n++) await client.appendToStream('order-1', Array.from({ length: 10 }, large))
    const quick = consume(client, { bufferSize: 100 })
    await until(() => quick.events.length > 50)
    const { connections } = await infoOf(client)
    expect(connections).toHaveLength(2)
    expect(connections[0]?.inFlightMessages).toBeLessThan(150)
    await slow.unsubscribe()
    await until(() => quick.events.length >= 200)
  })

  it('DEV-28 two events with the same id are both delivered', async () => {
    const { client } = await runningServer()
    const id = randomUUID()
    const twin = (n: number) => jsonEvent({ id, type: 'counted', data: { n } })
    await client.appendToStream('order-1', [twin(0), twin(1)])
    await madeGroup(client, {}, 0)
    const consumer = consume(client)
    await until(() => consumer.events.length >= 2)
    expect(numbersIn(consumer)).toEqual([0, 1])
  })

  it('DEV-28 gives the tombstone to those who are there, and ends those who come later', async () => {
    const { client } = await runningServer()
    await madeGroup(client, {}, 1)
    const consumer = consume(client)
    await until(() => consumer.events.length >= 1)
    await eventually(async () => expect((await infoOf(client)).status).toBe('Live'))
    await client.appendToStream('order-1', numbered(1, { from: 1 }))
    await client.tombstoneStream('order-1')
    await until(() => consumer.events.length >= 3)
    expect(consumer.events.map(({ event }) => event?.revision)).toEqual([0n, 1n, 2n ** 63n - 1n])
    await client.restartPersistentSubscriptionSubsystem()
    const late = consume(client)
    expect(await late.ended).toMatchObject({ type: 'persistent-subscription-dropped' })
  })
})

describe('an answer', () => {
  it('DEV-29 "retry" delivers again and counts, and parks at the limit', async () => {
    const { client } = await runningServer()
    await madeGroup(client, { maxRetryCount: 2 }, 1)
    const consumer = consume(client, { answer: 'retry' })
    await until(() => consumer.events.length >= 3)
    expect(consumer.events.map(({ retryCount }) => retryCount)).toEqual([0, 1, 2])
    await eventually(async () => expect((await infoOf(client)).stats.parkedMessageCount).toBe(1n))
    const [parked] = await take(client.readStream('$persistentsubscription-order-1::g-parked'))
    expect(parked?.event).toMatchObject({
      type: '$>',
      metadata: { reason: 'Reached retry count of 2' },
    })
    expect(Buffer.from(parked?.event?.data as Uint8Array).toString()).toBe('0@order-1')
  })

  it('DEV-29 "park" parks at once, with the reason', async () => {
    const { client } = await runningServer()
    await madeGroup(client, {}, 1)
    const consumer = consume(client, { answer: 'park' })
    await eventually(async () => expect((await infoOf(client)).stats.parkedMessageCount).toBe(1n))
    const [parked] = await take(client.readStream('$persistentsubscription-order-1::g-parked'))
    expect(parked?.event?.metadata).toMatchObject({ reason: "Client explicitly NAK'ed message.\nbecause" })
    expect(consumer.events).toHaveLength(1)
  })

  it.each(['skip', 'stop'] as const)('DEV-29 "%s" drops the event, and goes on', async (answer) => {
    const { client } = await runningServer()
    await madeGroup(client)
    const consumer = consume(client, { answer, bufferSize: 1 })
    await until(() => consumer.events.length >= 5)
    await eventually(async () =>
      expect((await infoOf(client)).stats).toMatchObject({ outstandingMessagesCount: 0, parkedMessageCount: 0n }),
    )
  })

  it('DEV-29 that does not come in time is a "retry"', async () => {
    const { client } = await runningServer()
    await madeGroup(client, { messageTimeout: 100, maxRetryCount: 1 }, 1)
    const consumer = consume(client, { answer: 'nothing' })
    await until(() => consumer.events.length >= 2)
    await eventually(async () => expect((await infoOf(client)).stats.parkedMessageCount).toBe(1n))
  })

  it('DEV-29 of a consumer that goes is given by another, and never parks', async () => {
    const { client } = await runningServer()
    await madeGroup(client, { maxRetryCount: 1 }, 3)
    for (let n = 0; n < 4; n++) {
      const going = consume(client, { answer: 'nothing' })
      await until(() => going.events.length >= 3)
      await going.subscription.unsubscribe()
    }
    const consumer = consume(client)
    await until(() => consumer.events.length >= 3)
    expect(numbersIn(consumer)).toEqual([0, 1, 2])
    expect((await infoOf(client)).stats.parkedMessageCount).toBe(0n)
  })
})

describe('parked messages', () => {
  it('DEV-30 are delivered again, all or up to a number, and can be parked again', async () => {
    const { client } = await runningServer()
    await madeGroup(client, {}, 3)
    const parking = consume(client, { answer: 'park' })
    await eventually(async () => expect((await infoOf(client)).stats.parkedMessageCount).toBe(3n))
    await parking.subscription.unsubscribe()
    await client.replayParkedMessagesToStream('order-1', 'g', { stopAt: 2 })
    const some = consume(client, { answer: 'park' })
    await until(() => some.events.length >= 2)
    await eventually(async () => expect((await infoOf(client)).stats.parkedMessageCount).toBe(3n))
    await some.subscription.unsubscribe()
    await client.replayParkedMessagesToStream('order-1', 'g')
    const all = consume(client)
    await until(() => all.events.length >= 3)
    expect(numbersIn(all)).toEqual([2, 0, 1])
    expect(all.events[0]).toMatchObject({
      retryCount: 0,
      link: { streamId: '$persistentsubscription-order-1::g-parked' },
    })
    await eventually(async () =>
      expect((await infoOf(client)).stats).toMatchObject({ parkedMessageCount: 0n, outstandingMessagesCount: 0 }),
    )
  })

  it('DEV-30 whose event was deleted are left out, and a negative end is refused', async () => {
    const { client } = await runningServer()
    await madeGroup(client, {}, 2)
    consume(client, { answer: 'park' })
    await eventually(async () => expect((await infoOf(client)).stats.parkedMessageCount).toBe(2n))
    await client.setStreamMetadata('order-1', { truncateBefore: 1 })
    await client.replayParkedMessagesToStream('order-1', 'g')
    await eventually(async () => expect((await infoOf(client)).stats.totalItems).toBe(3n))
    const refused = client.replayParkedMessagesToStream('order-1', 'g', { stopAt: -1 })
    expect(await errorOf(refused)).toMatchObject({ type: 'persistent-subscription-failed' })
    const missing = client.replayParkedMessagesToStream('order-1', 'none')
    expect(await errorOf(missing)).toMatchObject({ type: 'persistent-subscription-does-not-exist' })
  })
})

describe('a group on everything', () => {
  const toAll = (changes = {}) => persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START, ...changes })

  it('DEV-31 gives what the filter lets pass, from a position on', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(2))
    await client.appendToStream('cart-1', numbered(2, { from: 10 }))
    const { position } = await client.appendToStream('order-2', numbered(1, { from: 2 }))
    const filter = streamNameFilter({ prefixes: ['order-'] })
    await client.createPersistentSubscriptionToAll('orders', toAll(), { filter })
    await client.createPersistentSubscriptionToAll('late', toAll({ startFrom: position }), { filter })
    await client.appendToStream('order-3', numbered(1, { from: 3 }))
    const orders = consume(client, { stream: '$all', group: 'orders' })
    const late = consume(client, { stream: '$all', group: 'late' })
    await until(() => orders.events.length >= 4 && late.events.length === 2)
    expect([numbersIn(orders), numbersIn(late)]).toEqual([
      [0, 1, 2, 3],
      [2, 3],
    ])
  })

  it('DEV-31 is not given its own checkpoints and parked messages', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(3))
    const changes = { checkPointLowerBound: 1, checkPointUpperBound: 1, checkPointAfter: 1 }
    await client.createPersistentSubscriptionToAll('g', toAll(changes))
    const consumer = consume(client, { stream: '$all', answer: 'park' })
    await eventually(async () => {
      const { stats } = await client.getPersistentSubscriptionToAllInfo('g')
      expect(stats.lastCheckpointedEventPosition).toEqual(stats.lastKnownEventPosition)
      expect(stats.parkedMessageCount).toBeGreaterThan(2n)
    })
    const own = consumer.events.filter(({ event }) => event?.streamId.startsWith('$persistentsubscription-$all::g'))
    expect(own).toEqual([])
    await client.replayParkedMessagesToAll('g')
    await until(() => consumer.events.some(({ link }) => link !== undefined))
  })

  it('DEV-31 a filter that cannot be, or a start beyond the end, is refused', async () => {
    const { client } = await runningServer()
    const regex = client.createPersistentSubscriptionToAll('g', toAll(), {
      filter: streamNameFilter({ regex: '(?!a)' }),
    })
    expect(await errorOf(regex)).toMatchObject({ code: 3 })
    const beyond = toAll({ startFrom: { commit: 1000n, prepare: 1000n } })
    const refused = await errorOf(client.createPersistentSubscriptionToAll('g', beyond))
    expect(refused).toMatchObject({ type: 'persistent-subscription-failed' })
    expect(await errorOf(client.getPersistentSubscriptionToAllInfo('g'))).toMatchObject({ code: 5 })
  })
})
