/** How events are shared among the consumers of a group, through the real client where it knows the strategy. */
import {
  DISPATCH_TO_SINGLE,
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  PINNED,
  ROUND_ROBIN,
  START,
  streamNameFilter,
} from '@eventstore/db-client'
import { expect, it } from 'vitest'
import { Consumer } from './persistent/consumer.js'
import { consumerStrategy } from './persistent/consumer-strategies.js'
import { messageOf } from './persistent/message.js'
import { consume, eventually, numbersIn, until, type TestConsumer } from './consumers.fixture.js'
import { numbered, runningServer } from './running-server.fixture.js'

const ALL_STRATEGIES = [ROUND_ROBIN, DISPATCH_TO_SINGLE, PINNED] as const

/** A group on all orders with three consumers that answer nothing. */
async function threeConsumers(
  consumerStrategyName: (typeof ALL_STRATEGIES)[number],
  streams: readonly string[],
  { bufferSize = 10 } = {},
) {
  const { client } = await runningServer()
  const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START, consumerStrategyName })
  await client.createPersistentSubscriptionToAll('g', settings, { filter: streamNameFilter({ prefixes: ['order-'] }) })
  const consumers = [1, 2, 3].map(() => consume(client, { stream: '$all', answer: 'nothing', bufferSize }))
  await eventually(async () =>
    expect((await client.getPersistentSubscriptionToAllInfo('g')).connections).toHaveLength(3),
  )
  for (const [n, stream] of streams.entries()) await client.appendToStream(stream, numbered(1, { from: n }))
  const total = (): number => consumers.reduce((sum, { events }) => sum + events.length, 0)
  return { client, consumers, total }
}

const streamsOf = ({ events }: TestConsumer): readonly string[] => events.map(({ event }) => event?.streamId ?? '')

it('DEV-35 RoundRobin gives each the next', async () => {
  const { consumers, total } = await threeConsumers(
    ROUND_ROBIN,
    Array.from({ length: 9 }, () => 'order-1'),
  )
  await until(() => total() === 9)
  expect(consumers.map((consumer) => numbersIn(consumer).map((n) => n % 3))).toEqual(
    expect.arrayContaining([
      [0, 0, 0],
      [1, 1, 1],
      [2, 2, 2],
    ]),
  )
})

it('DEV-35 DispatchToSingle gives all to one until it takes no more', async () => {
  const { consumers, total } = await threeConsumers(
    DISPATCH_TO_SINGLE,
    Array.from({ length: 13 }, () => 'order-1'),
  )
  await until(() => total() === 13)
  expect(consumers.map(({ events }) => events.length).toSorted((a, b) => a - b)).toEqual([0, 3, 10])
})

it('DEV-35 Pinned gives a stream to one, and to another when that one goes', async () => {
  const names = Array.from({ length: 20 }, (_, n) => `order-${n % 5}`)
  const { consumers, total } = await threeConsumers(PINNED, names, { bufferSize: 30 })
  await until(() => total() === 20)
  const owners = (): readonly (readonly string[])[] => consumers.map((consumer) => [...new Set(streamsOf(consumer))])
  expect(owners().flat()).toHaveLength(5)
  expect(owners().every((streams) => streams.length > 0)).toBe(true)
  const [going] = consumers
  const left = going?.events.length ?? 0
  await going?.subscription.unsubscribe()
  await until(() => total() === 20 + left)
})

it('DEV-35 no event is lost when one that is busy holds up a stream that is pinned to it', async () => {
  const { client } = await runningServer()
  const settings = persistentSubscriptionToAllSettingsFromDefaults({
    startFrom: START,
    consumerStrategyName: PINNED,
    checkPointLowerBound: 1,
    checkPointUpperBound: 1,
    checkPointAfter: 1,
  })
  await client.createPersistentSubscriptionToAll('g', settings, { filter: streamNameFilter({ prefixes: ['order-'] }) })
  const busy = consume(client, { stream: '$all', answer: 'nothing', bufferSize: 1 })
  await client.appendToStream('order-a', numbered(2))
  await until(() => busy.events.length >= 1)
  const free = consume(client, { stream: '$all', bufferSize: 10 })
  await eventually(async () =>
    expect((await client.getPersistentSubscriptionToAllInfo('g')).connections).toHaveLength(2),
  )
  for (let n = 0; n < 20; n++) await client.appendToStream(`order-${n}`, numbered(1, { from: 10 + n }))
  await until(() => free.events.length > 5)
  await client.restartPersistentSubscriptionSubsystem()
  const again = consume(client, { stream: '$all' })
  await until(() => numbersIn(again).includes(1))
  expect(numbersIn(again)).toContain(0)
})

it('DEV-35 PinnedByCorrelation gives what belongs together to one', () => {
  const strategy = consumerStrategy('PinnedByCorrelation')
  const connection = { capacity: 100, name: '', user: '', isReady: () => true, send: () => {}, drop: () => {} }
  const consumers = [1, 2, 3].map(() => new Consumer(connection, { measures: false }))
  for (const consumer of consumers) strategy?.add(consumer)
  const given = new Map<string, Set<unknown>>()
  for (let n = 0; n < 60; n++) {
    const correlation = `c${n % 6}`
    const { id, type } = jsonEvent({ type: 'counted', data: { n } })
    const metadata = Buffer.from(JSON.stringify({ $correlationId: correlation }))
    const content = { data: Buffer.from('{}'), metadata, isJson: true, isTombstone: false }
    const event = { id, type, stream: `order-${n}`, revision: 0, position: n + 1, createdMs: 0, ...content }
    const taker = strategy?.offer(messageOf({ event, link: undefined }, undefined))
    given.set(correlation, (given.get(correlation) ?? new Set()).add(taker))
  }
  expect([...given.values()].map(({ size }) => size)).toEqual([1, 1, 1, 1, 1, 1])
  expect(consumers.every((consumer) => consumer.inFlight.size > 0)).toBe(true)
})
