/** Events as the client is given them. */
import type { EventData } from '@eventstore/db-client'
import type { WireEvent } from './wire.js'

/**
 * JSON that is already text. The client asks for the content type twice: first to send it, then to learn whether it must
 * serialise the data, which would cost a second serialisation and a detour by base64. That it asks so is tested; the version
 * of the client is an exact one.
 */
class SerialisedEvent {
  readonly id: string
  readonly type: string
  readonly data: Uint8Array
  readonly metadata: Uint8Array
  #asked = false

  constructor({ id, type, data, metadata }: WireEvent) {
    this.id = id
    this.type = type
    this.data = data
    this.metadata = metadata
  }

  get contentType(): 'application/json' | 'application/octet-stream' {
    this.#asked = !this.#asked
    return this.#asked ? 'application/json' : 'application/octet-stream'
  }
}

export function toEventData(event: WireEvent): EventData {
  return new SerialisedEvent(event) as unknown as EventData // its metadata are bytes, which the client sends as they are
}
