import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { sendLetter } from './drafting.fixture.js'
import { createTelemetry } from './telemetry.js'

/** A meter, and what it has measured: `name attribute,…` and the value, or the count of a histogram. */
function meter(): {
  readonly meterProvider: MeterProvider
  readonly read: () => Promise<Readonly<Record<string, unknown>>>
} {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  })
  const read = async (): Promise<Readonly<Record<string, unknown>>> => {
    exporter.reset()
    await meterProvider.forceFlush()
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
    return Object.fromEntries(
      metrics.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [
          [descriptor.name, ...Object.values(attributes)].join(' '),
          typeof value === 'object' ? value.count : value,
        ]),
      ),
    )
  }
  return { meterProvider, read }
}

test('OTL-11 appends, records, attempts, waits and usage are measured', async () => {
  const { meterProvider, read } = meter()
  await sendLetter([createTelemetry({ meterProvider }).observer])
  const measured = await read()
  expect(measured).toMatchObject({
    'refold.effect.duration letter draft retried': 1,
    'refold.effect.duration letter draft done': 1,
    'refold.effect.wait letter': 1,
    'refold.usage.tokens letter draft input': 120,
    'refold.usage.tokens letter draft output': 30,
    'refold.usage.cost letter draft': 0.004,
  })
  expect(measured['refold.records inbox']).toBeGreaterThanOrEqual(2)
  expect(measured['refold.appends letter stored']).toBeGreaterThanOrEqual(3)
  await meterProvider.shutdown()
})

test('OTL-66 a tracer that throws changes no number', async () => {
  const { meterProvider, read } = meter()
  const throwing = {
    getTracer: (): never => {
      throw new Error('no tracer')
    },
  }
  await sendLetter([createTelemetry({ meterProvider, tracerProvider: throwing }).observer])
  expect(await read()).toMatchObject({
    'refold.effect.duration letter draft retried': 1,
    'refold.effect.duration letter draft done': 1,
    'refold.usage.tokens letter draft input': 120,
    'refold.usage.cost letter draft': 0.004,
    'refold.appends letter stored': expect.any(Number) as number,
  })
  await meterProvider.shutdown()
})

test('OTL-12 what a worker has in hand is shown until it is watched no more', async () => {
  const { meterProvider, read } = meter()
  const waiting = [
    { gate: 'slot', reason: 'a', effects: 2, longestMs: 5 },
    { gate: 'slot', reason: 'b', effects: 1, longestMs: 5 },
  ]
  const load = { agents: 1, effects: 3, queued: 4, passedOver: 0, capacity: 5, waiting }
  let looks = 0
  const worker = {
    get load() {
      looks++
      return load
    },
  }
  const unwatch = createTelemetry({ meterProvider }).watch(worker)
  expect(await read()).toEqual({
    'refold.worker.agents': 1,
    'refold.worker.effects': 3,
    'refold.worker.inputs': 4,
    'refold.worker.passed_over': 0,
    'refold.worker.effects.waiting slot': 3,
  })
  unwatch()
  const before = looks
  await read()
  expect([before, looks]).toEqual([5, 5])
  await meterProvider.shutdown()
})
