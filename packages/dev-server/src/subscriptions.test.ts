/** Subscriptions through the real client. */
import { END, eventTypeFilter, excludeSystemEvents, START, streamNameFilter } from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { processorMs } from './processor-time.fixture.js'
import { errorOf, numbered, numbersOf, runningServer, take, type Numbered } from './running-server.fixture.js'

type Client = Awaited<ReturnType<typeof runningServer>>['client']

describe('a subscription', () => {
  it('DEV-8 to a stream gives each event once while others append, and says when it has caught up', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(700))
    const subscription = client.subscribeToStream<Numbered>('order-1', { fromRevision: START })
    const told: string[] = []
    subscription.on('confirmation', () => told.push('confirmed'))
    const caughtUp = new Promise((resolve) => subscription.once('caughtUp', resolve))
    const appending = appendInTurn(client, { from: 700, to: 1_400 })
    const events = await take(subscription, 1_400)
    expect(events.map(({ event }) => event?.data.n)).toEqual(numbered(1_400).map(({ data }) => data.n))
    expect(told).toEqual(['confirmed'])
    await Promise.all([appending, caughtUp])
    await subscription.unsubscribe()
  })

  it('DEV-8 to everything gives each event once while many append', async () => {
    const { client } = await runningServer()
    const subscription = client.subscribeToAll({ fromPosition: START })
    const writers = Array.from({ length: 20 }, async (_, writer) => {
      for (let n = 0; n < 50; n++) await client.appendToStream(`order-${writer}`, numbered(1, { from: n }))
    })
    const events = await take(subscription, 1_000)
    await Promise.all(writers)
    const positions = events.map(({ event }) => Number(event?.position?.commit))
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b))
    const revisions = new Map<string, number[]>()
    for (const { event } of events) {
      const name = event?.streamId ?? ''
      revisions.set(name, [...(revisions.get(name) ?? []), Number(event?.revision)])
    }
    for (const ofStream of revisions.values()) expect(ofStream).toEqual(numbered(50).map(({ data }) => data.n))
    expect(revisions.size).toBe(20)
    await subscription.unsubscribe()
  })

  it('DEV-8 begins after the given revision, or at the end', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(3))
    const afterFirst = client.subscribeToStream<Numbered>('order-1', { fromRevision: 0n })
    const [next] = await take(afterFirst, 1)
    expect(next?.event?.data.n).toBe(1)
    const atEnd = client.subscribeToStream<Numbered>('order-1', { fromRevision: END })
    await new Promise((resolve) => atEnd.once('caughtUp', resolve))
    await client.appendToStream('order-1', numbered(1, { from: 3 }))
    const [newest] = await take(atEnd, 1)
    expect(newest?.event?.data.n).toBe(3)
    await Promise.all([afterFirst.unsubscribe(), atEnd.unsubscribe()])
  })

  it('DEV-8 to a stream that is not there catches up, and waits for it', async () => {
    const { client } = await runningServer()
    const subscription = client.subscribeToStream<Numbered>('later-1')
    await new Promise((resolve) => subscription.once('caughtUp', resolve))
    await client.appendToStream('later-1', numbered(2))
    expect(await take(subscription, 2)).toHaveLength(2)
    await subscription.unsubscribe()
  })

  it('DEV-14 ends when its stream is deleted for ever', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(1))
    const subscription = client.subscribeToStream('order-1')
    const ending = errorOf(take(subscription))
    await new Promise((resolve) => subscription.once('caughtUp', resolve))
    await client.tombstoneStream('order-1')
    expect(await ending).toMatchObject({ type: 'stream-deleted', streamName: 'order-1' })
  })
})

describe('a filtered subscription to everything', () => {
  it.each([
    { name: 'prefixes of streams', filter: streamNameFilter({ prefixes: ['order-', 'cart-'] }), found: [0, 1, 2] },
    { name: 'an expression on streams', filter: streamNameFilter({ regex: '^[^o].*-\\d$' }), found: [2, 3] },
    { name: 'prefixes of types', filter: eventTypeFilter({ prefixes: ['b'] }), found: [1] },
    {
      name: 'an expression on types',
      filter: eventTypeFilter({ regex: '^(?i)A$'.replace('^', '') }),
      found: [0, 2, 3],
    },
    { name: 'no system events', filter: excludeSystemEvents(), found: [0, 1, 2, 3] },
  ])('DEV-9 by $name', async ({ filter, found }) => {
    const { client } = await runningServer()
    const appended = [
      { stream: 'order-1', type: 'a' },
      { stream: 'order-2', type: 'b' },
      { stream: 'cart-3', type: 'a' },
      { stream: 'user-4', type: 'a' },
    ]
    for (const [from, { stream, type }] of appended.entries())
      await client.appendToStream(stream, numbered(1, { from, type }))
    await client.setStreamMetadata('user-4', { maxCount: 9 })
    const subscription = client.subscribeToAll({ fromPosition: START, filter })
    const events = await take(subscription, found.length)
    expect(numbersOf(events)).toEqual(found)
    await subscription.unsubscribe()
  })

  it('DEV-9 tells by checkpoints how far it has come, where nothing matches too', async () => {
    const { client } = await runningServer()
    await client.appendToStream('other-1', numbered(100))
    const checkpoints: bigint[] = []
    const filter = streamNameFilter({
      prefixes: ['none-'],
      maxSearchWindow: 10,
      checkpointInterval: 2,
      checkpointReached: (_, { commit }) => void checkpoints.push(commit),
    })
    const subscription = client.subscribeToAll({ filter })
    subscription.resume()
    await new Promise((resolve) => subscription.once('caughtUp', resolve))
    expect(checkpoints).toHaveLength(5)
    expect(checkpoints).toEqual(checkpoints.toSorted((a, b) => Number(a - b)))
    await subscription.unsubscribe()
  })

  it('DEV-10 thirty expressions that would explode elsewhere hold up no one', async () => {
    const { client } = await runningServer()
    for (let n = 0; n < 20; n++) await client.appendToStream(`${'a'.repeat(500)}${n}!`, numbered(1))
    const filter = () => streamNameFilter({ regex: '^(a?){150}(a+)+[ab]*a[ab]{150}$' })
    const hostile = Array.from({ length: 30 }, () => client.subscribeToAll({ filter: filter() }))
    const caughtUp = hostile.map((subscription) => new Promise((resolve) => subscription.once('caughtUp', resolve)))
    for (const subscription of hostile) subscription.resume()
    const before = processorMs()
    for (let n = 0; n < 5; n++) await client.appendToStream('order-1', numbered(1))
    expect(processorMs() - before).toBeLessThan(5_000) // all of them work in this process
    await Promise.all(caughtUp)
    await Promise.all(hostile.map((subscription) => subscription.unsubscribe()))
  })

  it.each(['^(?!\\$)', '(?<=a)b', '(a)\\1', '(?<n>a)\\k<n>', 'a{2000}'])(
    'DEV-10 %s, which a linear engine cannot have, is refused and the error says so',
    async (regex) => {
      const { client } = await runningServer()
      const error = await errorOf(take(client.subscribeToAll({ filter: streamNameFilter({ regex }) })))
      expect(error).toMatchObject({ code: 3 })
      expect(String(error['message'])).toContain('RE2')
    },
  )

  it.each(['x'.repeat(1_001), '^(?:a{900}|b{900})$'])(
    'DEV-10 an expression beyond the bounds is refused',
    async (regex) => {
      const { client } = await runningServer()
      const error = await errorOf(take(client.subscribeToAll({ filter: streamNameFilter({ regex }) })))
      expect(error).toMatchObject({ code: 3 })
    },
  )

  it('DEV-10 what is no expression is refused', async () => {
    const { client } = await runningServer()
    const ending = errorOf(take(client.subscribeToAll({ filter: streamNameFilter({ regex: '(' }) })))
    expect(await ending).toMatchObject({ code: 2 })
  })
})

async function appendInTurn(
  client: Client,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let n = from; n < to; n++)
    await client.appendToStream('order-1', numbered(1, { from: n }), { expectedRevision: BigInt(n - 1) })
}
