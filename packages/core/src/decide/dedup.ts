/**
 * The window of event ids that outside callers gave: bounded in age and size, and never forgetful within it. The id of an event
 * that is kept undecided stays.
 *
 * The ids stand in small buckets, in the order in which they came, so that one more id copies, compares and folds one
 * bucket and not the whole window. A bucket that is full is never written again; it goes when all of it is too old.
 */
import { RefoldError } from '../errors.js'
import type { DedupEntry, DedupBucket, StateDocument } from '../record/state-document.js'
import type { DecideContext } from './context.js'
import type { Envelope } from './inputs.js'

/** Ids in a bucket. Of the largest window, 10,000 ids, that makes 157 buckets. */
const BUCKET_SIZE = 64

/** When and where an id came before; `undefined` when it did not. Any text may be an id, `toString` too. */
export function dedupEntryOf({ dedup }: StateDocument, id: string | undefined): DedupEntry | undefined {
  if (id === undefined) return undefined
  for (const name in dedup) {
    const bucket = dedup[name] as DedupBucket
    if (Object.hasOwn(bucket, id)) return bucket[id]
  }
  return undefined
}

/** The window with this envelope's id in it; `undefined` when there is none; `'full'` when it would have to forget. */
export function withDedup(context: DecideContext, envelope: Envelope): StateDocument['dedup'] | undefined | 'full' {
  const { state, now, revision } = context
  const { dedupId } = envelope
  if (state === undefined || dedupId === undefined) return undefined
  const { maxAgeMs, maxCount } = context.definition.dedup
  const since = now - maxAgeMs
  const undecided = undecidedIn(state)
  const kept: { [bucket: string]: DedupBucket } = {}
  let count = 0
  let last: string | undefined
  for (const name in state.dedup) {
    const bucket = state.dedup[name] as DedupBucket
    const young = youngIn(bucket, since)
    if (young === 0 && !holdsOne(bucket, undecided)) continue
    kept[name] = bucket
    count += young
    last = name
  }
  if (count >= maxCount) return 'full'
  const entry: DedupEntry = { at: now, revision }
  const open = last === undefined ? undefined : kept[last]
  if (last !== undefined && open !== undefined && spanOf(open).size < BUCKET_SIZE)
    kept[last] = { ...open, [dedupId]: entry }
  else kept[String(revision)] = { [dedupId]: entry }
  return kept
}

/** Revisions of events that are stored and not decided: one that comes again by the same id is the same, however old it is. */
function undecidedIn({ agent: { deferred = [], waiting = [] } }: StateDocument): ReadonlySet<number> {
  return new Set([...deferred, ...waiting].map(({ revision }) => revision))
}

function holdsOne(bucket: DedupBucket, revisions: ReadonlySet<number>): boolean {
  if (revisions.size > 0) for (const id in bucket) if (revisions.has((bucket[id] as DedupEntry).revision)) return true
  return false
}

/** How many of its ids count. Those of a clock that was ahead stand among older ones, so each bucket is asked for itself. */
function youngIn(bucket: DedupBucket, since: number): number {
  const { size, oldestAt, newestAt } = spanOf(bucket)
  if (oldestAt >= since) return size
  if (newestAt < since) return 0
  return Object.values(bucket).filter(({ at }) => at >= since).length
}

interface Span {
  readonly size: number
  readonly oldestAt: number
  readonly newestAt: number
}

const spans = new WeakMap<DedupBucket, Span>()

function spanOf(bucket: DedupBucket): Span {
  let span = spans.get(bucket)
  if (span === undefined) {
    const times = Object.values(bucket).map(({ at }) => at)
    span = { size: times.length, oldestAt: Math.min(...times), newestAt: Math.max(...times) }
    spans.set(bucket, span)
  }
  return span
}

/** Why one more id is refused. */
export function windowFull({ definition }: DecideContext): RefoldError {
  const { maxCount, maxAgeMs } = definition.dedup
  const message = `${maxCount} event ids of the last ${maxAgeMs} ms are remembered, which is the definition's window`
  return new RefoldError('DEDUP_WINDOW_FULL', message, {
    hint: 'Send without an id, send later, or widen `dedup`.',
  })
}
