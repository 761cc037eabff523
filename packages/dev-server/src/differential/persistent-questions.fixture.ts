/** Questions about persistent subscriptions. */
import { setTimeout as pause } from 'node:timers/promises'
import {
  END,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  streamNameFilter,
  type PersistentSubscriptionToStreamSettings,
} from '@eventstore/db-client'
import { consume, until, type ConsumeOptions } from '../consumers.fixture.js'
import { take } from '../running-server.fixture.js'
import { comparable, outcomeOf, type Asking, type Question } from './question.fixture.js'

type Changes = Partial<PersistentSubscriptionToStreamSettings>

const settings = (changes: Changes = {}) =>
  persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...changes })

function create({ client, stream }: Asking, changes: Changes = {}): Promise<unknown> {
  return outcomeOf(client.createPersistentSubscriptionToStream(stream, 'g', settings(changes)))
}

/** What a group tells that does not depend on the moment. */
async function toldOf({ client, stream }: Asking): Promise<unknown> {
  const {
    eventSource,
    groupName,
    settings: told,
    stats,
  } = await client.getPersistentSubscriptionToStreamInfo(stream, 'g')
  const { parkedMessageCount, outstandingMessagesCount, totalItems, lastKnownEventRevision } = stats
  const numbers = { parkedMessageCount, outstandingMessagesCount, totalItems, lastKnownEventRevision }
  return comparable({ eventSource, groupName, told, numbers })
}

/** So many events as a consumer is given them, and what the group tells then. */
async function consumed(asking: Asking, count: number, options: ConsumeOptions = {}): Promise<unknown> {
  const consumer = consume(asking.client, { stream: asking.stream, ...options })
  await until(() => consumer.events.length >= count)
  await pause(300)
  const told = await toldOf(asking)
  await consumer.subscription.unsubscribe()
  const events = consumer.events.map(({ event, link, retryCount }) => [
    event?.id,
    event?.streamId,
    event?.revision,
    link?.streamId,
    retryCount,
  ])
  return { events: comparable(events), told }
}

async function endOf(asking: Asking, change: () => Promise<unknown>): Promise<unknown> {
  const consumer = consume(asking.client, { stream: asking.stream, answer: 'nothing' })
  await until(() => consumer.events.length > 0)
  const changed = await outcomeOf(change())
  return [changed, comparable(await Promise.race([consumer.ended, pause(3_000, 'goes on')]))]
}

async function append({ client, stream, event }: Asking, count = 3): Promise<void> {
  await client.appendToStream(
    stream,
    Array.from({ length: count }, (_, n) => event(n)),
  )
}

const CHANGES: readonly { readonly name: string; readonly changes: Changes }[] = [
  { name: 'defaults', changes: {} },
  { name: 'from a revision', changes: { startFrom: 2n } },
  { name: 'from the end', changes: { startFrom: END } },
  { name: 'a full batch', changes: { readBatchSize: 20, historyBufferSize: 20 } },
  { name: 'no buffer', changes: { readBatchSize: 0, historyBufferSize: 0 } },
  { name: 'one consumer, all numbers', changes: { maxSubscriberCount: 1, extraStatistics: true, messageTimeout: 5 } },
  { name: 'pinned', changes: { consumerStrategyName: 'Pinned', checkPointAfter: 0 } },
]

const MAKING: readonly Question[] = [
  ...CHANGES.map(({ name, changes }) => ({
    name: `a group with ${name}`,
    ask: async (asking: Asking) => [await create(asking, changes), await outcomeOf(toldOf(asking))],
  })),
  {
    name: 'a group that is there, and one that is not',
    ask: async (asking) => {
      const { client, stream } = asking
      return [
        await create(asking),
        await create(asking),
        await outcomeOf(client.updatePersistentSubscriptionToStream(stream, 'none', settings())),
        await outcomeOf(client.deletePersistentSubscriptionToStream(stream, 'none')),
        await outcomeOf(client.getPersistentSubscriptionToStreamInfo(stream, 'none')),
        await outcomeOf(client.listPersistentSubscriptionsToStream(`${stream}-none`)),
        await outcomeOf(client.replayParkedMessagesToStream(stream, 'none')),
        await outcomeOf(client.replayParkedMessagesToStream(stream, 'g', { stopAt: -1 })),
        comparable(await consume(client, { stream, group: 'none' }).ended),
        await outcomeOf(client.updatePersistentSubscriptionToStream(stream, 'g', settings({ startFrom: 4n }))),
        await toldOf(asking),
        await outcomeOf(client.deletePersistentSubscriptionToStream(stream, 'g')),
        await outcomeOf(client.getPersistentSubscriptionToStreamInfo(stream, 'g')),
      ]
    },
  },
  {
    name: 'a group on everything that begins beyond the end',
    ask: ({ client, stream }) => {
      const startFrom = { commit: 2n ** 60n, prepare: 2n ** 60n }
      const beyond = persistentSubscriptionToAllSettingsFromDefaults({ startFrom })
      return outcomeOf(client.createPersistentSubscriptionToAll(stream, beyond))
    },
  },
]

const CONSUMING: readonly Question[] = [
  ...(['ack', 'park', 'skip', 'stop'] as const).map((answer) => ({
    name: `events that are answered with ${answer}`,
    ask: async (asking: Asking) => {
      await append(asking)
      await create(asking)
      return consumed(asking, 3, { answer })
    },
  })),
  {
    name: 'events that are answered with retry',
    ask: async (asking) => {
      await append(asking, 1)
      await create(asking, { maxRetryCount: 2 })
      return consumed(asking, 3, { answer: 'retry' })
    },
  },
  {
    name: 'an event that no one answers',
    ask: async (asking) => {
      await append(asking, 1)
      await create(asking, { messageTimeout: 200, maxRetryCount: 1 })
      const consumer = consume(asking.client, { stream: asking.stream, answer: 'nothing' })
      await until(() => consumer.events.length === 2)
      await pause(2_500)
      await consumer.subscription.unsubscribe()
      return [consumer.events.map(({ retryCount }) => retryCount), await toldOf(asking)]
    },
  },
  {
    name: 'parked events, again',
    ask: async (asking) => {
      const { client, stream } = asking
      await append(asking)
      await create(asking)
      const parked = await consumed(asking, 3, { answer: 'park' })
      await client.replayParkedMessagesToStream(stream, 'g', { stopAt: 2 })
      const some = await consumed(asking, 2, { answer: 'park' })
      await client.replayParkedMessagesToStream(stream, 'g')
      return [parked, some, await consumed(asking, 3)]
    },
  },
  {
    name: 'what is parked, in its stream',
    ask: async (asking) => {
      await append(asking, 2)
      await create(asking)
      await consumed(asking, 2, { answer: 'park' })
      const found: unknown[] = []
      const name = `$persistentsubscription-${asking.stream}::g-parked`
      for await (const { event } of asking.client.readStream(name)) {
        const metadata = (event?.metadata ?? {}) as Readonly<Record<string, unknown>>
        const { reason, subscriptionEventNumber } = metadata
        found.push([event?.type, comparable(event?.data), reason, subscriptionEventNumber])
      }
      return found
    },
  },
  {
    name: 'the checkpoint of a group',
    ask: async (asking) => {
      const { client, stream } = asking
      await append(asking)
      await create(asking, { checkPointLowerBound: 1, checkPointUpperBound: 1, checkPointAfter: 100 })
      await consumed(asking, 3)
      await pause(2_500)
      const { stats } = await client.getPersistentSubscriptionToStreamInfo(stream, 'g')
      const name = `$persistentsubscription-${stream}::g-checkpoint`
      const [newest] = await take(client.readStream(name, { direction: 'backwards', fromRevision: END, maxCount: 1 }))
      // not its content: the real server leaves out checkpoints while it writes one
      return comparable([stats.lastCheckpointedEventRevision, newest?.event?.type, typeof newest?.event?.data])
    },
  },
  ...([1n, END] as const).map((startFrom) => ({
    name: `a group from ${startFrom}`,
    ask: async (asking: Asking) => {
      await append(asking)
      await create(asking, { startFrom })
      await asking.client.appendToStream(asking.stream, asking.event(3))
      return consumed(asking, startFrom === END ? 1 : 3)
    },
  })),
  {
    name: 'a group on everything with a filter',
    ask: async (asking) => {
      const { client, stream } = asking
      await append(asking)
      const all = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START })
      const filter = streamNameFilter({ prefixes: [stream] })
      const created = await outcomeOf(client.createPersistentSubscriptionToAll(stream, all, { filter }))
      const consumer = consume(client, { stream: '$all', group: stream })
      await until(() => consumer.events.length === 3)
      await consumer.subscription.unsubscribe()
      return [created, comparable(consumer.events.map(({ event }) => [event?.streamId, event?.revision]))]
    },
  },
  {
    name: 'more consumers than there may be',
    ask: async (asking) => {
      const { client, stream } = asking
      await create(asking, { maxSubscriberCount: 1 })
      const first = consume(client, { stream })
      await new Promise((resolve) => first.subscription.once('confirmation', resolve))
      const refused = comparable(await consume(client, { stream }).ended)
      await first.subscription.unsubscribe()
      return refused
    },
  },
  {
    name: 'consumers of a group that changes',
    ask: async (asking) => {
      const { client, stream } = asking
      await append(asking)
      await create(asking)
      return [
        await endOf(asking, () => client.updatePersistentSubscriptionToStream(stream, 'g', settings())),
        await endOf(asking, () => client.deletePersistentSubscriptionToStream(stream, 'g')),
      ]
    },
  },
  {
    name: 'consumers of a stream that is deleted for ever',
    ask: async (asking) => {
      const { client, stream, event } = asking
      await append(asking, 1)
      await create(asking)
      const consumer = consume(client, { stream })
      await until(() => consumer.events.length === 1)
      await pause(300)
      await client.appendToStream(stream, event(1))
      await client.tombstoneStream(stream)
      const ended = comparable(await Promise.race([consumer.ended, pause(2_000, 'goes on')]))
      const events = consumer.events.map(({ event: given }) => [given?.streamId, given?.type, given?.revision])
      await consumer.subscription.unsubscribe()
      await outcomeOf(client.updatePersistentSubscriptionToStream(stream, 'g', settings()))
      await pause(1_500)
      const late = consume(client, { stream })
      return [ended, comparable(events), comparable(await Promise.race([late.ended, pause(2_000, 'goes on')]))]
    },
  },
]

export const PERSISTENT_QUESTIONS: readonly Question[] = [...MAKING, ...CONSUMING]
