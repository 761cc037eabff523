/** `@refold/otel/history`: what an agent has done, as spans and as OTLP. It needs no package of OpenTelemetry. */
export { historySpans } from './history-spans.js'
export { otlpTraces } from './otlp-json.js'
export type { OtlpOptions } from './otlp-json.js'
export type { Place, ShapeKind, ShapeLink, SpanShape } from './span-shape.js'
