/** Events that the chart sent to callbacks whose bodies have not begun yet. */
import type { Delivery } from '../../record/record.js'
import { effectIn } from '../../record/large-members.js'
import type { EffectId, StateDocument } from '../../record/state-document.js'

/** Most events that wait for one body. */
const MAX_WAITING = 1_000

export class Undelivered {
  readonly #events = new Map<EffectId, Delivery[]>()

  /** `false`: too many wait already. */
  add(delivery: Delivery): boolean {
    const { effect } = delivery
    const waiting = this.#events.get(effect)
    if (waiting === undefined) this.#events.set(effect, [delivery])
    else if (waiting.length < MAX_WAITING) waiting.push(delivery)
    else return false
    return true
  }

  /** What waits for a body that begins now, oldest first. */
  take(effect: EffectId): readonly Delivery[] {
    const waiting = this.#events.get(effect)
    if (waiting === undefined) return []
    this.#events.delete(effect)
    return waiting
  }

  get isEmpty(): boolean {
    return this.#events.size === 0
  }

  /** Forgets what was sent to effects that are gone; `undefined`: to effects of another worker by now. */
  keepOnly(state: StateDocument | undefined): void {
    for (const effect of this.#events.keys())
      if (state === undefined || effectIn(state, effect) === undefined) this.#events.delete(effect)
  }
}
