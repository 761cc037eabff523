/** Pages of one stream, of what is to be seen of it. */
import { toRevision } from '@refold/core/store'
import type { EventLog } from './event-log.js'
import type { RecordedEvent } from './event.js'
import { fromStored } from './stored-form.js'
import { firstVisible, oldestVisible } from './stream-metadata.js'
import type { StreamState } from './stream-states.js'

export interface StreamRange {
  /** Inclusive. */
  readonly from: number
  readonly direction: 'forwards' | 'backwards'
  readonly limit: number
}

/** Whether a read of this stream finds it: it has events, seen or not, and is not deleted. */
export function isFound(state: StreamState): boolean {
  return state.last >= 0 && state.metadata.isDeleted !== true
}

/** What is to be seen of the stream in this range, in pages that may be empty. */
export async function* readStream(
  log: EventLog,
  stream: string,
  { from, direction, limit }: StreamRange,
): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  const state = await log.states.get(stream)
  if (!isFound(state)) return
  const first = firstVisible(state.metadata, state)
  const oldest = oldestVisible(state.metadata, { now: log.now() })
  const isForwards = direction === 'forwards'
  const start = isForwards ? Math.max(from, first) : Math.min(from, state.last)
  if (start < 0 || (!isForwards && start < first)) return
  let left = limit
  for await (const page of log.store.read(stream, { from: toRevision(BigInt(start)), direction })) {
    const seen = page
      .filter(({ revision }) => Number(revision) >= first)
      .map(fromStored)
      .filter(({ createdMs, isTombstone }) => createdMs >= oldest && !isTombstone)
      .slice(0, left)
    yield seen
    left -= seen.length
    if (left <= 0 || Number(page.at(-1)?.revision ?? 0) < first) return
  }
}

/** What a stream that was deleted for ever has from this revision on, its tombstone last. */
export async function readToTombstone(
  log: EventLog,
  stream: string,
  { from }: { readonly from: number },
): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = []
  for await (const page of log.store.read(stream, { from: toRevision(BigInt(from)) }))
    events.push(...page.map(fromStored))
  return events
}

/** One event of a stream; `undefined` when it is not to be seen, or not there. */
export async function readEvent(
  log: EventLog,
  stream: string,
  { revision }: { readonly revision: number },
): Promise<RecordedEvent | undefined> {
  if ((await log.states.get(stream)).isTombstoned) return undefined
  for await (const [event] of readStream(log, stream, { from: revision, direction: 'forwards', limit: 1 }))
    if (event !== undefined) return event.revision === revision ? event : undefined
  return undefined
}
