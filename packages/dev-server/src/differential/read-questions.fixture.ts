/** Questions about reads, subscriptions, links and projections. */
import {
  BACKWARDS,
  binaryEvent,
  END,
  eventTypeFilter,
  FORWARDS,
  START,
  streamNameFilter,
  type AllStreamSubscription,
  type StreamSubscription,
} from '@eventstore/db-client'
import { comparable, letGo, outcomeOf, readingOf, type Asking, type Question } from './question.fixture.js'

async function fiveEvents({ client, stream, event }: Asking): Promise<void> {
  await client.appendToStream(
    stream,
    [1, 2, 3, 4, 5].map((n) => event(n)),
  )
}

const DIRECTIONS = [FORWARDS, BACKWARDS] as const
const REVISIONS = [START, END, 0n, 2n, 4n, 5n, 99n] as const
const STARTS = [START, END, 0n, 3n, 4n] as const

const READS: readonly Question[] = DIRECTIONS.flatMap((direction) =>
  REVISIONS.flatMap((fromRevision) =>
    [1, 2, 100].map((maxCount) => ({
      name: `read ${direction} from ${fromRevision}, ${maxCount} at most`,
      ask: async (asking: Asking) => {
        await fiveEvents(asking)
        return readingOf(asking.client.readStream(asking.stream, { direction, fromRevision, maxCount }))
      },
    })),
  ),
)

/** What a subscription says, in its order, until it was told `count` events and then is live, or fails. */
async function saidBy(subscription: StreamSubscription | AllStreamSubscription, count: number): Promise<unknown> {
  const said: unknown[] = []
  subscription.on('confirmation', () => said.push('confirmed'))
  const isLive = new Promise<void>((resolve) =>
    subscription.once('caughtUp', () => (said.push('caught up'), resolve())),
  )
  let failed: unknown
  const failing = new Promise<void>((resolve) => subscription.once('error', (error) => ((failed = error), resolve())))
  let left = count
  const counted = new Promise<void>((resolve) => {
    if (left === 0) resolve()
    subscription.on('data', (resolved) => {
      said.push(comparable(resolved))
      if (--left === 0) resolve()
    })
  })
  await Promise.race([Promise.all([counted, isLive]), failing])
  if (failed !== undefined) said.push({ failed: comparable(failed) })
  await subscription.unsubscribe()
  return said
}

const SUBSCRIPTIONS: readonly Question[] = [
  ...STARTS.map((fromRevision) => ({
    name: `subscribe from ${fromRevision}`,
    ask: async (asking: Asking) => {
      await fiveEvents(asking)
      const count = fromRevision === START ? 5 : fromRevision === END ? 0 : 4 - Number(fromRevision)
      return saidBy(asking.client.subscribeToStream(asking.stream, { fromRevision }), count)
    },
  })),
  {
    name: 'subscribe to a stream that is missing',
    ask: ({ client, stream }) => saidBy(client.subscribeToStream(stream), 0),
  },
  {
    name: 'subscribe to a stream that is deleted softly',
    ask: async (asking) => {
      await fiveEvents(asking)
      await asking.client.deleteStream(asking.stream)
      return saidBy(asking.client.subscribeToStream(asking.stream), 0)
    },
  },
  {
    name: 'subscribe to a stream that is deleted hard',
    ask: async (asking) => {
      await fiveEvents(asking)
      await asking.client.tombstoneStream(asking.stream)
      return saidBy(asking.client.subscribeToStream(asking.stream), 9)
    },
  },
  {
    name: 'a live subscription to a stream that is deleted hard',
    ask: async (asking) => {
      const { client, stream } = asking
      await fiveEvents(asking)
      const subscription = client.subscribeToStream(stream)
      subscription.once('caughtUp', () => void client.tombstoneStream(stream))
      return saidBy(subscription, 9)
    },
  },
  {
    name: 'a live subscription to a stream that is deleted softly and goes on',
    ask: async (asking) => {
      const { client, stream, event } = asking
      await fiveEvents(asking)
      const subscription = client.subscribeToStream(stream)
      subscription.once(
        'caughtUp',
        () => void client.deleteStream(stream).then(() => client.appendToStream(stream, event(9))),
      )
      return saidBy(subscription, 6)
    },
  },
  {
    name: 'a filtered subscription',
    ask: async (asking) => {
      const { client, stream } = asking
      await fiveEvents(asking)
      return [
        await saidBy(client.subscribeToAll({ filter: streamNameFilter({ prefixes: [stream] }) }), 5),
        await saidBy(client.subscribeToAll({ filter: streamNameFilter({ regex: `^${stream}$` }) }), 5),
        await saidBy(client.subscribeToAll({ filter: eventTypeFilter({ prefixes: [`none-${stream}`] }) }), 0),
      ]
    },
  },
  {
    name: 'a filter that is no expression',
    ask: async ({ client }) => saidBy(client.subscribeToAll({ filter: streamNameFilter({ regex: '(' }) }), 9),
  },
]

const LINKS: readonly Question[] = [
  {
    name: 'links to what is there, missing, truncated, deleted, malformed',
    ask: async (asking) => {
      const { client, stream } = asking
      await fiveEvents(asking)
      await client.setStreamMetadata(stream, { truncateBefore: 2 })
      const gone = `${stream}_gone`
      await client.appendToStream(gone, asking.event(6))
      await client.tombstoneStream(gone)
      const links = [
        `3@${stream}`,
        `0@${stream}`,
        `77@${stream}`,
        `0@${gone}`,
        `0@${stream}_missing`,
        'malformed',
        `x@${stream}`,
        '',
      ]
      const events = links.map((data) => binaryEvent({ type: '$>', data: Buffer.from(data) }))
      await client.appendToStream(`${stream}_links`, events)
      return [
        await readingOf(client.readStream(`${stream}_links`, { resolveLinkTos: true })),
        await readingOf(client.readStream(`${stream}_links`)),
        await saidBy(client.subscribeToStream(`${stream}_links`, { resolveLinkTos: true }), links.length),
      ]
    },
  },
  {
    name: 'the stream of a category',
    ask: async ({ client, stream, event }) => {
      const category = stream.replaceAll('-', '_')
      await client.appendToStream(`${category}-1`, [event(1), event(2)])
      await client.appendToStream(`${category}-2-3`, event(3))
      await client.appendToStream(category, event(4))
      await client.setStreamMetadata(`${category}-1`, { maxCount: 9 })
      await client.deleteStream(`${category}-1`)
      await client.tombstoneStream(`${category}-2-3`)
      await client.appendToStream(`${category}-4`, event(5))
      const links = client.subscribeToStream(`$ce-${category}`, { resolveLinkTos: true })
      const seen: unknown[] = []
      for await (const resolved of links) {
        const { event: target, link } = comparable(resolved) as {
          event?: { streamId?: string; type?: string }
          link?: { data?: unknown; streamId?: string; revision?: string }
        }
        seen.push({
          target: target?.streamId,
          type: target?.type,
          link: link?.data,
          of: link?.streamId,
          at: link?.revision,
        })
        if (String(link?.data).includes(`${category}-4`)) break
      }
      await letGo(links)
      return seen
    },
  },
  {
    name: 'the stream of a type',
    ask: async ({ client, stream, event }) => {
      const type = `type-${stream}`
      const typed = (n: number) => ({ ...event(n), type })
      await client.appendToStream(stream, [typed(1), event(2), typed(3)] as never)
      return readingOf(client.subscribeToStream(`$et-${type}`, { resolveLinkTos: true }), 2)
    },
  },
]

const ALL: readonly Question[] = [
  {
    name: 'the newest events of everything',
    ask: async (asking) => {
      await fiveEvents(asking)
      const { client, stream } = asking
      const all = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 500 })
      const own = []
      for await (const resolved of all) if (resolved.event?.streamId === stream) own.push(comparable(resolved))
      return own
    },
  },
  {
    name: 'everything, forwards inclusive and backwards exclusive',
    ask: async ({ client, stream, event }) => {
      const { position } = await client.appendToStream(stream, event(1))
      if (position === undefined) return undefined
      return [
        await readingOf(client.readAll({ fromPosition: position, maxCount: 1 })),
        await outcomeOf(
          (async () => {
            for await (const { event: before } of client.readAll({
              direction: BACKWARDS,
              fromPosition: position,
              maxCount: 1,
            }))
              return before?.streamId === stream
            return 'nothing'
          })(),
        ),
        await readingOf(client.readAll({ fromPosition: END })),
        await readingOf(client.readAll({ direction: BACKWARDS, fromPosition: START })),
        await readingOf(client.readAll({ fromPosition: { commit: 1n << 60n, prepare: 1n << 60n } })),
      ]
    },
  },
]

export const READ_QUESTIONS: readonly Question[] = [...READS, ...SUBSCRIPTIONS, ...LINKS, ...ALL]
