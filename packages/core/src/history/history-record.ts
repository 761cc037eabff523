/** A record as readers of a history see it: what came, when, by whom, and what it changed. `kind` tells the members apart. */
import { addressOf } from '../definition/agent-address.js'
import type { AgentAddress } from '../definition/agent-address.js'
import type { AgentReader } from '../log/agent-log.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue, PatchOperation } from '../json/json-value.js'
import { withoutUndefined } from '../json/without-undefined.js'
import { definitionIn, hasReadableBody, isOutside, recordHeader } from '../record/header.js'
import type { AgentStatus, Approved, Condition, Delivery, Diagnostics, RecordHeader } from '../record/record.js'
import type { ActorId, EffectDocument, EffectId, ErrorData, TimerId } from '../record/state-document.js'
import type { ForkedData } from '../public/fork.js'
import type { Usage } from '../record/usage.js'
import { pointedDelivery } from '../step/actor-pointers.js'
import type { StoredEvent } from '../store/port.js'

/** An event as data. */
export type HistoryEvent = JsonObject & { readonly type: string }
/** Why something was not taken. */
export interface HistoryRefusal {
  readonly code: string
  readonly message: string
}
type Probation = 'shared' | 'isolated'

/** What every record has. */
export interface RecordCommon<K extends string, D> {
  readonly revision: number
  /** Event id: what causes in other streams name. */
  readonly id: string
  readonly kind: K
  readonly type: string
  /** The payload of the input, and nothing else. */
  readonly data: D
  /** Epoch milliseconds, never decreasing in a stream: for order only. */
  readonly at: number
  /** `research@3`: the definition that decided it. */
  readonly definition: string
  readonly by?: string
  readonly reason?: string
  /** The process that appended, when it is not the owner. */
  readonly worker?: string
  /** The owner's, when an owner wrote it. */
  readonly epoch?: number
  readonly approved?: Approved
  readonly traceparent?: string
  /** Event id of the record that caused it: that asked for the effect, or that sent the message, in its sender's stream. */
  readonly causedBy?: string
  /** It came from an older epoch, or after its effect was gone. */
  readonly late?: true
  /** The state did not take it: it is kept. */
  readonly deferred?: true
  /** The caller's own id of the event. */
  readonly dedupId?: string
  /** What it changed (RFC 6902), over `{state, data, id}`. Absent: the body is damaged, or its key is missing. */
  readonly patch?: readonly PatchOperation[]
  /** Edges that were taken. */
  readonly path?: readonly string[]
  readonly actions?: readonly JsonObject[]
  readonly emitted?: readonly JsonObject[]
  /** What it sent to effects. */
  readonly delivered?: readonly Pick<Delivery, 'effect' | 'event'>[]
  readonly diagnostics?: Diagnostics
  /** These only when they changed. `fingerprint`: of the chart that decided it and those that follow; `owner: null`: no one. */
  readonly fingerprint?: string
  readonly status?: AgentStatus
  readonly active?: readonly string[]
  readonly condition?: Condition
  readonly owner?: string | null
}

interface OfEffect<K extends string, D> extends RecordCommon<K, D & { readonly src: string | null }> {
  readonly effect: EffectId
}
/** What the effect's body told that it used since the record before. */
interface Used {
  readonly usage?: Usage
}
/** Effects that are in doubt from it on. */
interface Doubting {
  readonly inDoubt?: ReadonlyArray<{ readonly effect: EffectId; readonly src: string; readonly why: 'interrupted' }>
}
interface FromAgent {
  /** The agent whose message it is, and the message's number in that agent's life. */
  readonly from: AgentAddress
  readonly seq: number
}

/** The members of `HistoryRecord` by their kind. */
export interface HistoryRecordKinds {
  started: RecordCommon<'started', { readonly input?: JsonValue }> & Partial<FromAgent>
  /** The first of a fork. `causedBy` names the record of its origin that it goes on after. */
  forked: RecordCommon<'forked', ForkedData<JsonValue>>
  event: RecordCommon<'event', JsonObject>
  message: RecordCommon<'message', JsonObject> & FromAgent
  'message.refused': RecordCommon<'message.refused', { readonly event: string } & HistoryRefusal> & FromAgent
  'message.acknowledged': RecordCommon<'message.acknowledged', { readonly to: AgentAddress }> & { readonly seq: number }
  'message.undelivered': RecordCommon<
    'message.undelivered',
    { readonly to: AgentAddress; readonly event: JsonValue } & HistoryRefusal
  > & { readonly seq?: number }
  'effect.started': OfEffect<'effect.started', { readonly attempt: number }>
  'attempt.failed': OfEffect<
    'attempt.failed',
    { readonly error: ErrorData; readonly attempt: number; readonly retryAt: number } & Used
  >
  'effect.done': OfEffect<'effect.done', { readonly output?: JsonValue } & Used>
  'effect.failed': OfEffect<
    'effect.failed',
    { readonly error?: JsonValue; readonly attempt?: number; readonly final?: string } & Used
  >
  'effect.event': OfEffect<'effect.event', { readonly event: HistoryEvent }>
  'effect.next': OfEffect<'effect.next', { readonly value?: JsonValue }>
  'effect.step': OfEffect<'effect.step', { readonly step: string; readonly output: JsonValue } & Used>
  'effect.doubted': OfEffect<'effect.doubted', { readonly why: NonNullable<EffectDocument['inDoubt']>['why'] }>
  'effect.resolved': OfEffect<'effect.resolved', { readonly resolution: string; readonly force?: true }>
  'actor.event': RecordCommon<'actor.event', { readonly event: HistoryEvent }> & { readonly to: ActorId }
  'timer.fired': RecordCommon<'timer.fired', { readonly timer: string; readonly lateMs: number }> & {
    readonly timer: TimerId
  }
  claimed: RecordCommon<
    'claimed',
    {
      readonly worker: string
      readonly previous?: string
      readonly why?: string
      readonly probation?: Probation
    } & Doubting
  >
  released: RecordCommon<'released', { readonly worker: string } & Doubting>
  cleared: RecordCommon<'cleared', { readonly probation: Probation }>
  paused: RecordCommon<'paused', { readonly bulk?: true }>
  resumed: RecordCommon<'resumed', { readonly bulk?: true }>
  /** With `from`: by the message of its parent. */
  cancel: RecordCommon<'cancel', JsonObject> & Partial<FromAgent>
  /** Without `lateMs`: as soon as it was asked for; else at its deadline. */
  cancelled: RecordCommon<'cancelled', { readonly lateMs?: number }> & Partial<FromAgent>
  retried: RecordCommon<
    'retried',
    { readonly revision?: number; readonly deferred?: true; readonly refused?: HistoryRefusal }
  >
  recalled: RecordCommon<
    'recalled',
    { readonly event: string; readonly revision: number; readonly refused?: HistoryRefusal }
  >
  migrated: RecordCommon<'migrated', JsonValue>
  /** An event that is no record of Refold: it changes nothing. `at` and `definition` are of the record before. */
  foreign: RecordCommon<'foreign', JsonValue> & { readonly metadata: JsonValue }
}

/** Any record of an agent. A damaged one may have other data than its kind says. */
export type HistoryRecord = HistoryRecordKinds[keyof HistoryRecordKinds]

export interface ToRecord {
  readonly upcast: AgentReader['upcast']
  /** Of the record before: for a foreign one. */
  readonly at: number
}

/** The record of a stored event. Throws `UPCAST_FAILED`, and `UNREADABLE` where its header is damaged. */
export function historyRecord(event: StoredEvent, { upcast, at }: ToRecord): HistoryRecord {
  const { id, metadata } = event
  const revision = Number(event.revision)
  const header = recordHeader(event)
  if (header === undefined) {
    const { type, data } = event
    return { revision, id, kind: 'foreign', type, data, at, definition: '', metadata }
  }
  const isReadable = hasReadableBody(header) && !event.type.startsWith('refold.') // else `data` may be encoded still
  const read = isOutside(header) && isReadable ? upcast(event, definitionIn(header)) : event
  const kind = event.type === 'refold.message.refused' ? 'message.refused' : header.input.kind
  const record = {
    revision,
    id,
    kind,
    type: read.type,
    data: read.data,
    at: header.at,
    definition: header.agent,
    ...partsOf(header),
    ...causeIn(metadata),
  }
  return record as unknown as HistoryRecord // stored data is what its kind says, or damaged
}

function causeIn(metadata: JsonValue): { readonly causedBy?: string } {
  const id = isJsonObject(metadata) ? metadata['$causationId'] : undefined
  return typeof id === 'string' ? { causedBy: id } : {}
}

function partsOf(header: RecordHeader): object {
  const { input } = header
  const body = hasReadableBody(header) ? header.body : undefined
  const sender = textOf(input.from)
  const from = sender === undefined ? undefined : addressOf(sender)
  return withoutUndefined({
    effect: textOf(input.effect),
    timer: textOf(input.timer),
    to: textOf(input.to),
    from,
    seq: input.seq,
    by: textOf(header.by),
    reason: textOf(header.reason),
    worker: textOf(header.worker),
    epoch: header.epoch,
    approved: header.approved,
    traceparent: header.traceparent,
    late: input.late,
    deferred: input.deferred,
    dedupId: input.dedupId,
    patch: body?.patch,
    path: body?.path,
    actions: body?.actions,
    emitted: body?.emit,
    delivered: body?.deliver?.map(pointedDelivery),
    diagnostics: body?.diagnostics,
    fingerprint: textOf(header.fingerprint),
    status: header.status,
    active: header.active,
    condition: header.condition,
    owner: header.owner,
  })
}

/** A text where the format has one; a damaged record may have anything there. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
