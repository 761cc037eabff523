/**
 * A stream as its state: snapshot? + fold the records after it.
 *
 * Invariants: no user code runs; a snapshot is a cache (folding from any gives what folding from zero gives), and one
 * of another format, another incarnation, or beyond the head is ignored; memory is bounded by a page and the state.
 */
import { isRefoldError, RefoldError } from '../errors.js'
import { Folder } from '../record/fold.js'
import { headerOf } from '../record/header.js'
import type { RecordBody } from '../record/record.js'
import { advance, FIRST_REVISION, lengthOf } from '../record/revision.js'
import type { Expected, Revision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { AgentLog } from '../log/agent-log.js'
import { addRecord, checkFolded, isOfRecords, unreadable } from './fold-record.js'
import { newestEvent } from './stored-events.js'
import { anotherHistory } from '../store/decided-on.js'
import type { StoredEvent } from '../store/port.js'
import { StateReplay } from '../record/state-replay.js'
import { counted } from '../world/counted.js'

/** A stream folded up to its head. */
export interface Folded {
  /** `undefined`: the stream has no record of ours. */
  readonly state: StateDocument | undefined
  readonly head: Expected
  /** `at` of the last record. */
  readonly lastAt: number
  /** Event id of the last record; empty before the first. */
  readonly headId: string
  /** Records without a valid header: they fold as no change. */
  readonly foreign: number
  /** How many records were folded. */
  readonly records: number
  /** Events for running effects that the records hold. Only when a known state was folded on. */
  readonly deliveries: readonly Delivery[]
}

type Delivery = NonNullable<RecordBody['deliver']>[number]

export const NOTHING_FOLDED: Folded = {
  state: undefined,
  head: 'no_stream',
  lastAt: 0,
  headId: '',
  foreign: 0,
  records: 0,
  deliveries: [],
}

/** How far the way from a stream to its state has come. */
export type FoldPhase = 'snapshot' | 'records'

export interface FoldStreamOptions {
  readonly onPhase?: (phase: FoldPhase) => void
}

/** Folds a stream, from its snapshot when that is usable. Throws `UNREADABLE` or `NEWER_FORMAT` with the revision. */
export async function foldStream(log: AgentLog, stream: string, { onPhase }: FoldStreamOptions = {}): Promise<Folded> {
  onPhase?.('snapshot')
  const snapshot = await log.snapshots.read(stream)
  onPhase?.('records')
  const fromFirst = { from: FIRST_REVISION, start: NOTHING_FOLDED }
  if (snapshot === undefined) return fold(log, stream, fromFirst)
  const start: Folded = {
    ...NOTHING_FOLDED,
    state: snapshot.state,
    head: snapshot.revision,
    lastAt: snapshot.lastAt,
    headId: snapshot.eventId,
  }
  const options = { from: snapshot.revision, start, anchor: snapshot.eventId }
  return (await foldFromSnapshot(log, stream, options)) ?? (await fold(log, stream, fromFirst))
}

/** Folds what a stream got after a known point. Throws `STORE_FATAL` where the event of that point is not there any more. */
export async function foldAfter(log: AgentLog, stream: string, known: Folded): Promise<Folded> {
  const { head, headId } = known
  if (head === 'no_stream') return fold(log, stream, { from: FIRST_REVISION, start: known, deliveries: [] })
  const folded = await fold(log, stream, { from: head, start: known, anchor: headId, deliveries: [] })
  if (folded === undefined) throw await lostPoint(log, stream, head)
  return folded
}

async function lostPoint(log: AgentLog, stream: string, head: Revision): Promise<RefoldError> {
  for await (const [event] of log.read(stream, { from: head, limit: 1 })) {
    if (event === undefined) continue
    return event.revision > head ? beheaded(event) : anotherHistory(stream, { revision: head, found: event.id })
  }
  return anotherHistory(stream, { revision: head, found: undefined })
}

/** Folds from a known point up to a revision: what the records say of that very moment. Reads nothing when it is known. */
export async function foldUpTo(
  log: AgentLog,
  stream: string,
  { known, to }: { readonly known: Folded; readonly to: Revision },
): Promise<Folded> {
  return known.head === to ? known : fold(log, stream, { from: advance(known.head), start: known, to })
}

/** `undefined`: the snapshot is not of this history, or not what it says. The records decide, not it. */
async function foldFromSnapshot(
  log: AgentLog,
  stream: string,
  options: FoldFrom & { anchor: string },
): Promise<Folded | undefined> {
  try {
    return await fold(log, stream, options)
  } catch (error) {
    if (isRefoldError(error, 'UNREADABLE')) return undefined
    throw error
  }
}

interface FoldFrom {
  readonly from: Revision
  readonly start: Folded
  /** The event at `from` must be this one and is part of the start already. */
  readonly anchor?: string
  /** Filled with the events for running effects; absent: not asked for. */
  readonly deliveries?: Delivery[]
  /** Record by record to the end, whatever the store can do. */
  readonly plainly?: boolean
  /** The last one; absent: the newest. */
  readonly to?: Revision | undefined
}

/** So many records are folded one by one before a store that can replay is asked to do the rest: that costs as much as to set it up. */
const PLAIN_RECORDS = 64

async function fold(log: AgentLog, stream: string, options: FoldFrom & { anchor: string }): Promise<Folded | undefined>
async function fold(log: AgentLog, stream: string, options: FoldFrom & { anchor?: undefined }): Promise<Folded>
async function fold(log: AgentLog, stream: string, options: FoldFrom): Promise<Folded | undefined> {
  const pages = new FoldedPages(options)
  const mayReplay =
    log.replay !== undefined && options.plainly !== true && options.to === undefined && options.deliveries === undefined
  const range = mayReplay ? { from: options.from, limit: PLAIN_RECORDS } : rangeOf(options)
  let read = 0
  for await (const page of log.read(stream, range)) {
    if (!pages.add(page)) return undefined
    read += page.length
  }
  if (!pages.isAnchored) return undefined
  const folded = pages.folded()
  if (!mayReplay || read < PLAIN_RECORDS)
    return options.deliveries !== undefined && folded.records === 0 ? folded : checked(folded, stream)
  return (
    (await replayed(log, stream, folded)) ??
    fold(log, stream, { from: advance(folded.head), start: folded, plainly: true })
  )
}

/** What was folded of a stream so far. */
class FoldedPages {
  records = 0
  isAnchored: boolean
  readonly #options: FoldFrom
  #folder: Folder | undefined
  #foreign = 0
  #head: Folded['head']
  #headId: Folded['headId']
  #lastAt: number

  constructor(options: FoldFrom) {
    const { head, headId, lastAt } = options.start
    this.#options = options
    this.isAnchored = options.anchor === undefined
    this.#head = head
    this.#headId = headId
    this.#lastAt = lastAt
  }

  /** `false`: the first event is not the anchor. */
  add(page: readonly StoredEvent[]): boolean {
    for (const event of page) {
      if (this.isAnchored) this.#add(event)
      else if (event.id === this.#options.anchor) this.isAnchored = true
      else return false
    }
    return true
  }

  folded(): Folded {
    const { start, deliveries = [] } = this.#options
    return {
      state: this.#folder === undefined ? start.state : this.#folder.result(),
      head: this.#head,
      headId: this.#headId,
      lastAt: this.#lastAt,
      foreign: this.#foreign,
      records: this.records,
      deliveries,
    }
  }

  #add(event: StoredEvent): void {
    if (this.#head === 'no_stream' && event.revision > 0n) throw beheaded(event)
    this.#folder ??= new Folder(this.#options.start.state)
    this.#head = event.revision
    this.#headId = event.id
    if (addRecord(this.#folder, event) === 'foreign') {
      this.#foreign++
      return
    }
    this.records++
    const header = headerOf(event.metadata)
    this.#lastAt = Math.max(this.#lastAt, header?.at ?? this.#lastAt)
    if (header?.body.deliver !== undefined) this.#options.deliveries?.push(...deliveriesOf(header.body.deliver, event))
  }
}

function rangeOf({ from, to }: FoldFrom): { readonly from: Revision; readonly limit?: number } {
  return to === undefined ? { from } : { from, limit: lengthOf(to) - lengthOf(from) + 1 }
}

/** The rest of a long stream, in bulk. `undefined`: something in it is not plain; record by record it will be named. */
async function replayed(log: AgentLog, stream: string, folded: Folded): Promise<Folded | undefined> {
  const last = await newestEvent(log, stream)
  if (last === undefined || last.revision === folded.head) return checked(folded, stream)
  const at = headerOf(last.metadata)?.at
  if (at === undefined) return undefined
  const replay = new StateReplay(folded.state)
  const from = advance(folded.head)
  try {
    await log.replay?.(stream, { from, to: last.revision }, replay)
  } catch (error) {
    if (isOfRecords(error)) return undefined
    throw error
  }
  const { foreign } = replay
  const records = folded.records + lengthOf(last.revision) - lengthOf(folded.head) - foreign
  const whole = {
    ...folded,
    state: replay.result(),
    head: last.revision,
    headId: last.id,
    lastAt: Math.max(folded.lastAt, at),
    foreign: folded.foreign + foreign,
    records,
  }
  return checked(whole, stream)
}

/** The store lets others cut streams, as EventStoreDB does by `$maxCount`, `$tb` and soft deletion. */
function beheaded({ stream, revision }: StoredEvent): RefoldError {
  const message = `${stream} has lost its first ${counted(Number(revision), 'record')}: deleted or truncated in the store`
  return new RefoldError('UNREADABLE', message, {
    facts: { stream, revision },
    hint: 'An agent is its whole history: put the stream back from a backup, or go on with another id.',
  })
}

/** Throws `UNREADABLE` where the records give a state that no agent can be in. Foreign records alone give none. */
function checked(folded: Folded, stream: string): Folded {
  const { state, records, head } = folded
  if (head === 'no_stream' || (state === undefined && records === 0)) return folded
  checkFolded(state, { stream, revision: head })
  return folded
}

function deliveriesOf(deliver: unknown, event: StoredEvent): readonly Delivery[] {
  const isDelivery = (item: unknown): boolean => {
    const { effect, event: sent } = (item ?? {}) as {
      readonly effect?: unknown
      readonly event?: { readonly type?: unknown }
    }
    return typeof effect === 'string' && typeof sent?.type === 'string'
  }
  if (!Array.isArray(deliver) || !deliver.every(isDelivery))
    throw unreadable(new TypeError('it delivers no events'), event)
  return deliver as readonly Delivery[]
}
