/**
 * Events for a blocked agent: refused, or kept behind what blocks it where the caller asked for that. And what becomes of events
 * that were kept, here or because they came early, and are not taken.
 *
 * Invariant: an event that was kept is decided, or its sender can read what became of it, and an operator is told.
 */
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import type { DedupBucket, StateDocument, WaitingInput } from '../record/state-document.js'
import { chartInputFromJson } from './inputs.js'
import type { Envelope } from './inputs.js'
import { OVER, withAnswers } from './outbox.js'
import type { Refusal } from './outbox.js'
import { isOwnType } from './record-type.js'

/** An event that was kept and never taken. */
export interface Untaken extends Refusal {
  /** Its type. */
  readonly event: string
  /** Of its record. */
  readonly revision: number
}

/** Why an event cannot be decided now; `undefined`: it can, or it is to be kept. An answer to a question is never kept. */
export function refuseBlocked(state: StateDocument, { whenBlocked, approved }: Envelope): RefoldError | undefined {
  const { blocked, waiting } = state.agent
  if ((blocked === undefined && waiting === undefined) || (whenBlocked === 'keep' && approved === undefined))
    return undefined
  if (blocked === undefined)
    return new RefoldError('BLOCKED', 'inputs that came before wait to be decided', {
      hint: 'Send again in a moment.',
      facts: { waiting: waiting?.length },
    })
  const hint =
    approved === undefined
      ? "Repair the cause and `retry` the agent; `send(event, { whenBlocked: 'keep' })` keeps the event until then."
      : 'Repair the cause, `retry` the agent, and ask again.'
  return new RefoldError('BLOCKED', `the agent is blocked: ${blocked.error.message}`, { hint, facts: { blocked } })
}

/** A kept event that was not taken when its turn came. Another agent that sent it hears of it by a message. */
export function untaken({ revision, input }: WaitingInput, { code, message }: Refusal): readonly Untaken[] {
  const kept = chartInputFromJson(input)
  const hasNoSender =
    kept.kind === 'event' || kept.kind === 'message.undelivered' || (kept.kind === 'message' && kept.own !== undefined)
  if (!hasNoSender || isOwnType(kept.event.type)) return []
  return [{ event: kept.event.type, revision, code, message }]
}

/** Kept events that this change of the agent leaves undecided for ever: it has ended. */
export function untakenAtEnd(
  before: StateDocument | undefined,
  { after, type, data }: { readonly after: StateDocument; readonly type: string; readonly data: JsonValue },
): readonly Untaken[] {
  const { waiting = [], deferred = [] } = before?.agent ?? {}
  if (after.root.status === undefined || (waiting.length === 0 && deferred.length === 0)) return []
  const isDecided = type === 'refold.retried' || type === 'refold.recalled'
  const decided = isDecided ? (data as { readonly revision?: number }).revision : undefined
  return [...deferred, ...waiting].filter(({ revision }) => revision !== decided).flatMap((one) => untaken(one, OVER))
}

/** An agent that ends keeps no early event: the senders of messages are told. */
export function endDeferral(after: StateDocument, sentBy: string): StateDocument {
  const { deferred, ...agent } = after.agent
  if (deferred === undefined || after.root.status === undefined) return after
  return withAnswers({ ...after, agent }, deferred, { sentBy, ...OVER })
}

/** The id of an event that was not taken is free again, as if it had been refused at once. */
export function withoutDedup(dedup: StateDocument['dedup'], revision: number): StateDocument['dedup'] {
  const rest: { [bucket: string]: DedupBucket } = {}
  for (const [name, bucket] of Object.entries(dedup)) {
    const ids = Object.entries(bucket).filter(([, entry]) => entry.revision !== revision)
    if (ids.length > 0) rest[name] = ids.length === Object.keys(bucket).length ? bucket : Object.fromEntries(ids)
  }
  return rest
}
