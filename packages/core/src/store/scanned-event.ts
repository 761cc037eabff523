/** What a store gives of an event to projections, where it has the whole event. */
import { isJsonObject } from '../json/json-value.js'
import type { StoredEvent } from './port.js'
import type { ScannedEvent } from './projection-port.js'

/** Its data and its header are asked of the event when they are asked for. */
export function scannedEvent(event: StoredEvent): ScannedEvent {
  const { stream, revision, position, id, type } = event
  return {
    stream,
    revision,
    position,
    id,
    type,
    get data() {
      return event.data
    },
    get header() {
      return isJsonObject(event.metadata) ? event.metadata['refold'] : undefined
    },
  }
}
