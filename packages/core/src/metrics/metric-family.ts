/** Metrics as plain data, and as the text that Prometheus reads. */

import { fromGiven } from '../coded.js'

/** What a metric is of. `histogram` samples are counters too, named by their `suffix`. */
export type MetricType = 'counter' | 'gauge' | 'histogram'

/** One series at this moment. */
export interface MetricSample {
  /** What stands behind the metric's name in a histogram: `_bucket`, `_sum`, `_count`. */
  readonly suffix?: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric with all its series. Plain JSON, but for values that are not finite. */
export interface MetricFamily {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  /** How the values of several processes are one: they are added, or the greatest counts. Default: added. */
  readonly merge?: 'max'
  readonly samples: readonly MetricSample[]
}

/** The content type of `prometheusText`. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** The metrics in the text format of Prometheus, version 0.0.4. Throws `INVALID_INPUT` for what are no metrics. */
export function prometheusText(families: readonly MetricFamily[]): string {
  return fromGiven('prometheusText', () => families.flatMap(linesOf).join(''))
}

function linesOf({ name, type, help, samples }: MetricFamily): readonly string[] {
  const head = [`# HELP ${name} ${help.replace(/[\\\n]/g, escaped)}\n`, `# TYPE ${name} ${type}\n`]
  return [
    ...head,
    ...samples.map((sample) => `${name}${sample.suffix ?? ''}${labelText(sample)} ${numberText(sample.value)}\n`),
  ]
}

function labelText({ labels }: MetricSample): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\\n"]/g, escaped)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`
}

/** Prometheus reads numbers as Go does. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)
}
