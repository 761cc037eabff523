/** An event as data: what XState calls an event, once it is JSON. */
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'

export interface EventData extends JsonObject {
  readonly type: string
}

/** Whether a value is an event: what is none throws in every chart, whatever a deploy repairs. */
export function isEventData(value: JsonValue | undefined): value is EventData {
  return value !== undefined && isJsonObject(value) && typeof value['type'] === 'string'
}
