/**
 * The outbox: messages to other agents that were sent and are not known to have arrived. It is part of the state, so
 * that a message is sent by the very record whose transition sent it, or not at all.
 *
 * Invariants: a number is given once in the life of a sender; a line to one receiver is in the order of its numbers; the
 * end of a detached child and the report of it are one record.
 */
import { addressOf } from '../definition/agent-address.js'
import type { AgentAddress } from '../definition/agent-address.js'
import { RefoldError } from '../errors.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { changed, entryOf, isEmpty, keysOf, type StateMap } from '../record/large-map.js'
import { copyOf, mapIn, NO_ENTRIES, putMap } from '../record/large-members.js'
import type { ErrorData, OutgoingMessage, Outbox, StateDocument, WaitingInput } from '../record/state-document.js'
import type { EventData } from '../record/event-data.js'
import type { OwnRecordType } from '../record/record.js'
import { shownActors } from '../step/shown-actors.js'
import type { SentMessage, TreeStep } from '../step/tree-step.js'

/** Messages that may wait to be delivered, over all receivers. */
const MAX_OUTBOX = 10_000

/** The type of the report that no chart hears, and of its record. */
export const CHILD_ENDED = 'refold.child.ended' satisfies OwnRecordType

const EMPTY: Outbox = Object.freeze({ last: 0, to: Object.freeze({}) })

/** The record that sends a message, and the trace that it belongs to. */
export type SentWith = Pick<OutgoingMessage, 'sentBy' | 'traceparent'>

/** Why a message was not taken. */
export interface Refusal {
  readonly code: string
  readonly message: string
}

/** An agent that has ended takes nothing any more. */
export const OVER: Refusal = { code: 'NOT_ACTIVE', message: 'the agent has ended' }

/** Whether messages wait to be delivered. */
export function hasOutbox({ outbox }: StateDocument): boolean {
  return outbox !== undefined && !isEmpty(mapIn(outbox, 'to'))
}

/** The message to deliver next to a receiver. */
export function nextMessage({ outbox }: StateDocument, to: string): OutgoingMessage | undefined {
  return outbox === undefined ? undefined : entryOf(mapIn(outbox, 'to'), to)?.[0]
}

/** Throws `OUTBOX_FULL` when a step sends more than may wait. */
export function requireRoom(state: StateDocument | undefined, { messages }: TreeStep): void {
  if (messages.length === 0) return
  let waiting = messages.length
  const lines = mapIn(state?.outbox ?? EMPTY, 'to')
  for (const to of keysOf(lines)) waiting += entryOf(lines, to)?.length ?? 0
  if (waiting <= MAX_OUTBOX) return
  throw new RefoldError('OUTBOX_FULL', `${waiting} messages would wait to be delivered`, {
    hint: `At most ${MAX_OUTBOX} may. Send fewer at once, or look why the receivers cannot be reached.`,
    facts: { waiting, limit: MAX_OUTBOX },
  })
}

/** The outbox with what a step sent. Each line is copied once, however much goes to it. */
export function withSent(
  before: Outbox | undefined,
  messages: readonly SentMessage[],
  sentWith: SentWith,
): Outbox | undefined {
  if (messages.length === 0) return before
  let { last } = before ?? EMPTY
  const lines = mapIn(before ?? EMPTY, 'to')
  const grown = new Map<string, OutgoingMessage[]>()
  for (const { to: receiver, ...message } of messages) {
    const line = grown.get(receiver) ?? [...(entryOf(lines, receiver) ?? [])]
    line.push({ seq: ++last, ...sentWith, ...message })
    grown.set(receiver, line)
  }
  return outboxOf(last, changed(lines, grown))
}

/** The state without its oldest message to a receiver; `undefined` when that is another one. */
export function withoutMessage(
  state: StateDocument,
  { to, seq }: { to: string; seq: number },
): StateDocument | undefined {
  const { outbox } = state
  if (outbox === undefined) return undefined
  const lines = mapIn(outbox, 'to')
  const [oldest, ...rest] = entryOf(lines, to) ?? []
  if (oldest?.seq !== seq) return undefined
  return withOutbox(state, outboxOf(outbox.last, changed(lines, new Map([[to, rest.length === 0 ? undefined : rest]]))))
}

/** The state with another outbox. */
export function withOutbox(state: StateDocument, outbox: Outbox): StateDocument {
  const next: { -readonly [K in keyof StateDocument]: StateDocument[K] } = copyOf(state)
  next.outbox = outbox
  return next
}

/** The state with the report that a parent is owed, when this change ends the agent: also one that no chart hears. */
export function withReport(before: StateDocument | undefined, after: StateDocument, sentWith: SentWith): StateDocument {
  const { reportsTo } = after.agent
  if (reportsTo === undefined || before?.root.status !== undefined || after.root.status === undefined) return after
  return withOutbox(after, put(after.outbox, reportsTo.agent, { ...sentWith, kind: 'report' }))
}

/** The state with answers for messages that waited here and will never be decided. */
export function withAnswers(
  state: StateDocument,
  dropped: readonly WaitingInput[],
  { sentBy, code, message }: Refusal & { sentBy: string },
): StateDocument {
  let { outbox } = state
  const to = addressOf(`${state.agent.definition}-${state.agent.id}`)
  for (const { input, traceparent } of dropped) {
    const { kind, from, event, own } = input
    if (kind !== 'message' || own !== undefined || typeof from !== 'string') continue
    const answer = undelivered({ to, event: event ?? null, code, message })
    const trace = traceparent === undefined ? undefined : { traceparent }
    outbox = put(outbox, from, { sentBy, ...trace, kind: 'undelivered', event: answer })
  }
  return outbox === state.outbox || outbox === undefined ? state : withOutbox(state, outbox)
}

/** What the sender's chart gets of a message that was not taken. */
export function undelivered(data: { to: AgentAddress; event: JsonValue } & Refusal): EventData {
  const { to, event, code, message } = data
  return { type: 'refold.undelivered', to: to as unknown as JsonObject, event, code, message } // an interface has no index signature
}

/** The event that a message brings: that of a report is made of the sender's state, where the output stands already. */
export function eventOf(state: StateDocument, message: OutgoingMessage): EventData {
  const { agent, root } = state
  if (message.kind !== 'report') return message.event as EventData // only a report has none
  const child: JsonObject = { name: agent.definition, id: agent.id }
  const { done = CHILD_ENDED, failed = CHILD_ENDED } = agent.reportsTo ?? {}
  if ((root.status === 'done' ? done : failed) === CHILD_ENDED) return { type: CHILD_ENDED, agent: child }
  const output = shownActors(state).member('output') as JsonValue | undefined
  if (root.status === 'done') return { type: done, agent: child, ...(output === undefined ? undefined : { output }) }
  return { type: failed, agent: child, error: root.status === 'error' ? (root.error ?? null) : asJson(STOPPED) }
}

/** How a parent hears that its child could not be started. */
export function failedStart(type: string, to: AgentAddress, { code, message }: Refusal): EventData {
  return { type, agent: { name: to.name, id: to.id }, error: { name: 'RefoldError', message, code } }
}

const STOPPED: ErrorData = { name: 'RefoldError', message: 'the agent was stopped', code: 'NOT_ACTIVE' }

/** The outbox with one message more. */
export function put(before: Outbox | undefined, to: string, message: Omit<OutgoingMessage, 'seq'>): Outbox {
  const lines = mapIn(before ?? EMPTY, 'to')
  const seq = (before ?? EMPTY).last + 1
  return outboxOf(seq, changed(lines, new Map([[to, [...(entryOf(lines, to) ?? []), { seq, ...message }]]])))
}

function outboxOf(last: number, to: StateMap<readonly OutgoingMessage[]>): Outbox {
  const made: Outbox = { last, to: NO_ENTRIES }
  putMap(made, 'to', to)
  return made
}

function asJson(error: ErrorData): JsonObject {
  return error as unknown as JsonObject // an interface has no index signature
}
