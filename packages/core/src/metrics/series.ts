/** The series of one metric, as they are counted. Their number is bounded, whatever the labels hold. */
import { numberText } from './metric-family.js'
import type { MetricFamily, MetricSample, MetricType } from './metric-family.js'

type Labels = Readonly<Record<string, string>>

/** Series of a metric; what comes beyond is counted under `other`. */
const MOST_SERIES = 500
const OTHER = 'other'

interface Described {
  readonly name: string
  readonly help: string
}

/** A value for each set of labels. */
class Series<T> {
  readonly #byLabels = new Map<string, { readonly labels: Labels; readonly value: T }>()
  readonly #make: () => T

  constructor(make: () => T) {
    this.#make = make
  }

  of(labels: Labels): T {
    const key = Object.values(labels).join('\0')
    const known = this.#byLabels.get(key)
    if (known !== undefined) return known.value
    const names = Object.keys(labels)
    const isOther = Object.values(labels).every((value) => value === OTHER)
    if (this.#byLabels.size >= MOST_SERIES && !isOther)
      return this.of(Object.fromEntries(names.map((name) => [name, OTHER])))
    const value = this.#make()
    this.#byLabels.set(key, { labels, value })
    return value
  }

  all(): readonly { readonly labels: Labels; readonly value: T }[] {
    return [...this.#byLabels.values()]
  }
}

/** Only grows. */
export class Counter {
  readonly #described: Described
  readonly #series = new Series(() => ({ total: 0 }))

  constructor(described: Described) {
    this.#described = described
  }

  add(labels: Labels, by = 1): void {
    this.#series.of(labels).total += by
  }

  read(): MetricFamily {
    const samples = this.#series.all().map(({ labels, value: { total } }) => ({ labels, value: total }))
    return { ...this.#described, type: 'counter', samples }
  }
}

/** Bounds of seconds: of calls of services, models, and of long work. */
const BOUNDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800] as const
const BUCKETS = [...BOUNDS.map(numberText), '+Inf']

/** Seconds, in buckets. */
export class Durations {
  readonly #described: Described
  readonly #series = new Series(() => ({ counts: BUCKETS.map(() => 0), sum: 0 }))

  constructor(described: Described) {
    this.#described = described
  }

  add(labels: Labels, ms: number): void {
    const seconds = ms / 1_000
    const series = this.#series.of(labels)
    const found = BOUNDS.findIndex((bound) => seconds <= bound)
    const bucket = found < 0 ? BOUNDS.length : found
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
    series.sum += seconds
  }

  read(): MetricFamily {
    const samples = this.#series.all().flatMap(({ labels, value }) => histogramSamples(labels, value))
    return { ...this.#described, type: 'histogram', samples }
  }
}

/** A bucket counts what is in those below it, too. */
function histogramSamples(
  labels: Labels,
  { counts, sum }: { readonly counts: readonly number[]; readonly sum: number },
): readonly MetricSample[] {
  let count = 0
  const buckets = BUCKETS.map((le, index) => {
    count += counts[index] ?? 0
    return { suffix: '_bucket', labels: { ...labels, le }, value: count }
  })
  return [...buckets, { suffix: '_sum', labels, value: sum }, { suffix: '_count', labels, value: count }]
}

/** A gauge of this moment. */
export function gauge(
  described: Described & { readonly merge?: 'max' },
  samples: readonly MetricSample[],
): MetricFamily & { readonly type: Extract<MetricType, 'gauge'> } {
  return { ...described, type: 'gauge', samples }
}

/** One that has no labels. */
export function plain(value: number): readonly MetricSample[] {
  return [{ labels: {}, value }]
}
