/**
 * How an encoded record stands in a store: its header without the body, and, in the place of `data`, the text of the bytes
 * that hold both. A store needs to know nothing of it.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.js'
import type { NewEvent, StoredEvent } from '../store/port.js'
import { marksOf, marksToJson, open, seal } from './codec.js'
import type { Codec } from './codec.js'

/** The event as it is stored. `metadata.refold` keeps everything but the body, and says how the rest was encoded. */
export async function sealEvent(codecs: readonly Codec[], stream: string, event: NewEvent): Promise<NewEvent> {
  const metadata = isJsonObject(event.metadata) ? event.metadata : {}
  const { body, ...header } = headerIn(metadata)
  const payload = body === undefined ? { data: event.data } : { data: event.data, body }
  const { marks, text } = await seal(codecs, payload, { stream, id: event.id, kind: 'event' })
  return {
    ...event,
    data: { sealed: text },
    metadata: { ...metadata, refold: { ...header, codecs: marksToJson(marks) } },
  }
}

/** The event as it was before it was encoded; itself when it never was. Throws `UNREADABLE`. */
export async function openEvent(codecs: readonly Codec[], event: StoredEvent): Promise<StoredEvent> {
  const { metadata, data, stream, id } = event
  const header = isJsonObject(metadata) ? headerIn(metadata) : {}
  const marks = marksOf(header['codecs'])
  if (marks === undefined || !isJsonObject(metadata) || !isJsonObject(data) || typeof data['sealed'] !== 'string')
    return event
  const payload = await open(codecs, { marks, text: data['sealed'] }, { stream, id, kind: 'event' })
  const opened = isJsonObject(payload) ? payload : {}
  const { codecs: _codecs, ...rest } = header
  const { body } = opened
  const refold = body === undefined ? rest : { ...rest, body }
  return { ...event, data: opened['data'] ?? null, metadata: { ...metadata, refold } }
}

/** An event that cannot be opened: who looks at it is told why, as of one that is damaged in the store. */
export function unopened({ stream, revision, position, id, type }: StoredEvent, why: unknown): StoredEvent {
  const told = (): never => {
    throw why
  }
  return {
    stream,
    revision,
    position,
    id,
    type,
    get data() {
      return told()
    },
    get metadata() {
      return told()
    },
  }
}

function headerIn(metadata: JsonObject): { readonly [key: string]: JsonValue } {
  const header = metadata['refold']
  return isJsonObject(header) ? header : {}
}
