import type { MetricFamily } from '@refold/core'
import { expect, test } from 'vitest'
import { FleetMetrics } from './fleet-metrics.js'

const counter = (value: number, source = 'a'): MetricFamily => ({
  name: 'things_total',
  type: 'counter',
  help: 'Things.',
  samples: [{ labels: { source }, value }],
})
const gauge = (value: number, merge?: 'max'): MetricFamily => ({
  name: merge === undefined ? 'in_hand' : 'longest',
  type: 'gauge',
  help: 'In hand.',
  ...(merge === undefined ? undefined : { merge }),
  samples: [{ labels: {}, value }],
})
const read = (metrics: FleetMetrics, withAgents = true): Readonly<Record<string, number>> =>
  Object.fromEntries(
    metrics
      .read({ withAgents })
      .flatMap(({ name, samples }) =>
        samples.map(({ labels, value }) => [[name, ...Object.values(labels)].join(' '), value]),
      ),
  )

test('CLI-84 workers are added up; of what waits longest the greatest counts', () => {
  const metrics = new FleetMetrics()
  metrics.took('w1', [counter(2), gauge(3), gauge(3, 'max')])
  metrics.took('w2', [counter(5), counter(1, 'b'), gauge(4), gauge(4, 'max')])
  expect(read(metrics)).toEqual({ 'things_total a': 7, 'things_total b': 1, in_hand: 7, longest: 4 })
})

test('CLI-84 what a worker counted stays when it ends, and the next one counts on', () => {
  const metrics = new FleetMetrics()
  metrics.took('w1', [counter(2), gauge(3)])
  metrics.took('w1', [counter(4), gauge(2)])
  metrics.ended('w1')
  expect(read(metrics)).toEqual({ 'things_total a': 4 })
  metrics.took('w1', [counter(1), gauge(1)])
  expect(read(metrics)).toEqual({ 'things_total a': 5, in_hand: 1 })
  metrics.ended('w1')
  metrics.ended('w1')
  expect(read(metrics)).toEqual({ 'things_total a': 5 })
})

test('CLI-84 metrics of the store are those that one worker told last', () => {
  const metrics = new FleetMetrics()
  metrics.tookAgents([gauge(7)])
  metrics.tookAgents([gauge(5)])
  expect(read(metrics)).toEqual({ in_hand: 5 })
  expect(read(metrics, false)).toEqual({})
})
