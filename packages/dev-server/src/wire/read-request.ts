/** What a `Read` request asks for, in the words of the log. */
import { eventFilter, type EventFilter } from '../log/event-filter.js'
import type { ReadOptions } from './client-names.js'

/** A number is a revision or a position. */
export type ReadStart = 'start' | 'end' | number

export interface RequestedFilter {
  readonly matches: EventFilter
  /** A checkpoint is due after so many events were considered. */
  readonly checkpointEveryEvents: number
}

/** Events that are considered between two checkpoints, times the request's multiplier, when the request names no window. */
const DEFAULT_WINDOW = 32

export function readStart(options: ReadOptions): ReadStart {
  const from = options.getStream() ?? options.getAll()
  if (from === undefined || from.hasStart()) return 'start'
  if (from.hasEnd()) return 'end'
  return Number('getRevision' in from ? from.getRevision() : (from.getPosition()?.getCommitPosition() ?? 0))
}

/** Throws as `eventFilter` does. */
export function readFilter(options: ReadOptions): RequestedFilter | undefined {
  const filter = options.getFilter()
  if (filter === undefined) return undefined
  const on = filter.hasEventType() ? 'type' : 'stream'
  const expression = filter.getEventType() ?? filter.getStreamIdentifier()
  const regexp = expression?.getRegex() ?? ''
  const window = filter.hasMax() ? filter.getMax() : DEFAULT_WINDOW
  return {
    matches: eventFilter({ on, prefixes: expression?.getPrefixList() ?? [], ...(regexp !== '' && { regexp }) }),
    checkpointEveryEvents: Math.max(1, filter.getCheckpointintervalmultiplier() * window),
  }
}
