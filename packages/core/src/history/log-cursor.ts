/** Cursors: a position that compares as text, and the record that stands there. */
import { RefoldError } from '../errors.js'
import type { AgentLog } from '../log/agent-log.js'
import type { Cursor } from '../public/follow.js'
import { toPosition, toRevision, type Position, type Revision } from '../record/revision.js'
import type { StoredEvent } from '../store/port.js'

/** Positions are at most 2⁶³. */
const DIGITS = 19
const FORM = /^(\d{19})\/(\d+)\/([^/]+)\/(.+)$/s

/** What a cursor names. */
export interface CursorParts {
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

/** Where a cursor stands in this log, and the same as a cursor of this log: one that it was copied from had other positions. */
export interface HeldPlace {
  readonly position: Position
  readonly cursor: Cursor
}

/**
 * The record that the cursor names, in this log. At the position that the cursor has it is this log's own; at another one it stands
 * behind the same records only where a copy has kept their order. Rejects with `INVALID_INPUT`, or with `CURSOR_LOST` when it does not,
 * and when another event stands there, or none.
 */
export async function heldAt(log: AgentLog, cursor: string): Promise<HeldPlace> {
  const { position, revision, id, stream } = partsOf(cursor)
  for await (const [found] of log.read(stream, { from: revision, limit: 1 })) {
    if (found?.id !== id) continue
    if (found.position !== position && !(await isInKeptOrder(log, found.position)))
      throw lost(`record ${revision} of ${stream} stands behind other records here than in the log that was followed`, {
        stream,
        revision,
      })
    return { position: found.position, cursor: cursorOf(found) }
  }
  throw lost(`the log does not hold what was followed up to record ${revision} of ${stream}`, { stream, revision })
}

/** `heldAt`, the position alone. */
export async function positionAt(log: AgentLog, cursor: string): Promise<Position> {
  return (await heldAt(log, cursor)).position
}

async function isInKeptOrder(log: AgentLog, position: Position): Promise<boolean> {
  const order = await log.keptOrder()
  return typeof order === 'object' && position <= order.upTo
}

function lost(message: string, facts: Readonly<Record<string, unknown>>): RefoldError {
  return new RefoldError('CURSOR_LOST', message, {
    hint: 'A backup was put back, or it is another store: go on from a cursor of that backup, or from the start.',
    facts,
  })
}

/** Throws `INVALID_INPUT`. */
export function partsOf(cursor: string): CursorParts {
  const [, position, revision, id, stream] = FORM.exec(cursor) ?? []
  if (position !== undefined && revision !== undefined && id !== undefined && stream !== undefined)
    return { position: toPosition(BigInt(position)), revision: toRevision(BigInt(revision)), id, stream }
  throw new RefoldError('INVALID_INPUT', 'from: is no cursor', {
    hint: "A cursor is one that `follow` gave, 'start', or 'now'.",
  })
}
