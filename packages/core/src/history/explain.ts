/**
 * Why a record came: the chain of causes from it back to what came from outside, over timers, effects and messages, and so
 * through the streams of other agents.
 */
import type { AgentAddress } from '../definition/agent-address.js'
import { addressOf, streamOfAddress } from '../definition/agent-address.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { withoutUndefined } from '../json/without-undefined.js'
import { lifeNumberIn } from '../record/life.js'
import { textOf } from './history-record.js'
import type { HistoryRecord, HistoryRecordKinds } from './history-record.js'
import type { PastLog } from './past-log.js'
import type { PastLogs } from './past-logs.js'

/**
 * How the next record of a chain caused this one: it asked for the effect; it set the timer; it sent the message that came, or
 * the one of which is told what became of it; it stored the input that waited, or the event that was kept; it asked for the
 * cancellation; it ran actions, of which one may have sent the event; it is what its fork goes on after.
 */
export type CauseHow = 'effect' | 'timer' | 'message' | 'sent' | 'waiting' | 'deferred' | 'cancel' | 'action' | 'fork'

/**
 * What came from outside with a record: a caller's start or event; what the body of an effect told; that a time had come; a
 * command of a person or a program; what a worker did about ownership.
 */
export type OutsideKind = 'caller' | 'effect' | 'clock' | 'operator' | 'worker'

/** A record in the words of a chain. */
export interface ChainRecord {
  readonly agent: AgentAddress
  readonly revision: number
  readonly at: number
  readonly kind: string
  readonly type: string
  readonly by?: string
  readonly reason?: string
  readonly effect?: string
  /** Name of the effect's logic. */
  readonly src?: string
  /** Absent: all that brought it is the cause behind it. */
  readonly outside?: OutsideKind
}

/** One record of a chain. */
export interface Cause extends ChainRecord {
  /** Absent for the last. */
  readonly because?: CauseHow
  /** The record behind is the nearest that fits: which it was is not recorded. */
  readonly isGuess?: true
}

/** Why a record came. */
export interface Explanation {
  /** The record itself first, then what caused each, to the one that nothing recorded caused. */
  readonly chain: readonly Cause[]
  /** Why it does not go on to that one: `limit` causes were told, or the record behind is not in this source. */
  readonly cut?: 'limit' | 'not-found'
}

/** Of `explain`. */
export interface ExplainOptions {
  /** Causes at most. Default 1,000: an agent that goes in a circle has as many as records. */
  readonly limit?: number
}

interface Place {
  readonly log: PastLog
  readonly revision: number
}
type Behind = Place & { readonly how: CauseHow; readonly isGuess?: true }

export async function explainRecord(
  start: Place,
  { logs, limit = 1_000 }: ExplainOptions & { readonly logs: PastLogs },
): Promise<Explanation> {
  const chain: Cause[] = []
  let place: Place | undefined = start
  while (place !== undefined) {
    if (chain.length >= limit) return { chain, cut: 'limit' }
    const record: HistoryRecord = await place.log.record(place.revision)
    const behind: Behind | 'not-found' | undefined = await causeOf(record, { log: place.log, logs })
    chain.push(causeIn(record, place.log, behind))
    if (behind === 'not-found') return { chain, cut: 'not-found' }
    place = behind
  }
  return { chain }
}

function causeIn(record: HistoryRecord, log: PastLog, behind: Behind | 'not-found' | undefined): Cause {
  const short = chainRecord(record, log)
  if (behind === undefined || behind === 'not-found') return short
  const { how, isGuess } = behind
  return { ...short, because: how, ...(isGuess === undefined ? undefined : { isGuess }) }
}

/** What a chain tells of a record. */
export function chainRecord(record: HistoryRecord, log: PastLog): ChainRecord {
  const { revision, at, kind, type } = record
  const { by, reason } = log.hide({ by: record.by, reason: record.reason })
  return withoutUndefined({
    agent: addressOf(log.stream),
    revision,
    at,
    kind,
    type,
    by,
    reason,
    effect: 'effect' in record ? record.effect : undefined,
    src: 'effect' in record ? textOf(dataOf(record)['src']) : undefined,
    outside: outsideOf(record),
  }) as ChainRecord // only members that may be absent are `undefined`
}

// oxlint-disable-next-line eslint/max-lines-per-function -- a table: one row a kind
function outsideOf(record: HistoryRecord): OutsideKind | undefined {
  switch (record.kind) {
    case 'started':
      return record.from === undefined ? 'caller' : undefined
    case 'event':
    case 'foreign':
      return 'caller'
    case 'attempt.failed':
    case 'effect.event':
    case 'effect.next':
    case 'effect.step':
      return 'effect'
    case 'effect.done':
    case 'effect.failed':
      return record.epoch === undefined ? 'operator' : 'effect' // someone resolved it
    case 'timer.fired':
      return 'clock'
    case 'cancelled':
      return isAtDeadline(record) ? 'clock' : ofOperator(record)
    case 'cancel':
      return ofOperator(record)
    case 'forked':
    case 'effect.resolved':
    case 'paused':
    case 'resumed':
    case 'retried':
    case 'migrated':
      return 'operator'
    case 'effect.started':
    case 'effect.doubted':
    case 'claimed':
    case 'released':
    case 'cleared':
      return 'worker'
    case 'message':
    case 'message.refused':
    case 'message.acknowledged':
    case 'message.undelivered':
    case 'actor.event':
    case 'recalled':
      return undefined
  }
}

/** It may have come by the message of a parent. */
function ofOperator({ from }: HistoryRecordKinds['cancel' | 'cancelled']): 'operator' | undefined {
  return from === undefined ? 'operator' : undefined
}

/** Else it was stopped as soon as it was asked for. */
function isAtDeadline(record: HistoryRecordKinds['cancelled']): boolean {
  return dataOf(record)['lateMs'] !== undefined
}

/** A damaged record may have anything there. */
function dataOf({ data }: HistoryRecord): JsonObject {
  return isJsonObject(data as JsonValue) ? (data as unknown as JsonObject) : {}
}

function numberIn(record: HistoryRecord, member: string): number | undefined {
  const value = dataOf(record)[member]
  return typeof value === 'number' ? value : undefined
}

interface Where {
  readonly log: PastLog
  readonly logs: PastLogs
}

/** `undefined`: nothing that is recorded caused it. */
async function causeOf(record: HistoryRecord, where: Where): Promise<Behind | 'not-found' | undefined> {
  const { log, logs } = where
  const here = (revision: number | undefined, how: CauseHow): Promise<Behind | 'not-found'> | 'not-found' =>
    revision === undefined ? 'not-found' : inLife(record, { ...where, lifeNumber: revision + before, how })
  const before = log.origin?.records ?? 0
  if ('effect' in record) {
    const named = record.causedBy === undefined ? undefined : log.outline.revisionOf(record.causedBy)
    return here(named ?? lifeNumberIn(record.effect) - before, 'effect')
  }
  switch (record.kind) {
    case 'started':
    case 'message':
    case 'message.refused':
    case 'cancel':
      return fromMessage(record, logs)
    case 'forked':
      return fromOrigin(log, logs)
    case 'timer.fired':
      return here(lifeNumberIn(record.timer) - before, 'timer')
    case 'retried':
      return dataOf(record)['revision'] === undefined ? undefined : here(numberIn(record, 'revision'), 'waiting')
    case 'recalled':
      return here(numberIn(record, 'revision'), 'deferred')
    case 'cancelled':
      if (!isAtDeadline(record)) return fromMessage(record, logs)
      return here(log.outline.lastOfKind('cancel', record.revision), 'cancel')
    case 'message.acknowledged':
    case 'message.undelivered':
      return here(await sentAt(record, log), 'sent')
    case 'actor.event':
      return nearestActions(record, log)
    default:
      return undefined
  }
}

/** A record before this one, in its stream or in that of an origin. */
async function inLife(
  { revision }: HistoryRecord,
  { log, logs, lifeNumber, how }: Where & { readonly lifeNumber: number; readonly how: CauseHow },
): Promise<Behind | 'not-found'> {
  if (lifeNumber < 0 || lifeNumber >= revision + (log.origin?.records ?? 0)) return 'not-found'
  const found = await logs.inLife(log, lifeNumber)
  return found === undefined ? 'not-found' : { ...found, how }
}

/** One that started from another input shares nothing with its origin. */
async function fromOrigin(log: PastLog, logs: PastLogs): Promise<Behind | 'not-found' | undefined> {
  if (log.origin?.records === 0) return undefined
  const found = await logs.originOf(log)
  return found === undefined ? 'not-found' : { ...found, how: 'fork' }
}

async function fromMessage(record: HistoryRecord, logs: PastLogs): Promise<Behind | 'not-found' | undefined> {
  if (!('from' in record) || record.from === undefined) return undefined
  if (record.causedBy === undefined) return 'not-found'
  const found = await logs.find(streamOfAddress(record.from), record.causedBy)
  return found === undefined ? 'not-found' : { ...found, how: 'message' }
}

/** The record that sent the message which this one tells of: the state before still lists it. */
async function sentAt(
  record: HistoryRecordKinds['message.acknowledged' | 'message.undelivered'],
  log: PastLog,
): Promise<number | undefined> {
  const { revision, seq } = record
  const to = dataOf(record)['to']
  if (!isJsonObject(to)) return undefined
  if (revision - 1 < log.first || revision - 1 > log.lastState) return undefined
  const { outbox } = await log.stateAt(revision - 1)
  const message = outbox?.to[`${textOf(to['name'])}-${textOf(to['id'])}`]?.find((one) => one.seq === seq)
  return message === undefined ? undefined : log.outline.revisionOf(message.sentBy)
}

/** So far back a record with actions is looked for. */
const LOOK_BACK = 1_000

async function nearestActions({ revision }: HistoryRecord, log: PastLog): Promise<Behind | 'not-found'> {
  for (let before = revision - 1; before >= Math.max(log.first, revision - LOOK_BACK); before--) {
    const { actions } = await log.record(before)
    if (actions !== undefined) return { log, revision: before, how: 'action', isGuess: true }
  }
  return 'not-found'
}
