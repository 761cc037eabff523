/** Live spans, as a collector gets them from the real SDK and its exporter. */
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createRuntime, memoryLog, memoryStore } from '@refold/core'
import type { StoredEvent } from '@refold/core'
import { describe, expect, test } from 'vitest'
import { collector, linksOf, told } from './collector.fixture.js'
import type { OtlpSpan } from './collector.fixture.js'
import { letter, sendLetter, TRACEPARENT, tracing } from './drafting.fixture.js'
import type { Tracing } from './drafting.fixture.js'
import { SpanMaker } from './span-maker.js'
import { RecordIds } from './record-ids.js'
import { recordSpan } from './span-shape.js'
import { traceIdOf } from './span-ids.js'
import { createTelemetry } from './telemetry.js'

const CALLER_TRACE = TRACEPARENT.slice(3, 35)
const CALLER_SPAN = TRACEPARENT.slice(36, 52)

interface Seen {
  readonly spans: readonly OtlpSpan[]
  readonly records: readonly StoredEvent[]
  /** The span of the only record of an agent with this type. */
  record(type: string, agent?: string): OtlpSpan
  readonly attempts: readonly OtlpSpan[]
}

async function recordsOf(log: ReturnType<typeof memoryLog>): Promise<readonly StoredEvent[]> {
  const records: StoredEvent[] = []
  for await (const page of memoryStore(log).readAll()) records.push(...page)
  return records.filter(({ stream }) => stream === 'letter-7' || stream === 'inbox-1')
}

async function seen(options?: Parameters<typeof tracing>[1]): Promise<Seen> {
  const receiver = await collector()
  const { telemetry, provider }: Tracing = tracing(receiver.url, options)
  const log = await sendLetter([telemetry.observer])
  await provider.shutdown()
  const { spans } = receiver
  const record = (type: string, agent = 'letter-7'): OtlpSpan => {
    const found = spans.filter(
      (span) => told(span)['refold.record.type'] === type && told(span)['refold.agent'] === agent,
    )
    expect(found, type).toHaveLength(1)
    return found[0] as OtlpSpan
  }
  const attempts = spans.filter((span) => told(span)['refold.effect.outcome'] !== undefined)
  return { spans, records: await recordsOf(log), record, attempts }
}

describe('the spans of a running agent', () => {
  test('OTL-1, OTL-6 are a trace for each record, with the record’s id, made once', async () => {
    const { spans, records } = await seen()
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
    expect(roots.map(({ traceId }) => traceId).toSorted()).toEqual(records.map(({ id }) => traceIdOf(id)).toSorted())
    expect(traceIdOf('0195F1A2-0000-7000-8000-00000000000a')).toBe(
      '0195f1a20000700080000000000000'.padEnd(31, '0') + 'a',
    )
    expect(roots.every((span) => BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano))).toBe(true)
    const started = roots.find(({ name }) => name === 'letter refold.started')
    expect(told(started as OtlpSpan)).toMatchObject({
      'refold.agent': 'letter-7',
      'refold.definition.version': 3,
      'refold.revision': 0,
      'gen_ai.agent.name': 'letter',
    })
  })

  test('OTL-2, OTL-7 have each attempt below the record that asked for it, with its end and its usage', async () => {
    const { attempts, record } = await seen()
    const { traceId, spanId } = record('refold.started')
    expect(attempts.map(({ name }) => name)).toEqual(['letter effect draft', 'letter effect draft'])
    expect(attempts.every((span) => span.traceId === traceId && span.parentSpanId === spanId)).toBe(true)
    const [first, second] = attempts as [OtlpSpan, OtlpSpan]
    expect(told(first)).toMatchObject({
      'refold.effect.attempt': 1,
      'refold.effect.outcome': 'retried',
      'error.type': 'RangeError',
    })
    expect(first.status).toMatchObject({ code: 2, message: 'the model is busy' })
    expect(told(second)).toMatchObject({
      'refold.effect.attempt': 2,
      'refold.effect.outcome': 'done',
      'gen_ai.usage.input_tokens': 120,
      'gen_ai.usage.output_tokens': 30,
      'refold.usage.cost_usd': 0.004,
    })
  })

  test.each([true, false])(
    'OTL-3, OTL-6 link to what was before, to causes, to callers and to retries (ids: %s)',
    async (withIds) => {
      const { attempts, record } = await seen({ withIds })
      const [started, approve] = [record('refold.started'), record('approve')]
      const done = record('refold.effect.done')
      expect(linksOf(done, 'cause')).toEqual([started.traceId])
      expect(linksOf(approve, 'previous')).toEqual([done.traceId])
      expect(linksOf(started, 'caller')).toEqual([CALLER_TRACE])
      expect(linksOf(done, 'caller')).toEqual([CALLER_TRACE])
      expect(linksOf(record('letter', 'inbox-1'), 'cause')).toEqual([approve.traceId])
      const [first, second] = attempts as [OtlpSpan, OtlpSpan]
      expect(second.links?.map((link) => [told(link)['refold.link'], link.spanId])).toEqual([
        ['retry', first.spanId],
        ['caller', CALLER_SPAN],
      ])
    },
  )

  test('OTL-4 have one in the trace of the caller, which leads to the record', async () => {
    const { spans, record } = await seen()
    const inCaller = spans.filter(({ traceId }) => traceId === CALLER_TRACE)
    expect(inCaller.map(({ name, kind, parentSpanId }) => [name, kind, parentSpanId])).toEqual([
      ['send refold.started', 4, CALLER_SPAN],
    ])
    expect(linksOf(inCaller[0] as OtlpSpan, 'record')).toEqual([record('refold.started').traceId])
  })

  test('OTL-8 hold no payload, no state, and no name of a person', async () => {
    const text = JSON.stringify((await seen()).spans)
    for (const word of ['secret words', 'ana@example.org', 'drafting']) expect(text).not.toContain(word)
  })

  test.each([true, false])(
    'OTL-6 of a second process stand below records of the first, where ids are those of records: %s',
    async (withIds) => {
      const receiver = await collector()
      const log = memoryLog()
      for (const worker of [false, { takeoverAfterMs: 0 }] as const) {
        const { telemetry, provider } = tracing(receiver.url, { withIds })
        const options = { store: memoryStore(log), agents: [letter], worker, observers: [telemetry.observer] }
        await using refold = await createRuntime(options)
        const agent = await refold.start(letter, { id: '7' })
        if (worker !== false) await agent.waitFor(({ value }) => value === 'review')
        await provider.shutdown()
      }
      const started = receiver.spans.find(({ name }) => name === 'letter refold.started')
      const attempts = receiver.spans.filter(({ name }) => name === 'letter effect draft')
      const parent = withIds ? started?.spanId : undefined
      expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual([parent, parent])
    },
  )
})

describe('telemetry', () => {
  test('OTL-9 whose tracer throws, or whose exporter is broken or slow, harms no agent', async () => {
    const refusing = await collector({ status: 500 })
    const unreachable = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(new OTLPTraceExporter({ url: 'http://127.0.0.1:1/v1/traces' }))],
    })
    const never = { export: () => {}, shutdown: () => new Promise<void>(() => {}) }
    const slow = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(never)] })
    const throwing = {
      getTracer: (): never => {
        throw new Error('no tracer')
      },
    }
    const observers = [
      createTelemetry({ tracerProvider: throwing }).observer,
      createTelemetry({ tracerProvider: unreachable }).observer,
      createTelemetry({ tracerProvider: slow }).observer,
      tracing(refusing.url).telemetry.observer,
    ]
    const log = await sendLetter(observers)
    expect((await recordsOf(log)).map(({ type }) => type)).toContain('letter')
  })

  test('OTL-9 without a provider does nothing', async () => {
    const log = await sendLetter([createTelemetry().observer])
    expect((await recordsOf(log)).length).toBeGreaterThan(5)
  })

  test('OTL-10 remembers a bounded number of spans', () => {
    let made = 0
    const links: number[] = []
    const spanContext = (): object => ({
      traceId: String(++made).padStart(32, '0'),
      spanId: String(made).padStart(16, '0'),
      traceFlags: 1,
    })
    const span = { end: () => {}, setStatus: () => {}, spanContext }
    const startSpan = (_name: string, options: { readonly links: readonly object[] }) => (
      links.push(options.links.length),
      span
    )
    const maker = new SpanMaker(() => ({ startSpan }) as never, new RecordIds())
    const record = (number: number, previous?: number): void =>
      maker.make(
        recordSpan({
          stream: 'a-1',
          id: `id ${number}`,
          revision: number,
          type: 'x',
          kind: 'event',
          definition: 'a@1',
          at: 0,
          previous: previous === undefined ? undefined : `id ${previous}`,
        }),
      )
    for (let number = 0; number < 10_001; number++) record(number)
    record(20_000, 1)
    record(20_001, 0)
    expect(links.slice(-2)).toEqual([1, 0])
  })
})
