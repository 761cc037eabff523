/** Time travel: the state at a point of an agent's history, and what changed between two. Looking never writes. */
import { RefoldError } from '../errors.js'
import { diff } from '../json/diff.js'
import type { JsonValue, PatchOperation } from '../json/json-value.js'
import { Folder } from '../record/fold.js'
import { addRecord, checkFolded, isOfRecords } from './fold-record.js'
import { headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import { FIRST_REVISION, toRevision } from '../record/revision.js'
import type { Revision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import { StateReplay } from '../record/state-replay.js'
import type { StoredEvent } from '../store/port.js'
import type { Moment } from '../public/agent.js'
import type { AgentLog } from '../log/agent-log.js'
import { momentOf, noSuchMoment } from './moments.js'
import { newestEvent } from './stored-events.js'

/** What a fold up to a moment needs of the log. One with `replay` reads backwards, too. */
export type PastSource = Pick<AgentLog, 'read' | 'replay'>

export interface PastState {
  readonly state: StateDocument
  readonly revision: Revision
  /** Event id of the record at the revision. */
  readonly id: string
  /** Of the record at the revision, or of the nearest before it that has a time; epoch milliseconds. */
  readonly at: number
  /** The same by the clock of who decided it: due times in the state are counted from it. */
  readonly now: number
}

type PlaceInTime = Pick<PastState, 'id' | 'at' | 'now'>

/**
 * Folds up to a revision, or to the newest record at or before a time; in bulk where the store can. Throws `NOT_FOUND` when there
 * was none yet, `INVALID_INPUT` for no moment, `UNREADABLE` for damaged records.
 */
export async function stateAt(log: PastSource, stream: string, given: Moment): Promise<PastState> {
  return stateUpTo(log, stream, momentOf(given))
}

/** The same at the newest record of all. */
export async function newestState(log: PastSource, stream: string): Promise<PastState> {
  return stateUpTo(log, stream, undefined)
}

async function stateUpTo(log: PastSource, stream: string, moment: Moment | undefined): Promise<PastState> {
  return (await replayedTo(log, stream, moment)) ?? foldedTo(log, stream, moment)
}

/** `undefined`: the store cannot, or something is not plain; record by record it will be named. */
async function replayedTo(log: PastSource, stream: string, moment: Moment | undefined): Promise<PastState | undefined> {
  if (log.replay === undefined) return undefined
  try {
    const revision = await lastUpTo(log, stream, moment)
    if (revision === undefined) return undefined
    const replay = new StateReplay()
    await log.replay(stream, { to: revision }, replay)
    const state = replay.result()
    if (state === undefined) return undefined
    checkFolded(state, { stream, revision })
    return { state, revision, ...(await placeAt(log, stream, Number(revision))) }
  } catch (error) {
    if (isOfRecords(error)) return undefined
    throw error
  }
}

/** Time never goes back in a stream. `undefined`: it is empty. */
async function lastUpTo(log: PastSource, stream: string, moment: Moment | undefined): Promise<Revision | undefined> {
  const newest = await newestEvent(log, stream)
  if (newest === undefined) return undefined
  const last = newest.revision
  if (moment === undefined) return last
  if (typeof moment === 'bigint') {
    if (moment >= 0n && moment <= last) return moment
    throw noSuchMoment(stream, { moment, last })
  }
  if ((await placeAt(log, stream, Number(last))).at <= moment.at) return last
  let low = -1
  let high = Number(last)
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((await placeAt(log, stream, middle)).at <= moment.at) low = middle
    else high = middle
  }
  if (low >= 0) return toRevision(low)
  throw noSuchMoment(stream, { moment, last, began: (await placeAt(log, stream, 0)).at })
}

function timesOf({ at, now = at }: RecordHeader): Pick<PastState, 'at' | 'now'> {
  return { at, now }
}

const PROBE = 16

/** The record at a revision, and its time or that of the nearest before it that has one: a foreign record has none. */
async function placeAt(log: PastSource, stream: string, revision: number): Promise<PlaceInTime> {
  let id = ''
  for (let from = revision, limit = 1; from >= 0; from -= limit, limit = PROBE) {
    const events = await backwards(log, stream, { from: toRevision(from), limit })
    if (events.length === 0) break
    if (from === revision) id = events[0]?.id ?? id
    const header = events.map(({ metadata }) => headerOf(metadata)).find((found) => found !== undefined)
    if (header !== undefined) return { id, ...timesOf(header) }
  }
  return { id, at: 0, now: 0 }
}

async function backwards(
  log: PastSource,
  stream: string,
  range: { readonly from?: Revision; readonly limit: number },
): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const page of log.read(stream, { ...range, direction: 'backwards' })) events.push(...page)
  return events
}

async function foldedTo(log: PastSource, stream: string, moment: Moment | undefined): Promise<PastState> {
  const folder = new Folder(undefined)
  let revision: Revision | undefined
  let [id, times] = ['', { at: 0, now: 0 }]
  let began: number | undefined
  outer: for await (const page of log.read(stream)) {
    for (const event of page) {
      const header = headerOf(event.metadata)
      const time = header?.at
      began ??= time
      if (typeof moment === 'bigint') {
        if (event.revision > moment) break outer
      } else if (moment !== undefined && time !== undefined && time > moment.at) break outer
      addRecord(folder, event)
      if (header !== undefined) times = timesOf(header)
      id = event.id
      revision = event.revision
    }
  }
  const beyond = typeof moment === 'bigint' && revision !== moment
  if (revision === undefined || beyond) {
    throw noSuchMoment(stream, { moment: moment ?? FIRST_REVISION, last: revision, began })
  }
  const state = folder.result()
  if (state === undefined)
    throw new RefoldError('NOT_FOUND', `${stream} holds no record of an agent`, { facts: { stream } })
  checkFolded(state, { stream, revision })
  return { state, revision, id, ...times }
}

/** The patch (RFC 6902) from the state document of one moment to that of another, in either direction of time. */
export async function diffBetween(
  log: PastSource,
  stream: string,
  moments: { readonly from: Moment; readonly to: Moment },
): Promise<readonly PatchOperation[]> {
  const from = await stateAt(log, stream, moments.from)
  const to = await stateAt(log, stream, moments.to)
  return diff(from.state as unknown as JsonValue, to.state as unknown as JsonValue, { path: '' })
}
