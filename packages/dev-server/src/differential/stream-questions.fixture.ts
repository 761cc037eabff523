/** Questions about deletes, metadata, limits and names. */
import { BACKWARDS, binaryEvent, END, jsonEvent, type AppendExpectedRevision } from '@eventstore/db-client'
import { EXPECTED, outcomeOf, readingOf, UNARY, type Asking, type Question } from './question.fixture.js'

async function twoEvents({ client, stream, event }: Asking): Promise<void> {
  await client.appendToStream(stream, [event(1), event(2)])
}

const EXPECTED_OF_DELETES = EXPECTED.filter((expected) => expected !== 'stream_exists') as readonly Exclude<
  AppendExpectedRevision,
  'stream_exists'
>[]

const DELETES: readonly Question[] = EXPECTED_OF_DELETES.flatMap((expectedRevision) =>
  (['deleteStream', 'tombstoneStream'] as const).flatMap((method) =>
    ['missing', 'there', 'deleted softly', 'deleted hard'].map((condition) => ({
      name: `${method} expecting ${expectedRevision} of a stream that is ${condition}`,
      ask: async (asking: Asking) => {
        const { client, stream, event } = asking
        if (condition !== 'missing') await twoEvents(asking)
        if (condition === 'deleted softly') await client.deleteStream(stream)
        if (condition === 'deleted hard') await client.tombstoneStream(stream)
        return [
          await outcomeOf(client[method](stream, { expectedRevision })),
          await readingOf(client.readStream(stream)),
          await outcomeOf(client.appendToStream(stream, event(5))),
          await readingOf(client.readStream(stream)),
          await outcomeOf(client.getStreamMetadata(stream)),
        ]
      },
    })),
  ),
)

const METADATA: readonly Question[] = [
  {
    name: 'metadata of a stream that is missing',
    ask: async ({ client, stream }) => [
      await outcomeOf(client.getStreamMetadata(stream)),
      await outcomeOf(client.setStreamMetadata(stream, { maxCount: 2 })),
      await outcomeOf(client.getStreamMetadata(stream)),
      await readingOf(client.readStream(stream)),
    ],
  },
  {
    name: 'metadata bounds what is read',
    ask: async ({ client, stream, event }) => {
      await client.appendToStream(
        stream,
        [1, 2, 3, 4, 5, 6].map((n) => event(n)),
      )
      const answers = []
      for (const metadata of [
        { maxCount: 2 },
        { truncateBefore: 3 },
        { maxCount: 5, truncateBefore: 2 },
        { truncateBefore: 6 },
        { truncateBefore: 99 },
        { maxAge: 1000 },
      ]) {
        answers.push(
          await outcomeOf(client.setStreamMetadata(stream, metadata)),
          await readingOf(client.readStream(stream)),
          await readingOf(client.readStream(stream, { direction: BACKWARDS, fromRevision: END })),
          await readingOf(client.readStream(stream, { fromRevision: 1n, maxCount: 2 })),
          await readingOf(client.readStream(stream, { direction: BACKWARDS, fromRevision: 3n, maxCount: 2 })),
        )
      }
      return answers
    },
  },
  {
    name: 'metadata expecting a revision',
    ask: async ({ client, stream }) => [
      await outcomeOf(client.setStreamMetadata(stream, { maxCount: 2 }, { expectedRevision: 'no_stream' })),
      await outcomeOf(client.setStreamMetadata(stream, { maxCount: 3 }, { expectedRevision: 'no_stream' })),
      await outcomeOf(client.setStreamMetadata(stream, { maxCount: 4 }, { expectedRevision: 0n })),
      await readingOf(client.readStream(`$$${stream}`)),
      await readingOf(client.readStream(`$$${stream}`, { direction: BACKWARDS, fromRevision: END })),
    ],
  },
  {
    name: 'metadata of a stream that is deleted softly',
    ask: async (asking) => {
      const { client, stream } = asking
      await twoEvents(asking)
      await client.deleteStream(stream)
      return [
        await outcomeOf(client.getStreamMetadata(stream)),
        await outcomeOf(client.setStreamMetadata(stream, { maxCount: 2 })),
        await outcomeOf(client.getStreamMetadata(stream)),
        await readingOf(client.readStream(stream)),
        await readingOf(client.readStream(`$$${stream}`)),
      ]
    },
  },
  {
    name: 'metadata of a stream that is deleted hard',
    ask: async (asking) => {
      const { client, stream } = asking
      await twoEvents(asking)
      await client.tombstoneStream(stream)
      return [
        await outcomeOf(client.getStreamMetadata(stream)),
        await outcomeOf(client.setStreamMetadata(stream, { maxCount: 2 })),
        await readingOf(client.readStream(`$$${stream}`)),
      ]
    },
  },
  {
    name: 'metadata that is no JSON',
    ask: async (asking) => {
      const { client, stream } = asking
      await twoEvents(asking)
      const event = binaryEvent({ type: '$metadata', data: Buffer.from('no JSON') })
      return [
        await outcomeOf(client.appendToStream(`$$${stream}`, event)),
        await readingOf(client.readStream(stream)),
        await outcomeOf(client.getStreamMetadata(stream)),
      ]
    },
  },
]

const LIMITS: readonly Question[] = [1_048_576, 1_048_000, 1_040_000].flatMap((bytes) =>
  [
    { form: 'batch', how: {} },
    { form: 'unary', how: UNARY },
  ].map(({ form, how }) => ({
    name: `${form} append of ${bytes} bytes`,
    ask: async ({ client, stream }) => {
      const event = binaryEvent({ type: 'large', data: new Uint8Array(bytes) })
      return outcomeOf(client.appendToStream(stream, event, how))
    },
  })),
)

const NAMES: readonly Question[] = ['100%', 'with spaces', '🐳', 'x'.repeat(1000), 'a\nb'].map((suffix) => ({
  name: `a stream named ${suffix.slice(0, 20)}`,
  ask: async ({ client, stream: prefix, event }) => {
    const stream = `${prefix}${suffix}`
    return [
      await outcomeOf(client.appendToStream(stream, event(1))),
      await outcomeOf(client.appendToStream(stream, event(2), { expectedRevision: 7n })),
      await outcomeOf(client.appendToStream(stream, event(2), { expectedRevision: 7n, ...UNARY })),
      await readingOf(client.readStream(stream)),
      await outcomeOf(client.deleteStream(stream, { expectedRevision: 9n })),
      await outcomeOf(client.tombstoneStream(stream)),
      await readingOf(client.readStream(stream)),
      await outcomeOf(client.appendToStream(stream, event(3))),
      await outcomeOf(client.appendToStream(stream, event(3), UNARY)),
    ]
  },
}))

const ODD: readonly Question[] = [
  { name: 'a stream without a name', ask: ({ client, event }) => outcomeOf(client.appendToStream('', event(1))) },
  {
    name: 'a stream without a name, unary',
    ask: ({ client, event }) => outcomeOf(client.appendToStream('', event(1), UNARY)),
  },
  { name: 'reading a stream without a name', ask: ({ client }) => readingOf(client.readStream('')) },
  {
    // Not as a batch: that, the real server answers a second time a little later, and the client breaks at it.
    name: 'an event without a type, unary',
    ask: ({ client, stream }) => outcomeOf(client.appendToStream(stream, jsonEvent({ type: '', data: {} }), UNARY)),
  },
  {
    name: 'an event whose id is none, unary',
    ask: ({ client, stream }) =>
      outcomeOf(client.appendToStream(stream, jsonEvent({ id: 'none', type: 'x', data: {} }), UNARY)),
  },
  { name: 'appending to $all', ask: ({ client, event }) => outcomeOf(client.appendToStream('$all', event(1))) },
  {
    name: 'data of all kinds',
    ask: async ({ client, stream }) => {
      const data = [null, 0, -1.5e300, '', '\u0000', '🐳', [], {}, { a: { b: [1, { c: null }] } }, true]
      await client.appendToStream(stream, [
        ...data.map((data) => jsonEvent({ type: 'ü', data: data as never, metadata: { data } as never })),
        binaryEvent({ type: 'empty', data: new Uint8Array() }),
        binaryEvent({ type: 'bytes', data: Uint8Array.of(0, 255, 128), metadata: Uint8Array.of(255, 0) }),
      ])
      return readingOf(client.readStream(stream))
    },
  },
]

export const STREAM_QUESTIONS: readonly Question[] = [...DELETES, ...METADATA, ...LIMITS, ...NAMES, ...ODD]
