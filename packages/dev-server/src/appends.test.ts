/** Appends through the real client: what is stored, and what is refused. */
import { binaryEvent, jsonEvent, type AppendExpectedRevision, type Credentials } from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { errorOf, numbered, runningServer, take } from './running-server.fixture.js'

/** A call with credentials of its own takes the older form of append. */
const FORMS: readonly { readonly form: string; readonly how: { readonly credentials?: Credentials } }[] = [
  { form: 'BatchAppend', how: {} },
  { form: 'Append', how: { credentials: { username: 'admin', password: 'changeit' } } },
]

describe.each(FORMS)('appending with $form', ({ how }) => {
  it('DEV-1 an event is read back as it was sent', async () => {
    const { client } = await runningServer()
    const json = jsonEvent({ type: 'Größe ✓', data: { b: 1, a: ['ü', 1e21, null] }, metadata: { $correlationId: 'c' } })
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const binary = binaryEvent({ type: 'raw', data: bytes, metadata: bytes })
    await client.appendToStream('order-1', [json, binary], how)
    const [first, second] = await take(client.readStream('order-1'))
    const { id, type, data, metadata } = json
    expect(first?.event).toMatchObject({ id, type, data, metadata, isJson: true, revision: 0n, streamId: 'order-1' })
    expect(JSON.stringify(first?.event?.data)).toBe(JSON.stringify(data))
    expect(second?.event).toMatchObject({ id: binary.id, isJson: false, revision: 1n })
    expect(Buffer.from(second?.event?.data as Uint8Array)).toEqual(Buffer.from(bytes))
    expect(Buffer.from(second?.event?.metadata as Uint8Array)).toEqual(Buffer.from(bytes))
    expect(Math.abs(Date.now() - Number(first?.event?.created))).toBeLessThan(60_000)
  })

  it('DEV-2 each expected revision succeeds where it is right', async () => {
    const { client } = await runningServer()
    const append = (expectedRevision: AppendExpectedRevision) =>
      client.appendToStream('order-1', numbered(1), { expectedRevision, ...how })
    const answers = [await append('no_stream'), await append(0n), await append('any'), await append('stream_exists')]
    expect(answers.map(({ nextExpectedRevision }) => nextExpectedRevision)).toEqual([0n, 1n, 2n, 3n])
    const positions = answers.map(({ position }) => position?.commit ?? 0n)
    expect(positions).toEqual([...positions].toSorted((a, b) => Number(a - b)))
  })

  it.each([
    { stream: 'there', expected: 'no_stream', actual: 1n },
    { stream: 'there', expected: 0n, actual: 1n },
    { stream: 'there', expected: 7n, actual: 1n },
    { stream: 'missing', expected: 'stream_exists', actual: 'no_stream' },
    { stream: 'missing', expected: 3n, actual: 'no_stream' },
  ] as const)('DEV-2 $expected is refused on a stream that is $stream', async ({ stream, expected, actual }) => {
    const { client } = await runningServer()
    await client.appendToStream('there', numbered(2))
    const refused = client.appendToStream(stream, numbered(1), { expectedRevision: expected, ...how })
    expect(await errorOf(refused)).toMatchObject({
      type: 'wrong-expected-version',
      streamName: stream,
      expectedVersion: expected,
      actualVersion: actual,
    })
    expect(await take(client.readStream('there'))).toHaveLength(2)
  })

  it.each(['no_stream', 'any'] as const)(
    'DEV-3 a repeated append with %s is answered as before',
    async (expectedRevision) => {
      const { client } = await runningServer()
      const events = numbered(3)
      const first = await client.appendToStream('order-1', events, { expectedRevision, ...how })
      await client.appendToStream('order-1', numbered(1), how)
      const again = await client.appendToStream('order-1', events, { expectedRevision, ...how })
      expect(again).toEqual(first)
      const prefix = await client.appendToStream('order-1', events.slice(0, 2), { expectedRevision, ...how })
      expect(prefix.nextExpectedRevision).toBe(1n)
      const partlyNew = [...events.slice(2), ...numbered(1)]
      const options = { expectedRevision: expectedRevision === 'any' ? ('any' as const) : 1n, ...how }
      expect(await errorOf(client.appendToStream('order-1', partlyNew, options))).toMatchObject({
        type: 'wrong-expected-version',
        actualVersion: 3n,
      })
      expect(await take(client.readStream('order-1'))).toHaveLength(4)
    },
  )

  it('DEV-3 the same id twice in one batch, or in another stream, is stored', async () => {
    const { client } = await runningServer()
    const [event] = numbered(1)
    if (event === undefined) throw new Error('no event')
    await client.appendToStream('order-1', [event, event], how)
    await client.appendToStream('order-2', event, how)
    expect(await take(client.readAll())).toHaveLength(3)
    await client.appendToStream('order-3', event, how)
    await client.appendToStream('order-2', event, how) // again, as the first time
    expect(await take(client.readAll())).toHaveLength(4)
  })

  it.each(['100%', 'with spaces', 'a/b?c#d&e=f', '🐳-ünïcödé', `long-${'x'.repeat(995)}`, '..', 'a\nb'])(
    'DEV-4 a stream may be named %j',
    async (stream) => {
      const { client } = await runningServer()
      await client.appendToStream(stream, numbered(2), how)
      const found = await take(client.readStream(stream))
      expect(found.map(({ event }) => event?.streamId)).toEqual([stream, stream])
      expect(await errorOf(client.appendToStream(stream, numbered(1), { expectedRevision: 5n, ...how }))).toMatchObject(
        {
          streamName: stream,
          actualVersion: 1n,
        },
      )
      await client.deleteStream(stream)
      expect(await errorOf(take(client.readStream(stream)))).toMatchObject({ type: 'stream-not-found' })
    },
  )

  it('DEV-5 an append of more than 1 MiB is refused, and those beside it go on', async () => {
    const { client } = await runningServer()
    const large = jsonEvent({ type: 'large', data: 'x'.repeat(1024 * 1024) })
    const beside = Array.from({ length: 20 }, (_, n) => client.appendToStream(`beside-${n}`, numbered(1), how))
    expect(await errorOf(client.appendToStream('order-1', large, how))).toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 1024 * 1024,
    })
    await Promise.all(beside)
    const parts = Array.from({ length: 9 }, () => jsonEvent({ type: 'part', data: 'x'.repeat(100 * 1024) }))
    await client.appendToStream('order-1', parts, how)
    expect(await take(client.readStream('order-1'))).toHaveLength(9)
  })
})
