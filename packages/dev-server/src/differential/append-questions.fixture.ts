/** Questions about appends, in both forms, to streams in every condition. */
import { type AppendExpectedRevision } from '@eventstore/db-client'
import { EXPECTED, outcomeOf, readingOf, UNARY, type Asking, type Question } from './question.fixture.js'

type Condition = (asking: Asking) => Promise<unknown>

const CONDITIONS: Readonly<Record<string, Condition>> = {
  missing: async () => {},
  'with two events': ({ client, stream, event }) => client.appendToStream(stream, [event(1), event(2)]),
  'deleted softly': async ({ client, stream, event }) => {
    await client.appendToStream(stream, [event(1), event(2)])
    await client.deleteStream(stream)
  },
  'deleted hard': async ({ client, stream, event }) => {
    await client.appendToStream(stream, [event(1), event(2)])
    await client.tombstoneStream(stream)
  },
  'with metadata only': ({ client, stream }) => client.setStreamMetadata(stream, { maxCount: 9 }),
  'of metadata of a missing one': async () => {},
}

const FORMS = { batch: {}, unary: UNARY }

export const APPEND_QUESTIONS: readonly Question[] = Object.entries(FORMS).flatMap(([form, how]) => [
  ...Object.entries(CONDITIONS).flatMap(([condition, prepare]) =>
    EXPECTED.map((expectedRevision) => ({
      name: `${form} append expecting ${expectedRevision} to a stream ${condition}`,
      ask: async (asking: Asking) => {
        await prepare(asking)
        const { client, event } = asking
        const stream = condition.startsWith('of metadata') ? `$$${asking.stream}` : asking.stream
        const append = client.appendToStream(stream, [event(7), event(8)], { expectedRevision, ...how })
        return [await outcomeOf(append), await readingOf(client.readStream(stream))]
      },
    })),
  ),
  ...repeats(form, how),
])

/** What was appended first, with which expectation, and what is sent again. */
function repeats(form: string, how: Partial<typeof UNARY>): readonly Question[] {
  const cases: readonly { readonly again: readonly number[]; readonly expected: AppendExpectedRevision }[] = [
    { again: [1, 2, 3], expected: 'no_stream' },
    { again: [1, 2, 3], expected: 'any' },
    { again: [1, 2, 3], expected: 'stream_exists' },
    { again: [1, 2], expected: 'no_stream' },
    { again: [1], expected: 'any' },
    { again: [2, 3], expected: 0n },
    { again: [2, 3], expected: 'any' },
    { again: [3, 9], expected: 1n },
    { again: [3, 9], expected: 'any' },
    { again: [9, 1], expected: 'any' },
    { again: [9, 2], expected: 0n },
    { again: [2, 1], expected: 'any' },
    { again: [3, 2, 1], expected: 'no_stream' },
    { again: [1, 1], expected: 'any' },
    { again: [5, 5], expected: 'any' },
    { again: [4], expected: 2n },
    { again: [1], expected: 3n },
    { again: [], expected: 'any' },
    { again: [], expected: 'no_stream' },
    { again: [], expected: 3n },
  ]
  return cases.map(({ again, expected }) => ({
    name: `${form} append of ${again.join(' ')} expecting ${expected} after 1 2 3 and 4`,
    ask: async ({ client, stream, event }) => {
      await client.appendToStream(stream, [event(1), event(2), event(3)], { expectedRevision: 'no_stream', ...how })
      await client.appendToStream(stream, event(4), how)
      const events = again.map((n) => event(n))
      return [
        await outcomeOf(client.appendToStream(stream, events, { expectedRevision: expected, ...how })),
        await readingOf(client.readStream(stream)),
      ]
    },
  }))
}
