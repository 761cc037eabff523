/** Where an owner begins. */
import { cursorOf, heldAt } from '../../history/log-cursor.js'
import type { AgentLog, StoreServices } from '../../log/agent-log.js'
import { isJsonObject } from '../../json/json-value.js'
import type { Cursor, FollowOptions } from '../../public/follow.js'
import type { Position } from '../../record/revision.js'
import type { Ahead, ConsumerState, Mark, Place } from './consumer-state.js'
import { checkpointRegister } from './progress.js'

/** Of a consumer that no one has run. */
export async function firstPlace(log: AgentLog, from: NonNullable<FollowOptions['from']>): Promise<Place> {
  if (from !== 'now') return from
  const last = await log.newest()
  return last === undefined ? 'start' : cursorOf(last)
}

/** What the last owner has stored: its mark, unless that is where it began. */
export async function markNow(
  { epoch, mark }: Pick<ConsumerState, 'epoch' | 'mark'>,
  { name, registers }: { readonly name: string; readonly registers: StoreServices['registers'] },
): Promise<Mark> {
  const stored = await registers.get(checkpointRegister(name, epoch))
  if (!isJsonObject(stored) || typeof stored['cursor'] !== 'string') return mark
  const cursor = stored['cursor'] as Cursor
  const { place } = mark
  if (typeof place === 'string' && place !== 'start' && place >= cursor) return mark
  return { place: cursor, ahead: isJsonObject(stored['ahead']) ? (stored['ahead'] as Ahead) : {} }
}

export interface Start {
  /** As this log has it. */
  readonly place: Place
  readonly after: Position | undefined
  /** Epoch milliseconds. */
  readonly notBefore: number
}

/** Rejects with `CURSOR_LOST`. */
export async function startAt(log: AgentLog, place: Place): Promise<Start> {
  if (place === 'start') return { place, after: undefined, notBefore: -Infinity }
  if (typeof place === 'object') return { place, after: undefined, notBefore: place.at }
  const { position, cursor } = await heldAt(log, place)
  return { place: cursor, after: position, notBefore: -Infinity }
}
