/**
 * Where something stands in the life of an agent. That of a fork begins in the stream of its origin, and goes on there up to
 * the record that it was forked after: ids of actors and timers count over all of it, so that no two are the same, and a
 * revision below 0 is one of the origin, -1 being that record.
 */
import type { StateDocument } from './state-document.js'

/** Records of the life that stand before the stream's first. */
export function recordsBefore(state: StateDocument | undefined): number {
  return state?.agent.forked?.records ?? 0
}

/** The number, over the whole life, of the record that made an actor or a timer: its id begins with it. The root has 0. */
export function lifeNumberIn(id: string): number {
  return Number(id.slice(0, Math.max(0, id.indexOf('.'))))
}
