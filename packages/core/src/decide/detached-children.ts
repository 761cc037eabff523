/**
 * Detached children of an agent: those that it started and that have not told their end. They stand in its state, so that
 * a cancellation can go to them by the very record that stores it, and callers see which go on.
 *
 * Invariant: each tells its end once, also where its parent chose no type for that; it is then listed no more.
 */
import { addressOf } from '../definition/agent-address.js'
import type { JsonObject } from '../json/json-value.js'
import type { EventData } from '../record/event-data.js'
import { changed, entryOf, isEmpty, type StateMap } from '../record/large-map.js'
import { mapIn, NO_ENTRIES, withMap } from '../record/large-members.js'
import type { StateDocument } from '../record/state-document.js'
import type { ReceivedMessage, SentMessage } from '../step/tree-step.js'
import { compose } from './compose.js'
import type { DecideContext } from './context.js'
import type { Decision } from './decision.js'
import type { Envelope } from './inputs.js'
import { CHILD_ENDED, put, withOutbox } from './outbox.js'

type Detached = StateMap<number>

/** With those that a step starts. The one that has the name already keeps it: the other start will be refused. */
export function withStarted(state: StateDocument | undefined, messages: readonly SentMessage[]): Detached {
  const before = state === undefined ? NO_ENTRIES : mapIn(state, 'detachedChildren')
  const first = (state?.outbox?.last ?? 0) + 1
  const started = new Map<string, number>()
  for (const [at, { to, kind }] of messages.entries())
    if (kind === 'start' && entryOf(before, to) === undefined && !started.has(to)) started.set(to, first + at)
  return changed(before, started)
}

/** Without a child that has ended, or whose start, the message of this number, was refused. */
export function withoutChild(state: StateDocument, child: string, start?: number): StateDocument {
  const before = mapIn(state, 'detachedChildren')
  const seq = entryOf(before, child)
  if (seq === undefined || (start !== undefined && start !== seq)) return state
  const next = withMap(state, 'detachedChildren', changed(before, new Map([[child, undefined]])))
  if (isEmpty(mapIn(next, 'detachedChildren'))) Reflect.deleteProperty(next, 'detachedChildren')
  return next
}

/** The report of a child whose parent chose no type for it. */
export function isSilentReport({ own, event }: ReceivedMessage): boolean {
  return own === 'report' && event.type === CHILD_ENDED
}

/** It is known by the list and not by the inbox, which would keep a number of each child for ever. Needs no chart. */
export function decideChildEnded(
  context: DecideContext,
  envelope: Envelope,
  { state, message }: { readonly state: StateDocument; readonly message: ReceivedMessage },
): Decision {
  const { from, seq } = message
  if (entryOf(mapIn(state, 'detachedChildren'), from) === undefined && envelope.isNewMessage !== true)
    return { kind: 'duplicate', revision: context.revision - 1 }
  const { name, id } = addressOf(from)
  return compose(context, envelope, {
    type: CHILD_ENDED,
    data: { agent: { name, id } },
    after: withoutChild(state, from),
    input: { kind: 'message', from, seq },
  })
}

/** How the detached children of an agent are cancelled with it. */
export interface ChildrenCancelled {
  /** Event id of the record that says so. */
  readonly sentBy: string
  readonly traceparent?: string
  readonly by?: string | undefined
  readonly reason?: string | undefined
  /** Epoch milliseconds; absent: at once. */
  readonly deadlineAt?: number | undefined
}

/** The state with a cancellation on its way to each of these children. */
export function withChildrenCancelled(
  after: StateDocument,
  children: StateDocument['detachedChildren'],
  { sentBy, traceparent, by, reason, deadlineAt }: ChildrenCancelled,
): StateDocument {
  let { outbox } = after
  const event: JsonObject = {
    type: 'refold.cancel',
    ...(by === undefined ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
    ...(deadlineAt === undefined ? undefined : { deadlineAt }),
  }
  const trace = traceparent === undefined ? undefined : { traceparent }
  for (const child of Object.keys(children ?? {}))
    outbox = put(outbox, child, { sentBy, ...trace, kind: 'cancel', event })
  return outbox === undefined ? after : withOutbox(after, outbox)
}

/** What a parent's cancellation asks of its child. */
export function cancellationIn(
  event: EventData,
  now: number,
): Pick<Envelope, 'by' | 'reason'> & { deadlineMs: number } {
  const { by, reason, deadlineAt } = event as { by?: string; reason?: string; deadlineAt?: number }
  return {
    ...(by === undefined ? undefined : { by }),
    ...(reason === undefined ? undefined : { reason }),
    deadlineMs: deadlineAt === undefined ? 0 : deadlineAt - now,
  }
}
