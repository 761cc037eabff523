/** Making, changing and asking about persistent subscription groups, and what of them survives the server. */
import { join } from 'node:path'
import {
  EventStoreDBClient,
  jsonEvent,
  persistentSubscriptionToAllSettingsFromDefaults,
  persistentSubscriptionToStreamSettingsFromDefaults,
  START,
  streamNameFilter,
} from '@eventstore/db-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CERT, KEY } from './certificate.fixture.js'
import { childServer, scratchDirectory } from './child-server.fixture.js'
import { consume, eventually, numbersIn, until } from './consumers.fixture.js'
import { clientOf, errorOf, numbered, runningServer, take } from './running-server.fixture.js'
import { startDevServer } from './start-dev-server.js'

const toStream = (changes = {}) => persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: START, ...changes })

/** A checkpoint after every event, at once. */
const EAGER = { checkPointLowerBound: 1, checkPointUpperBound: 1, checkPointAfter: 1 }

describe('a group', () => {
  it('DEV-32 is made, listed, changed and deleted, and its settings are told', async () => {
    const { client } = await runningServer()
    const settings = toStream({ startFrom: 3n, extraStatistics: true, maxSubscriberCount: 4, messageTimeout: 1234 })
    await client.createPersistentSubscriptionToStream('order-1', 'g', settings)
    const toAll = persistentSubscriptionToAllSettingsFromDefaults()
    await client.createPersistentSubscriptionToAll('h', toAll)
    expect(await client.getPersistentSubscriptionToStreamInfo('order-1', 'g')).toMatchObject({
      eventSource: 'order-1',
      groupName: 'g',
      settings,
      connections: [],
      stats: { parkedMessageCount: 0n, lastCheckpointedEventRevision: undefined },
    })
    expect((await client.getPersistentSubscriptionToAllInfo('h')).settings).toMatchObject(toAll)
    const all = await client.listAllPersistentSubscriptions()
    expect(all.map(({ eventSource, groupName }) => `${eventSource} ${groupName}`)).toEqual(['order-1 g', '$all h'])
    expect(await client.listPersistentSubscriptionsToStream('order-1')).toHaveLength(1)
    expect(await client.listPersistentSubscriptionsToAll()).toHaveLength(1)
    await client.updatePersistentSubscriptionToStream('order-1', 'g', toStream({ maxRetryCount: 77 }))
    const changed = await client.getPersistentSubscriptionToStreamInfo('order-1', 'g')
    expect(changed.settings).toMatchObject({ maxRetryCount: 77, startFrom: START })
    await client.deletePersistentSubscriptionToStream('order-1', 'g')
    await client.deletePersistentSubscriptionToAll('h')
    expect(await client.listAllPersistentSubscriptions()).toEqual([])
  })

  it('DEV-32 that is there already, or is not there, or has settings that make no sense, is told', async () => {
    const { client } = await runningServer()
    const create = (changes = {}) => client.createPersistentSubscriptionToStream('order-1', 'g', toStream(changes))
    const full = errorOf(create({ readBatchSize: 20, historyBufferSize: 20 }))
    expect(await full).toMatchObject({ type: 'persistent-subscription-failed', groupName: 'g' })
    const negative = errorOf(create({ readBatchSize: -1, historyBufferSize: 0 }))
    expect(await negative).toMatchObject({ type: 'persistent-subscription-failed', groupName: 'g' })
    await create()
    expect(await errorOf(create())).toMatchObject({ type: 'persistent-subscription-exists', streamName: 'order-1' })
    const missing = { type: 'persistent-subscription-does-not-exist', streamName: 'order-1', groupName: 'none' }
    const calls = [
      client.updatePersistentSubscriptionToStream('order-1', 'none', toStream()),
      client.deletePersistentSubscriptionToStream('order-1', 'none'),
      client.getPersistentSubscriptionToStreamInfo('order-1', 'none'),
    ]
    for (const call of calls) expect(await errorOf(call)).toMatchObject(missing)
    const list = errorOf(client.listPersistentSubscriptionsToStream('order-2'))
    expect(await list).toMatchObject({ type: 'persistent-subscription-does-not-exist', streamName: 'order-2' })
  })

  it('DEV-32 that is changed or deleted, or started again, ends its consumers', async () => {
    const { client } = await runningServer()
    await client.createPersistentSubscriptionToStream('order-1', 'g', toStream())
    await client.appendToStream('order-1', numbered(1))
    const changes = [
      () => client.updatePersistentSubscriptionToStream('order-1', 'g', toStream()),
      () => client.restartPersistentSubscriptionSubsystem(),
      () => client.deletePersistentSubscriptionToStream('order-1', 'g'),
    ]
    for (const change of changes) {
      const consumer = consume(client)
      await until(() => consumer.events.length === 1)
      await change()
      expect(await consumer.ended).toMatchObject({ type: 'persistent-subscription-dropped', groupName: 'g' })
    }
  })

  it('DEV-32 that is deleted and made again begins from the beginning', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(2))
    for (let turn = 0; turn < 3; turn++) {
      await client.createPersistentSubscriptionToStream('order-1', 'g', toStream({ ...EAGER }))
      const consumer = consume(client, { answer: 'park' })
      await eventually(async () => {
        const { stats } = await client.getPersistentSubscriptionToStreamInfo('order-1', 'g')
        expect(stats).toMatchObject({ parkedMessageCount: 2n, lastCheckpointedEventRevision: 1n })
      })
      expect(numbersIn(consumer)).toEqual([0, 1])
      await client.deletePersistentSubscriptionToStream('order-1', 'g')
    }
  })

  it('DEV-32 tells how long its consumers take, on request', async () => {
    const { client } = await runningServer()
    await client.appendToStream('order-1', numbered(5))
    await client.createPersistentSubscriptionToStream('order-1', 'g', toStream({ extraStatistics: true }))
    const consumer = consume(client)
    await until(() => consumer.events.length === 5)
    await eventually(async () => {
      const { connections, stats } = await client.getPersistentSubscriptionToStreamInfo('order-1', 'g')
      expect(stats).toMatchObject({ totalItems: 5n, outstandingMessagesCount: 0 })
      expect(connections).toMatchObject([{ totalItems: 5n, username: 'anonymous', availableSlots: 10 }])
      expect([...(connections[0]?.extraStatistics?.keys() ?? [])]).toContain('median')
    })
  })

  it('DEV-33 is for users alone, and one on everything is consumed by admins', async () => {
    const server = await startDevServer({
      port: 0,
      tls: { cert: CERT, key: KEY },
      auth: true,
      advertisedHost: 'localhost',
    })
    onTestFinished(() => server.close())
    const clientAs = (credentials?: { readonly username: string; readonly password: string }) => {
      const endpoint = { address: 'localhost', port: server.port }
      const client = new EventStoreDBClient({ endpoint }, { rootCertificate: Buffer.from(CERT) }, credentials)
      onTestFinished(() => client.dispose())
      return client
    }
    const [no, ops] = [clientAs(), clientAs({ username: 'ops', password: 'changeit' })]
    const denied = { type: 'access-denied' }
    expect(await errorOf(no.createPersistentSubscriptionToStream('order-1', 'g', toStream()))).toMatchObject(denied)
    await ops.createPersistentSubscriptionToStream('order-1', 'g', toStream())
    await ops.createPersistentSubscriptionToAll('g', persistentSubscriptionToAllSettingsFromDefaults())
    const calls = [
      () => no.updatePersistentSubscriptionToStream('order-1', 'g', toStream()),
      () => no.deletePersistentSubscriptionToStream('order-1', 'g'),
      () => no.getPersistentSubscriptionToStreamInfo('order-1', 'g'),
      () => no.listAllPersistentSubscriptions(),
      () => no.replayParkedMessagesToStream('order-1', 'g'),
      () => no.restartPersistentSubscriptionSubsystem(),
      () => take(no.subscribeToPersistentSubscriptionToStream('order-1', 'g')),
      () => take(ops.subscribeToPersistentSubscriptionToAll('g')),
    ]
    for (const call of calls) expect(await errorOf(call())).toMatchObject(denied)
    await ops.appendToStream('order-1', numbered(1))
    const consumer = consume(ops)
    await until(() => consumer.events.length === 1)
    const { connections } = await ops.getPersistentSubscriptionToStreamInfo('order-1', 'g')
    expect(connections).toMatchObject([{ username: 'ops' }])
  })
})

describe('after the server was killed', () => {
  it('DEV-34 a group goes on at its checkpoint, with its settings, its filter and what it parked', async () => {
    const args = ['--db', join(scratchDirectory(), 'events.db'), '--no-projections']
    const before = await childServer(args)
    const first = clientOf(before.connectionString)
    await first.appendToStream('cart-1', numbered(3, { from: 100 }))
    await first.appendToStream('order-1', numbered(5))
    const settings = persistentSubscriptionToAllSettingsFromDefaults({ startFrom: START, ...EAGER })
    await first.createPersistentSubscriptionToAll('g', settings, { filter: streamNameFilter({ prefixes: ['order-'] }) })
    await first.createPersistentSubscriptionToStream('order-1', 'new', toStream({ startFrom: 'end', maxRetryCount: 3 }))
    const parking = consume(first, { stream: '$all', answer: 'park' })
    await until(() => parking.events.length === 5)
    await eventually(async () => {
      const { stats } = await first.getPersistentSubscriptionToAllInfo('g')
      expect(stats).toMatchObject({ parkedMessageCount: 5n, outstandingMessagesCount: 0 })
      expect(stats.lastCheckpointedEventPosition).toBeDefined()
    })
    await first.appendToStream('order-1', numbered(1, { from: 5 }))
    await before.kill('SIGKILL')

    const again = clientOf((await childServer(args)).connectionString)
    const infos = await again.listAllPersistentSubscriptions()
    expect(infos).toMatchObject([
      { groupName: 'g', settings, stats: { parkedMessageCount: 5n } },
      { groupName: 'new', settings: { maxRetryCount: 3 } },
    ])
    const consumer = consume(again, { stream: '$all' })
    const fresh = consume(again, { group: 'new' })
    await again.appendToStream('cart-1', numbered(1, { from: 200 }))
    await again.appendToStream('order-2', numbered(1, { from: 6 }))
    await until(() => numbersIn(consumer).includes(6) && fresh.events.length === 1)
    expect(numbersIn(consumer).slice(-2)).toEqual([5, 6])
    expect(numbersIn(fresh)).toEqual([5])
    await again.replayParkedMessagesToAll('g')
    await until(() => [0, 1, 2, 3, 4].every((n) => numbersIn(consumer).includes(n)))
  })

  it('DEV-34 what was parked and given again is parked still until it is done', async () => {
    const file = join(scratchDirectory(), 'events.db')
    const server = await startDevServer({ port: 0, file, projections: false })
    const client = clientOf(server.connectionString)
    await client.appendToStream('order-1', numbered(4))
    await client.createPersistentSubscriptionToStream('order-1', 'g', toStream(EAGER))
    const infoOf = async (from: EventStoreDBClient) =>
      (await from.getPersistentSubscriptionToStreamInfo('order-1', 'g')).stats
    const parking = consume(client, { answer: 'park' })
    await eventually(async () => expect((await infoOf(client)).parkedMessageCount).toBe(4n))
    await parking.subscription.unsubscribe()
    await eventually(async () => {
      const { connections } = await client.getPersistentSubscriptionToStreamInfo('order-1', 'g')
      expect(connections).toEqual([]) // else it would be given some, and park them
    })
    await client.replayParkedMessagesToStream('order-1', 'g')
    const forgetful = consume(client, { answer: 'nothing' })
    await until(() => forgetful.events.length >= 4) // or more: what is not answered in time is given again
    expect((await infoOf(client)).parkedMessageCount).toBe(0n)
    await forgetful.subscription.ack(...forgetful.events.slice(0, 2))
    await eventually(async () => {
      const left = await take(client.readStream('$persistentsubscription-order-1::g-parked'))
      expect(left).toHaveLength(2)
    })
    await server.close()
    const { client: later } = await runningServer({ file })
    expect((await infoOf(later)).parkedMessageCount).toBe(2n)
    await later.replayParkedMessagesToStream('order-1', 'g')
    const again = consume(later)
    await until(() => again.events.length === 2)
    expect(numbersIn(again)).toEqual([2, 3])
  })

  it('DEV-34 no event is lost that was not acknowledged, whatever was acknowledged after it', async () => {
    const file = join(scratchDirectory(), 'events.db')
    const server = await startDevServer({ port: 0, file, projections: false })
    const client = clientOf(server.connectionString)
    await client.appendToStream('order-1', numbered(20))
    await client.createPersistentSubscriptionToStream('order-1', 'g', toStream(EAGER))
    const consumer = consume(client, { answer: 'nothing', bufferSize: 20 })
    await until(() => consumer.events.length === 20)
    const acknowledged = consumer.events.filter((_, index) => index < 3 || index > 4)
    await consumer.subscription.ack(...acknowledged)
    await eventually(async () => {
      const { stats } = await client.getPersistentSubscriptionToStreamInfo('order-1', 'g')
      expect(stats.lastCheckpointedEventRevision).toBe(2n)
    })
    await server.close()
    const { client: later } = await runningServer({ file })
    const again = consume(later)
    await until(() => numbersIn(again).includes(19))
    expect(numbersIn(again).slice(0, 2)).toEqual([3, 4])
  })

  it('DEV-34 a server that stops tells its consumers', async () => {
    const server = await startDevServer({ port: 0 })
    const client = clientOf(server.connectionString)
    await client.createPersistentSubscriptionToStream('order-1', 'g', toStream())
    const consumer = consume(client)
    await client.appendToStream('order-1', jsonEvent({ type: 'a', data: {} }))
    await until(() => consumer.events.length === 1)
    await server.close()
    expect(await consumer.ended).toMatchObject({ type: 'unavailable' })
  })
})
