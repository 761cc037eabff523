/**
 * Who set a field, and where its value came from: back over the patches of records, from copy to source, and through messages
 * into the streams of other agents.
 */
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { parsePointer, toPointer } from '../json/pointer.js'
import { isSameJson } from '../json/same-json.js'
import { childOf, type Change } from '../json/undo.js'
import { chainRecord, explainRecord } from './explain.js'
import type { ChainRecord, Explanation } from './explain.js'
import { onlyPlaceOf } from './equal-values.js'
import type { StateDocument } from '../record/state-document.js'
import type { HistoryRecord } from './history-record.js'
import { sentPlaceOf } from './sent-place.js'
import type { PastLog } from './past-log.js'
import type { PastLogs } from './past-logs.js'
import { touchOf } from './value-path.js'
import type { Walk } from './walk.js'

/**
 * Where a value came from: `copied`: the record says from where; `equal`: the record wrote it out, and one place alone holds an
 * equal value; `computed`: nothing equal is there, the agent's own code made it; `removed`: it was taken away.
 */
export type BlameHow = 'copied' | 'equal' | 'computed' | 'removed'

/** One record on the way of a value. */
export interface BlameStep extends ChainRecord {
  /** What the record wrote, in the state document: the place, something around it, or, with `isPart`, something within. */
  readonly path: string
  readonly isPart?: true
  readonly how: BlameHow
  /** `/data/…`: the payload of the record; `/state/…`: the state, with `forked` that of the origin; `/id`: the record's own event id. */
  readonly from?: string
}

/** Who set a field. */
export interface Blame {
  /** Of the field, in the state document. */
  readonly path: string
  /** The value at the point that was asked about; absent: there is none. */
  readonly value?: JsonValue
  /** First the record that set it, then those that its value came from, to the one in which it came up. */
  readonly steps: readonly BlameStep[]
  /** Why that last record came: through the effect or the message to who caused it. */
  readonly causes: Explanation
}

const MAX_STEPS = 100

interface Place {
  readonly log: PastLog
  /** After this record, or, with `upTo`, after so many of its changes. */
  readonly revision: number
  readonly upTo?: number
  readonly keys: readonly string[]
  /** Nothing stands there. */
  readonly isEmpty?: boolean
}

/** Throws `NOT_FOUND` where nothing ever stood at the place. */
export async function blamePlace(asked: Place, logs: PastLogs): Promise<Blame> {
  const walk = asked.log.walk()
  await walk.to(asked.revision)
  const value = valueIn(walk.state(), asked.keys)
  const steps: BlameStep[] = []
  let place: Place | undefined = { ...asked, isEmpty: value === undefined }
  let last = { log: asked.log, revision: asked.revision }
  while (place !== undefined && steps.length < MAX_STEPS) {
    const written: Written | undefined = await lastWrite(place, place.log === asked.log ? walk : place.log.walk())
    if (written === undefined) break
    last = { log: place.log, revision: written.revision }
    const record = await place.log.record(written.revision)
    const inherited: Place | undefined =
      record.kind === 'forked' ? await placeInOrigin(place, { written, logs }) : undefined
    const source: Source = inherited === undefined ? sourceOf(written, record) : inheritedFrom(written, place)
    steps.push({ ...chainRecord(record, place.log), ...shownSource(source, { ...place, inherited }) })
    place = inherited ?? (await nextPlace({ ...last, record, index: written.index }, { source, logs }))
  }
  const path = asked.log.hideInPointer(toPointer(asked.keys.slice(1)))
  if (steps.length === 0) throw nothingAt(asked.log.stream, path)
  const causes = await explainRecord(last, { logs })
  return { path, ...(value === undefined ? undefined : { value: asked.log.hide(value) }), steps, causes }
}

/** Keys in a pointer may be secret. What a fork inherited has its source in the origin. */
function shownSource(
  { path, from, ...rest }: Source,
  { log, inherited }: Pick<Place, 'log'> & { readonly inherited: Place | undefined },
): Source {
  const ofSource = inherited?.log ?? log
  return {
    ...rest,
    path: log.hideInPointer(path),
    ...(from === undefined ? undefined : { from: ofSource.hideInPointer(from) }),
  }
}

function nothingAt(stream: string, path: string): RefoldError {
  return new RefoldError('NOT_FOUND', `nothing ever stood at ${path} of ${stream}`, {
    facts: { stream, path },
    hint: 'Is it spelled as in the state? `/context/…` is short for `/root/context/…`.',
  })
}

interface Written {
  readonly revision: number
  /** Of the change among those of its record. */
  readonly index: number
  readonly change: Change
  readonly below: readonly string[]
  readonly did: 'set' | 'part' | 'removed'
  readonly isEmpty: boolean
  /** The root's context before the record. */
  readonly context: JsonValue | undefined
}

/** The newest change of a place. A record that wrote something around it, and left it as it was, did not change it. */
async function lastWrite({ revision, upTo, keys, isEmpty = false }: Place, walk: Walk): Promise<Written | undefined> {
  await walk.to(revision)
  let place = keys
  let after = upTo === undefined ? { value: valueIn(walk.state(), keys) } : undefined
  for (let at = revision; ; at--) {
    const changes = await walk.back()
    if (changes === undefined) return undefined
    const end = at === revision ? (upTo ?? changes.length) : changes.length
    for (let index = end - 1; index >= 0; index--) {
      const change = changes[index] as Change
      const touch = touchOf(change, place)
      if (touch.did === 'nothing') place = touch.keys
      else {
        const below = touch.did === 'part' ? [] : touch.below
        const context = walk.view?.root.context
        const written = { revision: at, index, change, below, did: touch.did, isEmpty, context }
        if (after === undefined || isChange(written, { after: after.value, before: valueIn(walk.view, place) }))
          return written
        const { op } = change.operation
        if (change.inArray && op !== 'replace' && op !== 'remove') return undefined // the item came up here, without the place
      }
    }
    after ??= { value: valueIn(walk.state(), place) }
  }
}

function valueIn(state: StateDocument | undefined, keys: readonly string[]): JsonValue | undefined {
  return keys.slice(1).reduce<JsonValue | undefined>(childOf, state as unknown as JsonValue)
}

/**
 * Whether another value than `after` stood at the place before the operation and, as the keys of an object are put in order by
 * taking them away and giving them back, before its record. Where none was there, an older record took it away, or it never was.
 */
function isChange(
  { change, below, did }: Written,
  { after, before }: { readonly after: JsonValue | undefined; readonly before: JsonValue | undefined },
): boolean {
  if (did === 'part') return true
  const [first] = change.undo
  const old = first !== undefined && 'value' in first ? first.value : undefined
  if (isSameValue(old === undefined ? old : below.reduce<JsonValue | undefined>(childOf, old), after)) return false
  return change.inArray || !isSameValue(before, after)
}

function isSameValue(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  return one === undefined || other === undefined ? one === other : isSameJson(one, other)
}

/** The same place in the state of a fork's origin, if the fork has its value from there, and not changed. */
async function placeInOrigin(
  { log, keys, isEmpty }: Place,
  { written, logs }: { readonly written: Written; readonly logs: PastLogs },
): Promise<Place | undefined> {
  const origin = await logs.originOf(log)
  if (origin === undefined || origin.revision > origin.log.lastState || isEmpty === true) return undefined
  const before = valueIn(await origin.log.stateAt(origin.revision), keys)
  const value = valueIn(await log.stateAt(written.revision), keys)
  return value !== undefined && before !== undefined && isSameJson(value, before) ? { ...origin, keys } : undefined
}

/** `from` is a place of the origin's state. */
function inheritedFrom({ change }: Written, { keys }: Place): Source {
  return { path: toPointer(change.keys.slice(1)), how: 'copied', from: toPointer(keys) }
}

type Source = Pick<BlameStep, 'path' | 'isPart' | 'how' | 'from'>

/** Shorter texts stand in a context by chance. */
const MIN_TEXT = 8

function sourceOf({ change, below, did, isEmpty, context }: Written, { data }: HistoryRecord): Source {
  const { operation, keys } = change
  const path = toPointer(keys.slice(1))
  const place = did === 'part' ? ({ path, isPart: true } as const) : { path }
  if (operation.op === 'remove' || (did === 'set' && isEmpty)) return { ...place, how: 'removed' }
  if (operation.op === 'copy') return { ...place, how: 'copied', from: `${operation.from}${toPointer(below)}` }
  const value = below.reduce<JsonValue | undefined>(childOf, operation.value)
  if (value === undefined) return { ...place, how: 'computed' } // a source that is not what it was taken for
  const isLong = typeof value !== 'number' && (typeof value !== 'string' || value.length >= MIN_TEXT)
  const from =
    onlyPlaceOf(value, { within: data as JsonValue, path: '/data' }) ??
    (isLong ? onlyPlaceOf(value, { within: context, path: '/state/root/context' }) : undefined)
  return from === undefined ? { ...place, how: 'computed' } : { ...place, how: 'equal', from }
}

interface Taken {
  readonly log: PastLog
  readonly revision: number
  readonly record: HistoryRecord
  readonly index: number
}

/** Where the value stood before; `undefined`: it came up here. */
async function nextPlace(
  { log, revision, record, index }: Taken,
  { source: { how, from }, logs }: { readonly source: Source; readonly logs: PastLogs },
): Promise<Place | undefined> {
  const [member, ...rest] = from === undefined ? [] : parsePointer(from)
  // An equal value was looked for in the state before the record, a copy reads it as it stands at that operation.
  if (member === 'state') return { log, revision, upTo: how === 'equal' ? 0 : index, keys: ['state', ...rest] }
  if (member !== 'data') return undefined
  return sentPlaceOf(record, { keys: rest, receiver: log.stream, logs })
}
