/** What the client's documentation shows, chapter by chapter, in words of our own: the first things that users try. */
import { randomUUID } from 'node:crypto'
import {
  BACKWARDS,
  binaryEvent,
  END,
  eventTypeFilter,
  excludeSystemEvents,
  FORWARDS,
  jsonEvent,
  NO_STREAM,
  START,
  StreamNotFoundError,
  streamNameFilter,
  WrongExpectedVersionError,
  type JSONEventType,
} from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { runningServer, take } from './running-server.fixture.js'

type SeatReserved = JSONEventType<
  'SeatReserved',
  { readonly seat: string; readonly by: string },
  { readonly via?: string }
>
type SeatReleased = JSONEventType<'SeatReleased', { readonly seat: string }>
type SeatEvent = SeatReserved | SeatReleased

function reserved(seat: string, by = 'ana') {
  return jsonEvent<SeatReserved>({ type: 'SeatReserved', data: { seat, by }, metadata: { via: 'web' } })
}

describe('the documented examples: appending', () => {
  it('DEV-26 one event, several, and a binary one', async () => {
    const { client } = await runningServer()
    await client.appendToStream('hall-1', reserved('A1'), { expectedRevision: NO_STREAM })
    await client.appendToStream('hall-1', [reserved('A2'), reserved('A3')])
    await client.appendToStream('hall-1', binaryEvent({ type: 'Plan', data: Buffer.from('▦▦▦') }))
    const events = await take(client.readStream('hall-1'))
    expect(events.map(({ event }) => event?.type)).toEqual(['SeatReserved', 'SeatReserved', 'SeatReserved', 'Plan'])
  })

  it('DEV-26 the same event twice is stored once', async () => {
    const { client } = await runningServer()
    const event = jsonEvent<SeatReserved>({
      id: randomUUID(),
      type: 'SeatReserved',
      data: { seat: 'A1', by: 'bo' },
      metadata: {},
    })
    await client.appendToStream('hall-1', event)
    await client.appendToStream('hall-1', event)
    expect(await take(client.readStream('hall-1'))).toHaveLength(1)
  })

  it('DEV-26 of two who read the same revision, the second is refused, reads again and goes on', async () => {
    const { client } = await runningServer()
    await client.appendToStream('hall-1', reserved('A1'))
    let expectedRevision = 0n
    for await (const { event } of client.readStream('hall-1')) expectedRevision = event?.revision ?? 0n
    await client.appendToStream('hall-1', reserved('A2', 'ana'), { expectedRevision })
    const late = client.appendToStream('hall-1', reserved('A2', 'bo'), { expectedRevision })
    const error: unknown = await late.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(WrongExpectedVersionError)
    if (!(error instanceof WrongExpectedVersionError)) return
    expect(error.actualVersion).toBe(1n)
    await client.appendToStream('hall-1', reserved('A3', 'bo'), { expectedRevision: error.actualVersion as bigint })
    await expect(
      client.appendToStream('hall-1', reserved('A4'), { expectedRevision: NO_STREAM }),
    ).rejects.toBeInstanceOf(WrongExpectedVersionError)
  })

  it('DEV-26 with the credentials of a user', async () => {
    const { client } = await runningServer()
    const credentials = { username: 'admin', password: 'changeit' }
    await client.appendToStream('hall-1', reserved('A1'), { credentials })
    expect(await take(client.readStream('hall-1', { credentials }))).toHaveLength(1)
    expect((await take(client.readAll({ credentials }))).length).toBeGreaterThan(0)
  })
})

describe('the documented examples: reading', () => {
  it('DEV-26 forwards, from a revision, backwards, and the last event', async () => {
    const { client } = await runningServer()
    const seats = ['A1', 'A2', 'A3', 'A4', 'A5']
    await client.appendToStream(
      'hall-1',
      seats.map((seat) => reserved(seat)),
    )
    const seatsOf = async (reading: ReturnType<typeof client.readStream<SeatReserved>>) =>
      (await take(reading)).map(({ event }) => event?.data.seat)
    const all = client.readStream<SeatReserved>('hall-1', { direction: FORWARDS, fromRevision: START, maxCount: 10 })
    expect(await seatsOf(all)).toEqual(seats)
    expect(await seatsOf(client.readStream('hall-1', { fromRevision: 2n, maxCount: 2 }))).toEqual(['A3', 'A4'])
    const back = client.readStream<SeatReserved>('hall-1', { direction: BACKWARDS, fromRevision: END })
    expect(await seatsOf(back)).toEqual(seats.toReversed())
    const last = client.readStream<SeatReserved>('hall-1', { direction: BACKWARDS, fromRevision: END, maxCount: 1 })
    expect(await seatsOf(last)).toEqual(['A5'])
  })

  it('DEV-26 a stream that is not there is an error of its own class', async () => {
    const { client } = await runningServer()
    await expect(take(client.readStream('nowhere'))).rejects.toBeInstanceOf(StreamNotFoundError)
  })

  it('DEV-26 everything, without what belongs to the system', async () => {
    const { client } = await runningServer({ projections: true })
    await client.appendToStream('hall-1', [reserved('A1'), reserved('A2')])
    await client.setStreamMetadata('hall-1', { maxCount: 10 })
    const own: (string | undefined)[] = []
    for await (const { event } of client.readAll({ direction: FORWARDS, fromPosition: START, maxCount: 1_000 }))
      if (event?.type.startsWith('$') === false) own.push(event.streamId)
    expect(own).toEqual(['hall-1', 'hall-1'])
    const [newest] = await take(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }))
    expect(newest?.event).toBeDefined()
  })
})

describe('the documented examples: subscriptions', () => {
  it('DEV-26 from the start, from a revision, live only, and again from where one was', async () => {
    const { client } = await runningServer()
    await client.appendToStream('hall-1', [reserved('A1'), reserved('A2')])
    const live = client.subscribeToStream<SeatReserved>('hall-1', { fromRevision: END })
    await new Promise((resolve) => live.once('caughtUp', resolve))
    const next = take(live, 1)
    const first = await take(client.subscribeToStream<SeatEvent>('hall-1', { fromRevision: START }), 2)
    const checkpoint = first.at(-1)?.event?.revision ?? 0n
    await client.appendToStream('hall-1', reserved('A3'))
    const resumed = await take(client.subscribeToStream<SeatReserved>('hall-1', { fromRevision: checkpoint }), 1)
    expect(resumed[0]?.event?.data.seat).toBe('A3')
    expect((await next)[0]?.event?.data.seat).toBe('A3')
  })

  it('DEV-26 with listeners, and unsubscribed', async () => {
    const { client } = await runningServer()
    const seen: string[] = []
    const subscription = client.subscribeToStream<SeatReserved>('hall-1')
    const ended = new Promise((resolve) => subscription.on('close', resolve))
    const two = new Promise<void>((resolve) => {
      subscription.on('data', ({ event }) => {
        if (event !== undefined && seen.push(event.data.seat) === 2) resolve()
      })
    })
    await client.appendToStream('hall-1', [reserved('A1'), reserved('A2')])
    await two
    await subscription.unsubscribe()
    await ended
    expect(seen).toEqual(['A1', 'A2'])
  })

  it('DEV-26 to everything, filtered by the event type, the stream and without system events', async () => {
    const { client } = await runningServer()
    await client.appendToStream('hall-1', [
      reserved('A1'),
      jsonEvent<SeatReleased>({ type: 'SeatReleased', data: { seat: 'A1' } }),
    ])
    await client.appendToStream('other-1', reserved('B1'))
    const streamsOf = async (filter: Parameters<typeof client.subscribeToAll>[0], count: number) =>
      (await take(client.subscribeToAll(filter), count)).map(({ event }) => `${event?.streamId} ${event?.type}`)
    expect(await streamsOf({ filter: eventTypeFilter({ prefixes: ['SeatReleased'] }) }, 1)).toEqual([
      'hall-1 SeatReleased',
    ])
    expect(await streamsOf({ filter: streamNameFilter({ prefixes: ['other-'] }) }, 1)).toEqual(['other-1 SeatReserved'])
    expect(await streamsOf({ filter: eventTypeFilter({ regex: '^Seat.*d$' }) }, 3)).toHaveLength(3)
    expect(await streamsOf({ filter: excludeSystemEvents() }, 3)).toHaveLength(3)
    const told = await new Promise((resolve) => {
      const checkpointReached = (_: unknown, position: unknown): void => resolve(position)
      client.subscribeToAll({
        filter: eventTypeFilter({ prefixes: ['Other'], checkpointInterval: 1, checkpointReached }),
      })
    })
    expect(told).toMatchObject({ commit: expect.any(BigInt) as unknown })
  })

  it('DEV-26 to the stream of a category and of a type, with the links resolved', async () => {
    const { client } = await runningServer({ projections: true })
    await client.appendToStream('hall-1', reserved('A1'))
    await client.appendToStream('hall-2', reserved('B1'))
    for (const name of ['$ce-hall', '$et-SeatReserved']) {
      const found = await take(client.subscribeToStream<SeatReserved>(name, { resolveLinkTos: true }), 2)
      expect(found.map(({ event }) => event?.data.seat)).toEqual(['A1', 'B1'])
    }
    const links = await take(client.readStream('$ce-hall'))
    expect(links.map(({ event }) => event?.type)).toEqual(['$>', '$>'])
    const all = await take(client.readAll({ resolveLinkTos: true, maxCount: 100 }))
    expect(all.filter(({ link }) => link !== undefined).map(({ event }) => event?.type)).toContain('SeatReserved')
  })
})

describe('the documented examples: deleting and metadata', () => {
  it('DEV-26 a stream is deleted, and begins again where it ended', async () => {
    const { client } = await runningServer()
    await client.appendToStream('hall-1', [reserved('A1'), reserved('A2')])
    await client.deleteStream('hall-1')
    await expect(take(client.readStream('hall-1'))).rejects.toBeInstanceOf(StreamNotFoundError)
    const { nextExpectedRevision } = await client.appendToStream('hall-1', reserved('A3'))
    expect(nextExpectedRevision).toBe(2n)
    expect(await take(client.readStream('hall-1'))).toHaveLength(1)
    await client.tombstoneStream('hall-1')
    await expect(client.appendToStream('hall-1', reserved('A4'))).rejects.toMatchObject({ type: 'stream-deleted' })
  })

  it('DEV-26 metadata of a stream is set, read, and obeyed', async () => {
    const { client } = await runningServer()
    await client.appendToStream('hall-1', [reserved('A1'), reserved('A2'), reserved('A3')])
    await client.setStreamMetadata('hall-1', { maxCount: 2, maxAge: 3_600, team: 'blue' } as never)
    expect((await client.getStreamMetadata('hall-1')).metadata).toMatchObject({
      maxCount: 2,
      maxAge: 3_600,
      team: 'blue',
    })
    const seats = (await take(client.readStream<SeatReserved>('hall-1'))).map(({ event }) => event?.data.seat)
    expect(seats).toEqual(['A2', 'A3'])
  })
})
