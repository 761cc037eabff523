/** What happens in a process, counted. Names and units are by the conventions of Prometheus. */
import { fromGiven } from '../coded.js'
import { checkOptions, optionRule } from '../option-values.js'
import { addressOf } from '../definition/agent-address.js'
import type { Load, LoadWaiting } from '../public/runtime.js'
import type { RuntimeEvent, RuntimeObserver } from '../public/runtime-event.js'
import type { Usage } from '../record/usage.js'
import type { Clock } from '../world/world.js'
import { observeAttempts } from './attempts.js'
import type { EndedAttempt } from './attempts.js'
import type { MetricFamily } from './metric-family.js'
import { Counter, Durations, gauge, plain } from './series.js'

/** The counters of one process. */
export interface Metrics {
  /** One of the runtime's `observers`. */
  readonly observer: RuntimeObserver
  /** What was counted so far; with the `load` of the runtime also what it has in hand. */
  read(load?: Load): readonly MetricFamily[]
}

/** Of `createMetrics`. */
export interface MetricsOptions {
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'now' | 'monotonicNow'>
}

/**
 * Counters for one runtime: give its `observer` to it, and what it `read`s to `prometheusText`. Each process counts what it did
 * itself, so the sums over processes are right. Labels are names that stand in your code; each metric has at most 500 series.
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const given = fromGiven('createMetrics', () => ({ ...options }))
  checkOptions(given, { clock: optionRule.any }) // as `observeAttempts` looks at it
  const counted = new Counted()
  const attempts = observeAttempts({
    ...given,
    onBegun: ({ definition, waitedMs }) => {
      if (waitedMs !== undefined) counted.waits.add({ definition }, waitedMs)
    },
    onEnded: (attempt) => counted.ended(attempt),
  })
  return {
    observer: (event) => {
      attempts(event)
      counted.heard(event)
    },
    read: (load) => [...counted.read(), ...(load === undefined ? [] : loadMetrics(load))],
  }
}

class Counted {
  readonly #appends = new Counter({
    name: 'refold_appends_total',
    help: 'Appends to streams of agents by what became of them: stored, conflict, unknown, rejected.',
  })
  readonly #records = new Counter({ name: 'refold_records_total', help: 'Records that were stored.' })
  readonly #attempts = new Counter({
    name: 'refold_effect_attempts_total',
    help: 'Attempts of effects that have ended: done, failed, retried, doubted, left, stopped.',
  })
  readonly #durations = new Durations({
    name: 'refold_effect_duration_seconds',
    help: 'From the call of the body of an effect until its end was durable.',
  })
  readonly waits = new Durations({
    name: 'refold_effect_wait_seconds',
    help: 'From the record that asked for an effect to the first call of its body: at gates and in queues.',
  })
  readonly #tokens = new Counter({
    name: 'refold_effect_tokens_total',
    help: 'Tokens of models that effects reported as usage: input, output.',
  })
  readonly #cost = new Counter({
    name: 'refold_effect_cost_usd_total',
    help: 'Cost that effects reported as usage, US dollars.',
  })
  readonly #takeovers = new Counter({
    name: 'refold_takeovers_total',
    help: 'Agents taken over, by why no one performed them: ended, silent, closed, released, unowned.',
  })
  readonly #reports = new Counter({ name: 'refold_reports_total', help: 'Reports that need a person, by their code.' })
  readonly #dropped = new Counter({
    name: 'refold_observer_events_dropped_total',
    help: 'Events that a slow observer was not told.',
  })

  heard(event: RuntimeEvent): void {
    switch (event.kind) {
      case 'recorded':
        if (event.written === undefined) return
        this.#records.add(definitionOf(event), event.written.length)
        return this.#append(event, 'stored')
      case 'conflict':
      case 'unknown':
      case 'rejected':
        return this.#append(event, event.kind)
      case 'effect.used':
        return this.#used({ ...definitionOf(event), source: event.src }, event.usage)
      case 'takeover':
        return this.#takeovers.add({ why: event.taken.why })
      case 'report':
        return this.#reports.add({ code: event.report.code })
      case 'lag':
        return this.#dropped.add({ observer: String(event.observer) }, event.dropped)
      default:
    }
  }

  ended({ definition, src: source, outcome, durationMs, usage }: EndedAttempt): void {
    this.#attempts.add({ definition, source, outcome })
    this.#durations.add({ definition, source }, durationMs)
    if (usage !== undefined) this.#used({ definition, source }, usage)
  }

  #used(of: { readonly definition: string; readonly source: string }, usage: Usage): void {
    const { inputTokens, outputTokens, costUsd } = usage
    if (inputTokens !== undefined) this.#tokens.add({ ...of, direction: 'input' }, inputTokens)
    if (outputTokens !== undefined) this.#tokens.add({ ...of, direction: 'output' }, outputTokens)
    if (costUsd !== undefined) this.#cost.add(of, costUsd)
  }

  read(): readonly MetricFamily[] {
    const effects = [this.#attempts, this.#durations, this.waits, this.#tokens, this.#cost]
    const all = [this.#appends, this.#records, ...effects, this.#takeovers, this.#reports, this.#dropped]
    return all.map((counter) => counter.read())
  }

  #append(event: { readonly stream: string }, outcome: string): void {
    this.#appends.add({ ...definitionOf(event), outcome })
  }
}

function definitionOf({ stream }: { readonly stream: string }): { readonly definition: string } {
  return { definition: addressOf(stream).name }
}

function loadMetrics({ agents, effects, queued, passedOver, capacity, waiting }: Load): readonly MetricFamily[] {
  const names = [...new Set(waiting.map(({ gate }) => gate))]
  const gates = names.map((name) => [name, waiting.filter(({ gate }) => gate === name)] as const)
  return [
    gauge({ name: 'refold_agents_in_hand', help: 'Agents with effects in the hands of workers.' }, plain(agents)),
    gauge({ name: 'refold_effects_in_hand', help: 'Effects in the hands of workers.' }, plain(effects)),
    gauge({ name: 'refold_inputs_queued', help: 'Inputs that wait to be decided.' }, plain(queued)),
    gauge({ name: 'refold_agents_passed_over', help: 'Agents with work that found no room.' }, plain(passedOver)),
    gauge(
      { name: 'refold_agents_capacity', help: 'Agents that workers have room for. Absent: any number.' },
      Number.isFinite(capacity) ? plain(capacity) : [],
    ),
    gauge(
      { name: 'refold_effects_waiting', help: 'Effects that wait before a gate.' },
      gates.map(([gate, those]) => ({ labels: { gate }, value: sumOf(those) })),
    ),
    gauge(
      {
        name: 'refold_effects_waiting_longest_seconds',
        help: 'How long the effect that has waited longest before a gate waits.',
        merge: 'max',
      },
      gates.map(([gate, those]) => ({ labels: { gate }, value: longestOf(those) / 1_000 })),
    ),
  ]
}

function sumOf(waiting: readonly LoadWaiting[]): number {
  return waiting.reduce((sum, { effects }) => sum + effects, 0)
}

function longestOf(waiting: readonly LoadWaiting[]): number {
  return waiting.reduce((longest, { longestMs }) => Math.max(longest, longestMs), 0)
}
