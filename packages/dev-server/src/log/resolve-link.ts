/** Links: events of type `$>` whose data names another event, `<revision>@<stream>`. */
import type { EventLog } from './event-log.js'
import { LINK_TYPE, type RecordedEvent } from './event.js'
import { readEvent } from './read-stream.js'

/** An event as it is delivered. A link whose target is gone is delivered without it. */
export interface ResolvedEvent {
  readonly event: RecordedEvent | undefined
  readonly link: RecordedEvent | undefined
}

/** The event itself, or what it points to. A link that names nothing is an event like others; one to a tombstone names nothing that is seen. */
export async function resolveLink(log: EventLog, event: RecordedEvent): Promise<ResolvedEvent> {
  if (event.type !== LINK_TYPE) return { event, link: undefined }
  const target = parseLink(event.data)
  if (target === undefined) return { event, link: undefined }
  return { event: await readEvent(log, target.stream, target), link: event }
}

function parseLink(data: Uint8Array): { readonly revision: number; readonly stream: string } | undefined {
  const text = Buffer.from(data).toString('utf8')
  const at = text.indexOf('@')
  const revision = text.slice(0, Math.max(0, at))
  const isLink = /^\d{1,19}$/.test(revision) && at + 1 < text.length
  return isLink ? { revision: Number(revision), stream: text.slice(at + 1) } : undefined
}
