/**
 * How many agents may have effects in this worker's hands at a time, and who waits for a place.
 *
 * Invariants: an agent has at most one place; no one but those that have one begins effects here; an agent that finds no place
 * is passed over, and looked at again, the longest waiting first, as soon as there is one.
 */
import type { Teller } from '../events/event-hub.js'

/** An agent that is passed over beyond this is found by the next look at the directory. */
const MOST_PASSED_OVER = 10_000

export class Capacity {
  /** `Infinity`: places are not counted. */
  readonly limit: number
  readonly #events: Teller
  readonly #held = new Set<string>()
  readonly #passedOver = new Set<string>()

  constructor(limit: number, events: Teller) {
    this.limit = limit
    this.#events = events
  }

  get isBounded(): boolean {
    return this.limit !== Number.POSITIVE_INFINITY
  }

  /** Agents that found no place here, as far as this worker remembers. */
  get passedOver(): number {
    return this.#passedOver.size
  }

  isPassedOver(stream: string): boolean {
    return this.#passedOver.has(stream)
  }

  /** Whether the agent has a place or could take one. */
  hasRoomFor(stream: string): boolean {
    return this.#held.size < this.limit || this.#held.has(stream)
  }

  /** Takes a place for the agent; `false`: there is none. An agent that has one keeps it. */
  take(stream: string): boolean {
    if (!this.isBounded) return true
    if (!this.hasRoomFor(stream)) return false
    this.#held.add(stream)
    this.#passedOver.delete(stream)
    return true
  }

  /** The agent needs no place. */
  leave(stream: string): void {
    this.#passedOver.delete(stream)
    if (this.#held.delete(stream)) this.#offer()
  }

  /** The agent needs a place, here or elsewhere. */
  passOver(stream: string): void {
    if (!this.isBounded || this.#held.has(stream)) return
    if (this.#passedOver.size < MOST_PASSED_OVER) this.#passedOver.add(stream)
    if (this.#held.size < this.limit) this.#offer()
  }

  /** To one after the other, until someone takes the place. */
  #offer(): void {
    const [longest] = this.#passedOver
    if (longest === undefined) return
    this.#passedOver.delete(longest)
    this.#events.tell({ kind: 'room', stream: longest })
  }

  /** The agent that was told of room was looked at: if it did not take it, the next one is told. */
  lookedAt(stream: string): void {
    if (!this.#held.has(stream) && this.#held.size < this.limit) this.#offer()
  }
}
