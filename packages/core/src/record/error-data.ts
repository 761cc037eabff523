/** Whatever user code threw, as data. Never fails: an error must always be storable. */
import { errorToJson } from '../json/error-data.js'
import type { JsonValue } from '../json/json-value.js'
import { jsonOf, toJson } from '../json/to-json.js'
import type { ErrorData } from './state-document.js'

/** What is told of a value whose own code throws when it is looked at. */
const UNREADABLE: ErrorData = { name: 'Error', message: 'what was thrown cannot be read' }

/** An `Error` by its fields; anything else as the message of one. */
export function toErrorData(thrown: unknown): ErrorData {
  try {
    return errorDataOf(thrown)
  } catch {
    return UNREADABLE
  }
}

function errorDataOf(thrown: unknown): ErrorData {
  if (thrown instanceof Error) return jsonOf(errorToJson(thrown, jsonOf)) as unknown as ErrorData
  if (isErrorData(thrown)) return jsonOf(thrown) as unknown as ErrorData
  return jsonOf({
    name: 'Error',
    message: typeof thrown === 'string' ? thrown : textOf(thrown),
  }) as unknown as ErrorData
}

/** What the chart gets as `event.error`: an `Error` by its fields, other JSON as it is, as XState hands it on. */
export function thrownToJson(thrown: unknown): JsonValue {
  try {
    if (thrown instanceof Error || thrown === undefined) return toErrorData(thrown) as unknown as JsonValue
    return toJson(thrown).json ?? null
  } catch {
    return toErrorData(thrown) as unknown as JsonValue
  }
}

function isErrorData(value: unknown): value is ErrorData {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string' &&
    'name' in value &&
    typeof value.name === 'string'
  )
}

function textOf(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown)
  } catch {
    return String(thrown)
  }
}
