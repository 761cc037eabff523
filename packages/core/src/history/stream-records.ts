/** A stream's records as an observable: catch-up, then live, without a gap or a duplicate. */
import { Observable } from './observable.js'
import { hasReadableBody, headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { Revision } from '../record/revision.js'
import type { AgentTypes } from '../definition/agent-types.js'
import type { AgentEvent } from '../public/events.js'
import type { AgentLog } from '../log/agent-log.js'
import type { StoredEvent } from '../store/port.js'

export interface HeadedEvent {
  readonly event: StoredEvent
  readonly header: RecordHeader
}

/**
 * The records of an agent after a revision (`undefined`: from the first). Records without a valid header are passed
 * over. Completes when the agent has ended and no payment or message of it is under way any more, or when the store closes.
 */
export function recordsAfter(log: AgentLog, stream: string, after: Revision | undefined): Observable<HeadedEvent> {
  return new Observable((subscriber) => {
    const abort = new AbortController()
    const follow = async (): Promise<void> => {
      const target = after === undefined ? { stream } : { stream, after }
      let ended = false
      let unsettled = 0
      let pending = 0
      for await (const item of log.subscribe(target, { signal: abort.signal })) {
        if (item.kind !== 'event') continue
        const header = headerOf(item.event.metadata)
        if (header === undefined) continue
        subscriber.next({ event: item.event, header })
        if (header.status !== undefined) ended = header.status !== 'active'
        if (header.inDoubt !== undefined) unsettled = header.inDoubt
        if (header.pending !== undefined) pending = header.pending
        if (subscriber.closed || (ended && unsettled === 0 && pending === 0)) break
      }
      subscriber.complete()
    }
    follow().catch((error: unknown) => subscriber.error(error))
    return () => abort.abort()
  })
}

/** The same as readers of one agent see them. Fails with `UPCAST_FAILED` where an upcaster throws. */
export function agentEventsAfter<T extends AgentTypes>(
  log: AgentLog,
  stream: string,
  after: Revision | undefined,
): Observable<AgentEvent<T>> {
  return new Observable((subscriber) =>
    recordsAfter(log, stream, after).subscribe({
      next: (record) => {
        try {
          subscriber.next(toAgentEvent<T>(log, record))
        } catch (error) {
          subscriber.error(error)
        }
      },
      error: (error) => subscriber.error(error),
      complete: () => subscriber.complete(),
    }),
  )
}

export function toAgentEvent<T extends AgentTypes>(log: AgentLog, { event, header }: HeadedEvent): AgentEvent<T> {
  const definition = header.agent.slice(0, header.agent.indexOf('@'))
  const { type, data } = isOutside(header) ? log.upcast(event, definition) : event
  const { effect, deferred } = header.input
  const emitted = hasReadableBody(header) ? header.body.emit : undefined
  const recorded = {
    type,
    data,
    revision: event.revision,
    at: header.at,
    ...(effect === undefined ? undefined : { effect }),
    ...(deferred === undefined ? undefined : { deferred }),
    ...(header.by === undefined ? undefined : { by: header.by }),
    ...(header.reason === undefined ? undefined : { reason: header.reason }),
    ...(header.traceparent === undefined ? undefined : { traceparent: header.traceparent }),
    ...(header.approved === undefined ? undefined : { approved: header.approved }),
    ...(emitted === undefined ? undefined : { emitted }),
  }
  const toJSON = (): object => ({ ...recorded, revision: String(event.revision) })
  return Object.defineProperty(recorded, 'toJSON', { value: toJSON }) as unknown as AgentEvent<T>
}

/** What came from outside: the records of Refold's own inputs have one shape. */
function isOutside({ input }: RecordHeader): boolean {
  return input.kind === 'event' || input.kind === 'message'
}
