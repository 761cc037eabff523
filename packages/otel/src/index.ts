/** `@refold/otel`: what happens in a runtime, as spans and metrics of OpenTelemetry. What has happened is in `@refold/otel/history`. */
export { createTelemetry } from './telemetry.js'
export type { Telemetry, TelemetryOptions } from './telemetry.js'
export { RecordIds } from './record-ids.js'
