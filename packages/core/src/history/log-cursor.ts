/** Cursors: a position that compares as text, and the record that stands there. */
import { RefoldError } from '../errors.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Cursor } from '../public/follow.js'
import { toPosition, toRevision, type Position, type Revision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'

/** Positions are at most 2⁶³. */
const DIGITS = 19
const FORM = /^(\d{19})\/(\d+)\/([^/]+)\/(.+)$/s

/** A cursor's parts. */
interface Place {
  readonly position: Position
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

/** The position behind which it goes on. Rejects with `INVALID_INPUT`, or with `CURSOR_LOST` when another event stands there. */
export async function positionAt(log: AgentLog, cursor: string): Promise<Position> {
  const { position, revision, id, stream } = parsed(cursor)
  for await (const [found] of log.read(stream, { from: revision, limit: 1 }))
    if (found?.id === id && found.position === position) return position
  throw new RefoldError(
    'CURSOR_LOST',
    `the log does not hold what was followed up to record ${revision} of ${stream}`,
    {
      hint: 'A backup was put back, or it is another store: go on from a cursor of that backup, or from the start.',
      facts: { stream, revision },
    },
  )
}

function parsed(cursor: string): Place {
  const [, position, revision, id, stream] = FORM.exec(cursor) ?? []
  if (position !== undefined && revision !== undefined && id !== undefined && stream !== undefined)
    return { position: toPosition(BigInt(position)), revision: toRevision(BigInt(revision)), id, stream }
  throw new RefoldError('INVALID_INPUT', 'from: is no cursor', {
    hint: "A cursor is one that `follow` gave, 'start', or 'now'.",
  })
}
