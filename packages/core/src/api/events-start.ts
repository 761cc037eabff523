/** Where the records of an agent begin that a reader asked for. */
import { partsOf, positionAt } from '../history/log-cursor.js'
import { momentOf } from '../history/moments.js'
import type { Wanted } from '../history/stream-records.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Moment } from '../public/agent.js'
import type { Cursor } from '../public/follow.js'
import { advance, FIRST_REVISION } from '../record/revision.js'
import type { Revision } from '../record/revision.js'

/** `after`: the record before the first; `undefined`: all are read, and those given that are wanted. */
export interface EventsStart {
  readonly after: Revision | undefined
  readonly wanted?: Wanted
}

/** Throws `INVALID_INPUT`; `wanted` rejects with `CURSOR_LOST`. */
export function eventsStart(log: AgentLog, from: Moment | Cursor): EventsStart {
  if (typeof from === 'string') {
    partsOf(from)
    return { after: undefined, wanted: () => behind(log, from) }
  }
  const moment = momentOf(from)
  if (typeof moment === 'bigint') return { after: moment <= FIRST_REVISION ? undefined : advance(moment, -1) }
  return { after: undefined, wanted: async () => (record) => record.header.at >= moment.at }
}

async function behind(log: AgentLog, cursor: Cursor): ReturnType<Wanted> {
  const place = await positionAt(log, cursor)
  return ({ event }) => event.position > place
}
