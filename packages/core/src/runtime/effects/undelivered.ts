/** Events that the chart sent to callbacks whose bodies have not begun yet. */
import type { EffectId, StateDocument } from '../../record/state-document.js'
import type { EventData } from '../../record/event-data.js'

/** Most events that wait for one body. */
const MAX_WAITING = 1_000

export class Undelivered {
  readonly #events = new Map<EffectId, EventData[]>()

  /** `false`: too many wait already. */
  add(effect: EffectId, event: EventData): boolean {
    const waiting = this.#events.get(effect)
    if (waiting === undefined) this.#events.set(effect, [event])
    else if (waiting.length < MAX_WAITING) waiting.push(event)
    else return false
    return true
  }

  /** What waits for a body that begins now, oldest first. */
  take(effect: EffectId): readonly EventData[] {
    const waiting = this.#events.get(effect)
    if (waiting === undefined) return []
    this.#events.delete(effect)
    return waiting
  }

  /** Forgets what was sent to effects that are gone. */
  keepOnly(effects: StateDocument['effects']): void {
    for (const effect of this.#events.keys()) if (effects[effect] === undefined) this.#events.delete(effect)
  }
}
