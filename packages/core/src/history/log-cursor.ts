/** Cursors: a position that compares as text, and the record that stands there. */
import { RefoldError } from '../errors.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Cursor } from '../public/follow.js'
import { toRevision, type Position, type Revision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'

/** Positions are at most 2⁶³. */
const DIGITS = 19
const FORM = /^\d{19}\/(\d+)\/([^/]+)\/(.+)$/s

/** What a cursor names. */
export interface CursorParts {
  readonly revision: Revision
  readonly id: string
  readonly stream: string
}

/** Behind this event. */
export function cursorOf({
  position,
  revision,
  id,
  stream,
}: Pick<StoredEvent, 'position' | 'revision' | 'id' | 'stream'>): Cursor {
  return `${String(position).padStart(DIGITS, '0')}/${revision}/${id}/${stream}` as Cursor
}

/**
 * The position behind which it goes on: that of the record in this log, which a copy of the streams gave another one. Rejects with
 * `INVALID_INPUT`, or with `CURSOR_LOST` when another event stands there, or none.
 */
export async function positionAt(log: AgentLog, cursor: string): Promise<Position> {
  const { revision, id, stream } = partsOf(cursor)
  for await (const [found] of log.read(stream, { from: revision, limit: 1 }))
    if (found?.id === id) return found.position
  throw new RefoldError(
    'CURSOR_LOST',
    `the log does not hold what was followed up to record ${revision} of ${stream}`,
    {
      hint: 'A backup was put back, or it is another store: go on from a cursor of that backup, or from the start.',
      facts: { stream, revision },
    },
  )
}

/** Throws `INVALID_INPUT`. */
export function partsOf(cursor: string): CursorParts {
  const [, revision, id, stream] = FORM.exec(cursor) ?? []
  if (revision !== undefined && id !== undefined && stream !== undefined)
    return { revision: toRevision(BigInt(revision)), id, stream }
  throw new RefoldError('INVALID_INPUT', 'from: is no cursor', {
    hint: "A cursor is one that `follow` gave, 'start', or 'now'.",
  })
}
