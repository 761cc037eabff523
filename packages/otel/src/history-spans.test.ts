/** Spans of what has happened, beside those that were made while it did. */
import { createRuntime, memoryStore } from '@refold/core'
import { openHistory } from '@refold/core/history'
import { describe, expect, test } from 'vitest'
import { collector, spansOf, told } from './collector.fixture.js'
import type { OtlpSpan } from './collector.fixture.js'
import { letter, sendLetter, tracing } from './drafting.fixture.js'
import { historySpans } from './history-spans.js'
import { otlpTraces } from './otlp-json.js'
import { attemptSpan, recordSpan } from './span-shape.js'
import type { SpanShape } from './span-shape.js'

const isOf =
  (agent: string) =>
  (span: OtlpSpan): boolean =>
    told(span)['refold.agent'] === agent && span.kind !== 4

/** All but times, which a live span has more exactly. */
const shown = (spans: readonly OtlpSpan[]): unknown =>
  spans
    .map(({ traceId, spanId, parentSpanId, name, kind, links = [], status, ...span }) => ({
      traceId,
      spanId,
      parentSpanId,
      name,
      kind,
      attributes: told(span),
      links: links.map((link) => [link.traceId, link.spanId, told(link)['refold.link']]),
      message: status?.message,
    }))
    .toSorted((one, other) => one.spanId.localeCompare(other.spanId))

async function lived(): Promise<{ readonly live: readonly OtlpSpan[]; readonly past: readonly SpanShape[] }> {
  const receiver = await collector()
  const { telemetry, provider } = tracing(receiver.url)
  const log = await sendLetter([telemetry.observer])
  await provider.shutdown()
  const past: SpanShape[] = []
  for await (const span of historySpans(await openHistory(memoryStore(log), 'letter-7'))) past.push(span)
  return { live: receiver.spans.filter(isOf('letter-7')), past }
}

describe('the spans of a history', () => {
  test('OTL-20 are those that were made while it happened, with the same ids, links and words', async () => {
    const { live, past } = await lived()
    const exported = spansOf(JSON.parse(JSON.stringify(otlpTraces(past, { service: 'letters' }))))
    // That a timer caused a record is known from the stream alone.
    const withoutTimers = (spans: readonly OtlpSpan[]): readonly OtlpSpan[] =>
      spans.filter((span) => told(span)['refold.record.kind'] !== 'timer.fired')
    expect(shown(withoutTimers(exported))).toEqual(shown(withoutTimers(live)))
    expect(exported).toHaveLength(live.length)
  })

  test('OTL-24 of a fork have the effects that it took over below the records of its origin that asked for them', async () => {
    const log = await sendLetter([])
    const receiver = await collector()
    const { telemetry, provider } = tracing(receiver.url)
    const observers = [telemetry.observer]
    {
      await using refold = await createRuntime({ store: memoryStore(log), agents: [letter], observers })
      await refold.start(letter, { id: '9' }) // what is made first has no links to what was made elsewhere
      const fork = await refold.fork(letter, '7', { as: '8', at: 0 })
      await fork.resume()
      await fork.waitFor(({ value }) => value === 'review')
    }
    await provider.shutdown()
    const past: SpanShape[] = []
    for await (const span of historySpans(await openHistory(memoryStore(log), 'letter-8'))) past.push(span)
    const exported = spansOf(JSON.parse(JSON.stringify(otlpTraces(past, { service: 'letters' }))))
    const live = receiver.spans.filter(isOf('letter-8'))
    expect(live.filter((span) => told(span)['refold.effect.outcome'] !== undefined)).toHaveLength(2)
    expect(shown(exported)).toEqual(shown(live))
  })

  test('OTL-21 have attempts begin where they can have begun, and end with their records', async () => {
    const { past } = await lived()
    const attempts = past.filter(({ attributes }) => attributes['refold.effect.outcome'] !== undefined)
    const [started] = past
    expect(attempts[0]?.startMs).toBe(started?.startMs)
    const second = attempts[1] as SpanShape
    expect(second.startMs).toBeGreaterThanOrEqual(attempts[0]?.endMs as number)
    expect(past.find(({ name }) => name === 'letter refold.effect.done')?.startMs).toBe(second.endMs)
  })

  test.each([[null], ['sealed'], [7], [[]], [{}]])(
    'OTL-20 of records that hold %j in the place of their data are told all the same',
    async (data) => {
      const kinds = ['started', 'effect.started', 'attempt.failed', 'effect.done', 'effect.failed', 'effect.doubted']
      const records = kinds.map((kind, revision) => ({
        revision,
        id: `id ${revision}`,
        kind,
        type: kind,
        data,
        at: revision,
        definition: 'a@1',
        epoch: 1,
        ...(revision === 0 ? undefined : { effect: '0.0' }),
      }))
      const history = {
        stream: 'a-1',
        first: 0,
        async *records() {
          for (const record of records) yield record as never
        },
        at: () => Promise.reject(new Error('there is no state')),
      }
      const spans: SpanShape[] = []
      for await (const span of historySpans(history)) spans.push(span)
      const outcomes = spans.flatMap(({ attributes }) => attributes['refold.effect.outcome'] ?? [])
      expect([spans.length, outcomes]).toEqual([10, ['retried', 'done', 'failed', 'doubted']])
      expect(JSON.stringify(otlpTraces(spans, { service: 'a' }))).not.toMatch(/NaN|sealed/)
    },
  )

  test('OTL-5 an attempt that took longer than an hour is an instant, with its duration', () => {
    const attempt = {
      stream: 'a-1',
      definition: 'a',
      effect: '0.0',
      src: 'b',
      attempt: 1,
      outcome: 'done',
      scheduledBy: 'c',
    }
    const long = attemptSpan({ ...attempt, beganAt: 1_000, durationMs: 7_200_000 })
    expect([long.startMs, long.endMs]).toEqual([7_201_000, 7_201_000])
    expect(long.attributes['refold.effect.duration_s']).toBe(7_200)
    const short = attemptSpan({ ...attempt, beganAt: 1_000, durationMs: 3_600_000 })
    expect([short.startMs, short.endMs]).toEqual([1_000, 3_601_000])
  })

  test('OTL-8 of an error that is no error, and of a record that blocks, say no payload', () => {
    const attempt = {
      stream: 'a-1',
      definition: 'a',
      effect: '0.0',
      src: 'b',
      attempt: 1,
      outcome: 'failed',
      scheduledBy: 'c',
    }
    const { error, attributes } = attemptSpan({ ...attempt, beganAt: 0, durationMs: 1, error: { secret: 'sesame' } })
    expect([error, attributes['error.type']]).toEqual(['it failed with what is no error', '_OTHER'])
    const record = { stream: 'a-1', id: 'x', revision: 0, type: 'go', kind: 'event', definition: 'a@1', at: 0 }
    expect(recordSpan({ ...record, isBlocking: true }).error).toBe('the agent is blocked')
  })
})
