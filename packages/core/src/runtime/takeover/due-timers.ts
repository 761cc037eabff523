/** Which timers are overdue, in the order in which they fire. */
import type { StateDocument, TimerId } from '../../record/state-document.js'

/** By due time, then by id. */
export function dueTimers(state: StateDocument, now: number): readonly TimerId[] {
  return Object.entries(state.timers)
    .filter(([, timer]) => timer.due <= now)
    .toSorted(([a, x], [b, y]) => x.due - y.due || a.localeCompare(b, 'en', { numeric: true }))
    .map(([id]) => id)
}
