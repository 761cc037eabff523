/** Metrics of OpenTelemetry, by the conventions of its names and units. */
import type { Attributes, Meter, ObservableGauge } from '@opentelemetry/api'
import type { BegunAttempt, EndedAttempt, Load, Runtime, RuntimeEvent, Usage } from '@refold/core'

/** Seconds: of calls of services, models, and of long work. */
const BOUNDS = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800]

export class Instruments {
  readonly #meter: Meter
  readonly #durations
  readonly #waits
  readonly #counters

  constructor(meter: Meter) {
    this.#meter = meter
    const advice = { explicitBucketBoundaries: BOUNDS }
    const counter = (name: string, unit: string, description: string) =>
      meter.createCounter(name, { unit, description })
    this.#durations = meter.createHistogram('refold.effect.duration', {
      unit: 's',
      description: 'From the call of the body of an effect until its end was durable.',
      advice,
    })
    this.#waits = meter.createHistogram('refold.effect.wait', {
      unit: 's',
      description: 'From the record that asked for an effect to the first call of its body.',
      advice,
    })
    this.#counters = {
      appends: counter('refold.appends', '{append}', 'Appends to streams of agents.'),
      records: counter('refold.records', '{record}', 'Records that were stored.'),
      takeovers: counter('refold.takeovers', '{takeover}', 'Agents taken over.'),
      reports: counter('refold.reports', '{report}', 'Reports that need a person.'),
      dropped: counter('refold.observer.events.dropped', '{event}', 'Events that a slow observer was not told.'),
      tokens: counter('refold.usage.tokens', '{token}', 'Tokens of models that effects reported.'),
      cost: counter('refold.usage.cost', '{USD}', 'Cost that effects reported.'),
    }
  }

  begun({ definition, waitedMs }: BegunAttempt): void {
    if (waitedMs !== undefined) this.#waits.record(waitedMs / 1_000, { 'refold.definition': definition })
  }

  ended({ definition, src, outcome, durationMs, usage = {} }: EndedAttempt): void {
    const effect = { 'refold.definition': definition, 'refold.effect.source': src }
    this.#durations.record(durationMs / 1_000, { ...effect, 'refold.effect.outcome': outcome })
    this.#used(effect, usage)
  }

  #used(effect: Attributes, { inputTokens, outputTokens, costUsd }: Usage): void {
    const { tokens, cost } = this.#counters
    if (inputTokens !== undefined) tokens.add(inputTokens, { ...effect, 'gen_ai.token.type': 'input' })
    if (outputTokens !== undefined) tokens.add(outputTokens, { ...effect, 'gen_ai.token.type': 'output' })
    if (costUsd !== undefined) cost.add(costUsd, effect)
  }

  heard(event: RuntimeEvent): void {
    const { appends, records, takeovers, reports, dropped } = this.#counters
    switch (event.kind) {
      case 'recorded':
        if (event.written === undefined) return
        records.add(event.written.length, ofAgent(event))
        return appends.add(1, { ...ofAgent(event), 'refold.append.outcome': 'stored' })
      case 'conflict':
      case 'unknown':
      case 'rejected':
        return appends.add(1, { ...ofAgent(event), 'refold.append.outcome': event.kind })
      case 'effect.used':
        return this.#used({ ...ofAgent(event), 'refold.effect.source': event.src }, event.usage)
      case 'takeover':
        return takeovers.add(1, { 'refold.takeover.why': event.taken.why })
      case 'report':
        return reports.add(1, { 'refold.report.code': event.report.code })
      case 'lag':
        return dropped.add(event.dropped)
      default:
    }
  }

  watch(runtime: Pick<Runtime, 'load'>): () => void {
    const stops = GAUGES.map(({ name, unit, description, read }) => {
      const gauge = this.#meter.createObservableGauge(name, { unit, description })
      const observe: Parameters<ObservableGauge['addCallback']>[0] = (result) => {
        for (const [value, attributes] of read(runtime.load)) result.observe(value, attributes)
      }
      gauge.addCallback(observe)
      return () => gauge.removeCallback(observe)
    })
    return () => {
      for (const stop of stops) stop()
    }
  }
}

interface LoadGauge {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly read: (load: Load) => readonly (readonly [number, Attributes?])[]
}

const GAUGES: readonly LoadGauge[] = [
  { name: 'refold.worker.agents', unit: '{agent}', description: 'Agents in hand.', read: ({ agents }) => [[agents]] },
  {
    name: 'refold.worker.effects',
    unit: '{effect}',
    description: 'Effects in hand.',
    read: ({ effects }) => [[effects]],
  },
  {
    name: 'refold.worker.inputs',
    unit: '{input}',
    description: 'Inputs that wait to be decided.',
    read: ({ queued }) => [[queued]],
  },
  {
    name: 'refold.worker.passed_over',
    unit: '{agent}',
    description: 'Agents with work that found no room.',
    read: ({ passedOver }) => [[passedOver]],
  },
  {
    name: 'refold.worker.effects.waiting',
    unit: '{effect}',
    description: 'Effects that wait before a gate.',
    read: ({ waiting }) => {
      const byGate = new Map<string, number>()
      for (const { gate, effects } of waiting) byGate.set(gate, (byGate.get(gate) ?? 0) + effects)
      return [...byGate].map(([gate, effects]) => [effects, { 'refold.gate': gate }] as const)
    },
  },
]

/** A definition's name has no hyphen, an id may. */
function ofAgent({ stream }: { readonly stream: string }): Attributes {
  return { 'refold.definition': stream.split('-', 1)[0] ?? stream }
}
