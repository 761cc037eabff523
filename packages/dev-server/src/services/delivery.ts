/** Sending events to a reader, and what is checked before. */
import type { RecordedEvent } from '../log/event.js'
import { describedStream, isMetadataStream } from '../log/event.js'
import { resolveLink } from '../log/resolve-link.js'
import type { ReadReq, ReadResp } from '../wire/client-names.js'
import { encodeReadEvent } from '../wire/event-encoding.js'
import { streamDeleted } from '../wire/failures.js'
import type { PacedCall } from '../wire/paced-call.js'
import type { ServiceContext } from './service-context.js'

/** What is written: generated messages, and events that are encoded already. */
export type ReadCall = PacedCall<ReadReq, ReadResp | Buffer>

/** Throws the failure of a stream that is deleted for ever, or whose described stream is. */
export async function assertNotDeleted({ log }: ServiceContext, stream: string): Promise<void> {
  const state = await log.states.get(stream)
  const described = isMetadataStream(stream) ? await log.states.get(describedStream(stream)) : undefined
  if (state.isTombstoned || described?.isTombstoned === true) throw streamDeleted(stream)
}

/** Sends them as fast as the client takes them. `false`: the client has gone. */
export async function sendEvents(
  { log }: ServiceContext,
  call: ReadCall,
  events: readonly RecordedEvent[],
): Promise<boolean> {
  const resolves = call.request.getOptions()?.getResolveLinks() === true
  for (const event of events) {
    if (!call.isOpen) return false
    const resolved = resolves ? await resolveLink(log, event) : { event, link: undefined }
    if (!call.write(encodeReadEvent(resolved))) await call.ready()
  }
  return call.isOpen
}
