/** An event as data: what XState calls an event, once it is JSON. */
import type { JsonObject } from '../json/json-value.js'

export interface EventData extends JsonObject {
  readonly type: string
}
