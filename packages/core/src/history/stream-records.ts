/** A stream's records as an observable: catch-up, then live, without a gap or a duplicate. */
import { inDoubtOf, pendingOf, statusOf } from '../decide/summary.js'
import { Observable } from './observable.js'
import { definitionIn, hasReadableBody, isOutside, recordHeader } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import { FIRST_REVISION } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { AgentTypes } from '../definition/agent-types.js'
import type { AgentEvent } from '../public/events.js'
import type { AgentLog } from '../log/agent-log.js'
import type { JsonValue } from '../json/json-value.js'
import type { StoredEvent } from '../store/port.js'

export interface HeadedEvent {
  readonly event: StoredEvent
  readonly header: RecordHeader
}

/** How an agent stands after a record: what tells whether more records may come. */
export interface Standing {
  readonly revision: Revision
  readonly ended: boolean
  /** Effects that wait for someone's word. */
  readonly inDoubt: number
  /** Payments and messages under way. */
  readonly pending: number
}

export function standingOf({
  state,
  revision,
}: {
  readonly state: StateDocument
  readonly revision: Revision
}): Standing {
  return { revision, ended: statusOf(state) !== 'active', inDoubt: inDoubtOf(state), pending: pendingOf(state) }
}

/** Where reading begins: after a revision, with how the agent stands now; or with the first record. */
export type ReadFrom = { readonly after: Revision; readonly standing: () => Promise<Standing | undefined> } | undefined

/** Which of the records are given. What it rejects with fails the observable. */
export type Wanted = () => Promise<(record: HeadedEvent) => boolean>

/**
 * The records of an agent after a revision, or from the first. Records without a valid header are passed over. Completes when
 * all that is stored was given and the agent has ended, with no payment or message of it under way any more, or when the store
 * closes.
 */
export function recordsAfter(
  log: AgentLog,
  stream: string,
  from: ReadFrom,
  wanted: Wanted = async () => () => true,
): Observable<HeadedEvent> {
  return new Observable((subscriber) => {
    const abort = new AbortController()
    const follow = async (): Promise<void> => {
      const isWanted = await wanted()
      const target = from === undefined ? { stream } : { stream, after: from.after }
      let known: Standing = { revision: from?.after ?? FIRST_REVISION, ended: false, inDoubt: 0, pending: 0 }
      let now: Standing | undefined
      let isCaughtUp = false
      for await (const item of log.subscribe(target, { signal: abort.signal })) {
        if (item.kind === 'event') {
          const header = recordHeader(item.event)
          const { event } = item
          if (header !== undefined && isWanted({ event, header })) subscriber.next({ event, header })
          known = after(known, item.event.revision, header)
        } else if (!isCaughtUp) {
          isCaughtUp = true
          now = await from?.standing()
        }
        if (now !== undefined && now.revision <= known.revision) {
          known = { ...now, revision: known.revision }
          now = undefined // from here on the headers say what changes
        }
        if (subscriber.closed || (isCaughtUp && isOver(known))) break
      }
      subscriber.complete()
    }
    follow().catch((error: unknown) => subscriber.error(error))
    return () => abort.abort()
  })
}

/** A header says what has changed. */
function after(before: Standing, revision: Revision, header: RecordHeader | undefined): Standing {
  const { status, inDoubt = before.inDoubt, pending = before.pending } = header ?? {}
  return { revision, ended: status === undefined ? before.ended : status !== 'active', inDoubt, pending }
}

function isOver({ ended, inDoubt, pending }: Standing): boolean {
  return ended && inDoubt === 0 && pending === 0
}

/** The same as readers of one agent see them. Fails with `UPCAST_FAILED` where an upcaster throws. */
export function agentEventsAfter<T extends AgentTypes>(
  log: AgentLog,
  stream: string,
  from: ReadFrom,
  wanted?: Wanted,
): Observable<AgentEvent<T>> {
  return new Observable((subscriber) =>
    recordsAfter(log, stream, from, wanted).subscribe({
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
  const emitted = hasReadableBody(header) ? header.body.emit : undefined
  return agentEvent<T>(log, { event, header, emitted })
}

/** What an event of an agent is made of. */
interface EventParts {
  readonly event: Pick<StoredEvent, 'type' | 'data' | 'revision'>
  readonly header: RecordHeader
  readonly emitted: RecordHeader['body']['emit']
}

/** An event as readers see it. Throws `UPCAST_FAILED`. */
export function agentEvent<T extends AgentTypes>(
  log: Pick<AgentLog, 'upcast'>,
  { event, header, emitted }: EventParts,
): AgentEvent<T> {
  const read = isOutside(header) ? log.upcast(event, definitionIn(header)) : event
  const made = new ReadEvent(read, event.revision, header.at)
  const { effect, deferred } = header.input
  if (effect !== undefined) made.effect = effect
  if (deferred !== undefined) made.deferred = deferred
  if (header.by !== undefined) made.by = header.by
  if (header.reason !== undefined) made.reason = header.reason
  if (header.traceparent !== undefined) made.traceparent = header.traceparent
  if (header.approved !== undefined) made.approved = header.approved
  if (emitted !== undefined) made.emitted = emitted
  return made as unknown as AgentEvent<T>
}

/** A class, since there are very many. Members that are absent are not there. */
class ReadEvent {
  readonly type: string
  readonly data: JsonValue
  readonly revision: Revision
  readonly at: number
  declare effect?: string
  declare deferred?: true
  declare by?: string
  declare reason?: string
  declare traceparent?: string
  declare approved?: RecordHeader['approved']
  declare emitted?: RecordHeader['body']['emit']

  constructor({ type, data }: Pick<StoredEvent, 'type' | 'data'>, revision: Revision, at: number) {
    this.type = type
    this.data = data
    this.revision = revision
    this.at = at
  }

  toJSON(): object {
    return Object.assign({}, this, { revision: String(this.revision) })
  }
}

// It is shown, and compared, as the plain object that it is.
Object.defineProperty(ReadEvent.prototype, 'constructor', { value: Object })
