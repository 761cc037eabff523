/** Which ids links and parents have, with a provider that takes its ids from the records, and with one that does not. */
import { trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { RecordIds } from './record-ids.js'
import { SpanMaker } from './span-maker.js'
import { attemptSpan, recordSpan } from './span-shape.js'
import { spanIdOf, traceIdOf } from './span-ids.js'

const BEFORE = '0195f1a2-0000-7000-8000-00000000000a'
const RECORD = '0195f1a2-0000-7000-8000-00000000000b'
const record = recordSpan({
  stream: 'inbox-1',
  id: RECORD,
  revision: 1,
  type: 'letter',
  kind: 'message',
  definition: 'inbox@1',
  at: 1_000,
  causedBy: BEFORE,
})
const attempt = attemptSpan({
  stream: 'inbox-1',
  definition: 'inbox',
  effect: '0.0',
  src: 'read',
  attempt: 1,
  outcome: 'done',
  beganAt: 1_000,
  durationMs: 5,
  scheduledBy: BEFORE,
})

function made(ids: RecordIds | undefined, { isUsed = true } = {}) {
  const idGenerator = isUsed ? ids : undefined
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    ...(idGenerator === undefined ? undefined : { idGenerator }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  return { maker: new SpanMaker(() => provider.getTracer('a'), ids), spans: () => exporter.getFinishedSpans() }
}

test('OTL-6 the first span of a process links to what another process made', () => {
  const { maker, spans } = made(new RecordIds())
  maker.make(record)
  expect(spans()[0]?.links.map(({ context }) => context)).toMatchObject([
    { traceId: traceIdOf(BEFORE), spanId: spanIdOf(BEFORE) },
  ])
})

test('OTL-6 the first span of a process stands below what another process made', () => {
  const { maker, spans } = made(new RecordIds())
  maker.make(attempt)
  expect(spans()[0]?.parentSpanContext).toMatchObject({ traceId: traceIdOf(BEFORE), spanId: spanIdOf(BEFORE) })
})

test('OTL-6 what is made before there is a provider changes nothing of that', () => {
  const ids = new RecordIds()
  const { maker: later, spans } = made(ids)
  const maker = new SpanMaker(() => trace.getTracer('none'), ids)
  maker.make(record)
  later.make(record)
  expect(spans()[0]?.links).toHaveLength(1)
})

test('OTL-6 a provider with ids of its own is found out at its first span, and no link leads nowhere after it', () => {
  const { maker, spans } = made(new RecordIds(), { isUsed: false })
  maker.make(record)
  maker.make(record)
  expect(spans()[1]?.links).toEqual([])
  const { maker: without, spans: ofIt } = made(undefined)
  without.make(record)
  expect(ofIt()[0]?.links).toEqual([])
})
