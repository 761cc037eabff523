/** Spans as the JSON of OTLP: what a collector takes by HTTP, and reads from a file. */
import { checkOptions, fromGiven, optionRule } from '@refold/core/store'
import type { ShapeKind, ShapeLink, SpanShape } from './span-shape.js'

/** The numbers of OTLP's `SpanKind`. */
const KINDS = { internal: 1, producer: 4, consumer: 5 } as const satisfies Record<ShapeKind, number>
const STATUS_ERROR = 2

/** Of `otlpTraces`. */
export interface OtlpOptions {
  /** `service.name`. */
  readonly service: string
}

/** One `ExportTraceServiceRequest`, as an object for `JSON.stringify`. */
export function otlpTraces(spans: readonly SpanShape[], options: OtlpOptions): object {
  return fromGiven('otlpTraces', () => {
    checkOptions(options, { service: { ...optionRule.text, isRequired: true } })
    const resource = { attributes: attributesOf({ 'service.name': options.service }) }
    const scopeSpans = [{ scope: { name: '@refold/otel' }, spans: spans.map(otlpSpan) }]
    return { resourceSpans: [{ resource, scopeSpans }] }
  })
}

function otlpSpan({
  traceId,
  spanId,
  parent,
  name,
  kind,
  startMs,
  endMs,
  attributes,
  links,
  error,
}: SpanShape): object {
  return {
    traceId,
    spanId,
    ...(parent === undefined ? undefined : { parentSpanId: parent.spanId }),
    name,
    kind: KINDS[kind],
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    links: links.map(otlpLink),
    ...(error === undefined ? undefined : { status: { code: STATUS_ERROR, message: error } }),
  }
}

function otlpLink({ traceId, spanId, why }: ShapeLink): object {
  return { traceId, spanId, attributes: attributesOf({ 'refold.link': why }) }
}

/** More than a JSON number can hold. */
function nanoseconds(ms: number): string {
  return (BigInt(Math.round(ms * 1_000)) * 1_000n).toString()
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: otlpValue(value) }))
}

function otlpValue(value: string | number): object {
  if (typeof value === 'string') return { stringValue: value }
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
