/** What happens in a runtime, as spans and metrics of OpenTelemetry. */
import { checkedOptions, fromGiven, optionRule } from '@refold/core/store'
import { metrics, trace } from '@opentelemetry/api'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { observeAttempts } from '@refold/core'
import type { AgentRecorded, EndedAttempt, Runtime, RuntimeObserver } from '@refold/core'
import { Instruments } from './instruments.js'
import type { RecordIds } from './record-ids.js'
import { SpanMaker } from './span-maker.js'
import { attemptSpan, recordSpan, sendSpan } from './span-shape.js'
import { writtenFacts } from './written-facts.js'

/** Of `createTelemetry`. */
export interface TelemetryOptions {
  /** Default: the global one, as it is when something happens. */
  readonly tracerProvider?: TracerProvider
  /** The id generator of the tracer provider: then links hold over processes and restarts. Default: links within this process. */
  readonly ids?: RecordIds
  /** Default: the global one, as it is when the telemetry is made. */
  readonly meterProvider?: MeterProvider
}

/** Made by `createTelemetry`. */
export interface Telemetry {
  /** One of the runtime's `observers`. */
  readonly observer: RuntimeObserver
  /** Shows what a runtime has in hand, at each export of the metrics, until the returned function is called. */
  watch(runtime: Pick<Runtime, 'load'>): () => void
}

const NAME = '@refold/otel'

/**
 * An observer that makes a span of each record and of each attempt of an effect, and counts them. It keeps nothing open, so there is
 * nothing to close; end your own provider as it says. Without a provider it costs little and does nothing.
 */
export function createTelemetry(options: TelemetryOptions = {}): Telemetry {
  const given = fromGiven('createTelemetry', () => ({ ...options }))
  const { tracerProvider, meterProvider, ids } = checkedOptions(given, {
    tracerProvider: optionRule.methods('getTracer'),
    meterProvider: optionRule.methods('getMeter'),
    ids: optionRule.methods('giving', 'generateTraceId', 'generateSpanId'),
  })
  const spans = new SpanMaker(() => (tracerProvider ?? trace).getTracer(NAME), ids)
  const instruments = new Instruments((meterProvider ?? metrics).getMeter(NAME))
  const previous = new Map<string, string>()
  const attempts = observeAttempts({
    onBegun: (attempt) => instruments.begun(attempt),
    onEnded: (attempt) => {
      instruments.ended(attempt)
      makeAttempt(attempt, spans)
    },
  })
  return {
    watch: (runtime) => instruments.watch(runtime),
    // What a tracer throws stops nothing but its own span.
    observer: (event) => {
      instruments.heard(event)
      if (event.kind === 'leaving' || event.kind === 'dismissed') previous.delete(event.stream)
      attempts(event)
      if (event.kind === 'recorded') makeRecords(event, { spans, previous })
    },
  }
}

interface Making {
  readonly spans: SpanMaker
  /** The event id of the newest record of each agent that is in memory, where this process wrote it. */
  readonly previous: Map<string, string>
}

function makeRecords(event: AgentRecorded, { spans, previous }: Making): void {
  const { stream, written } = event
  if (written === undefined) return void previous.delete(stream) // another process wrote the newest
  const now = Date.now()
  for (const facts of writtenFacts(event, previous.get(stream))) {
    spans.make(recordSpan(facts, now))
    const sent = sendSpan(facts, now)
    if (sent !== undefined) spans.make(sent)
    previous.set(stream, facts.id)
  }
}

function makeAttempt(attempt: EndedAttempt, spans: SpanMaker): void {
  const { document } = attempt
  if (document === undefined) return
  const { scheduledBy, traceparent } = document
  spans.make(attemptSpan({ ...attempt, scheduledBy, traceparent }))
}
