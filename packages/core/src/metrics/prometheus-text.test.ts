import { describe, expect, test } from 'vitest'
import { prometheusText } from './metric-family.js'
import type { MetricFamily } from './metric-family.js'
import { Durations } from './series.js'

/** A line of a sample, by the grammar of the format's page. */
const SAMPLE = /^[a-z_]+(\{([a-z_]+="(\\[\\"n]|[^\\"\n])*",?)*\})? (-?\d+(\.\d+)?(e[+-]?\d+)?|[+-]Inf|NaN)$/

describe('the text for Prometheus', () => {
  test('OBS-14 holds its lines together whatever a label or a help holds', () => {
    const hostile = 'a\nb"} 1\\ # HELP {\u0000'
    const family: MetricFamily = {
      name: 'refold_things_total',
      type: 'counter',
      help: 'Two\nlines \\ here',
      samples: [{ labels: { source: hostile, other: '' }, value: 1e21 }],
    }
    const lines = prometheusText([family]).split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toBe('# HELP refold_things_total Two\\nlines \\\\ here')
    expect(lines[1]).toBe('# TYPE refold_things_total counter')
    expect(lines[2]).toMatch(SAMPLE)
    expect(lines[2]).toContain('source="a\\nb\\"} 1\\\\ # HELP {\u0000"')
    expect(lines[3]).toBe('')
  })

  test('OBS-14 has each bucket of a histogram with what is below it, then the sum and the count', () => {
    const durations = new Durations({ name: 'refold_wait_seconds', help: 'Waits.' })
    for (const ms of [1, 100, 101, 5_000_000]) durations.add({ gate: 'slot' }, ms)
    const lines = prometheusText([durations.read()]).trimEnd().split('\n')
    expect(lines.slice(2).every((line) => SAMPLE.test(line))).toBe(true)
    expect(lines).toContain('refold_wait_seconds_bucket{gate="slot",le="0.1"} 2')
    expect(lines).toContain('refold_wait_seconds_bucket{gate="slot",le="1800"} 3')
    expect(lines.slice(-3)).toEqual([
      'refold_wait_seconds_bucket{gate="slot",le="+Inf"} 4',
      'refold_wait_seconds_sum{gate="slot"} 5000.202',
      'refold_wait_seconds_count{gate="slot"} 4',
    ])
  })

  test.each([
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ])('OBS-14 writes %s as Go reads it', (value, text) => {
    const family: MetricFamily = { name: 'a', type: 'gauge', help: 'A.', samples: [{ labels: {}, value }] }
    expect(prometheusText([family])).toContain(`\na ${text}\n`)
  })
})
