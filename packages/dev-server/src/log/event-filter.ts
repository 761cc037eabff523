/** Which events of the log a reader wants: by prefixes of, or a regular expression on, the stream's name or the type. */
import { LinearRegExp } from './linear-regexp.js'
import type { RecordedEvent } from './event.js'

export interface FilterOptions {
  readonly on: 'stream' | 'type'
  /** Takes precedence over prefixes, as on the real server. */
  readonly regexp?: string
  readonly prefixes: readonly string[]
}

/** Says of each event whether it is wanted. */
export type EventFilter = (events: readonly RecordedEvent[]) => Promise<readonly boolean[]>

/** Throws `INVALID_INPUT` for what is no regular expression that the engine takes, `TOO_LARGE` for one beyond its bounds. */
export function eventFilter({ on, regexp, prefixes }: FilterOptions): EventFilter {
  if (regexp !== undefined) {
    const expression = new LinearRegExp(regexp)
    return (events) => expression.test(events.map((event) => event[on]))
  }
  return async (events) => events.map((event) => prefixes.some((prefix) => event[on].startsWith(prefix)))
}
