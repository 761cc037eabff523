/** Whatever user code threw, as data. Never fails: an error must always be storable. */
import { errorToJson, saidInJson } from '../json/error-data.js'
import type { JsonValue } from '../json/json-value.js'
import { jsonOf, toJson } from '../json/to-json.js'
import type { ErrorData } from './state-document.js'

/** What is told of a value whose own code throws when it is looked at. */
const UNREADABLE: ErrorData = { name: 'Error', message: 'what was thrown cannot be read' }

/** An error, or what is to be shown as one: of anything else than an object the text is the message. */
export function toErrorData(thrown: unknown): ErrorData {
  try {
    return jsonOf(errorDataOf(thrown)) as unknown as ErrorData
  } catch {
    return UNREADABLE
  }
}

function errorDataOf(thrown: unknown): Record<string, JsonValue> {
  if (thrown instanceof Error) return errorToJson(thrown)
  if (typeof thrown !== 'object' || thrown === null) return { name: 'Error', message: String(thrown) }
  Object.keys(thrown) // throws for what cannot be read
  return errorToJson(thrown, JSON.stringify(saidInJson(thrown)))
}

/**
 * What the chart gets as `event.error`, as XState hands it on: JSON as it is, an `Error` by its fields and members, and
 * of anything else what JSON can say. `undefined` only for `undefined`.
 */
export function thrownToJson(thrown: unknown): JsonValue | undefined {
  if (thrown === undefined) return undefined
  try {
    if (!(thrown instanceof Error)) return toJson(thrown, { path: '' }).json
  } catch {
    const said = typeof thrown === 'object' && thrown !== null ? saidInJson(thrown) : undefined
    if (said !== undefined) return jsonOf(said)
  }
  return toErrorData(thrown) as unknown as JsonValue
}
