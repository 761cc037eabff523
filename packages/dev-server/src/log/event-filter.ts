/** Which events of the log a reader wants: by prefixes of, or a regular expression on, the stream's name or the type. */
import { BoundedRegExp } from './bounded-regexp.js'
import type { RecordedEvent } from './event.js'

export interface FilterOptions {
  readonly on: 'stream' | 'type'
  /** Takes precedence over prefixes, as on the real server. */
  readonly regexp?: string
  readonly prefixes: readonly string[]
}

/** Says of each event whether it is wanted. Throws `TOO_LARGE` for an expression that takes too long. */
export type EventFilter = (events: readonly RecordedEvent[]) => readonly boolean[]

/** Throws `INVALID_INPUT` for what is no regular expression. */
export function eventFilter({ on, regexp, prefixes }: FilterOptions): EventFilter {
  if (regexp !== undefined) {
    const expression = new BoundedRegExp(regexp)
    return (events) => expression.test(events.map((event) => event[on]))
  }
  return (events) => events.map((event) => prefixes.some((prefix) => event[on].startsWith(prefix)))
}
