/** Owners whose processes are proven to be gone: an agent of such a one is performed by no one, until another worker takes it over. */
import type { Presence } from '@refold/core/store'

const SAME_MS = 1_000

interface Known {
  readonly at: number
  readonly isGone: Promise<boolean>
}

export class GoneOwners {
  readonly #presence: Presence | undefined
  readonly #known = new Map<string, Known>()

  /** Absent: the store proves nothing, and each counts as living. */
  constructor(presence: Presence | undefined) {
    this.#presence = presence
  }

  /** Asked of the store at most once a second for each owner. `undefined`: no one has it. */
  async isGone(owner: string | undefined): Promise<boolean> {
    if (owner === undefined || this.#presence === undefined) return false
    const now = performance.now()
    const before = this.#known.get(owner)
    if (before !== undefined && now - before.at < SAME_MS) return before.isGone
    this.#forget(now)
    const isGone = this.#presence.provenDead(owner).catch(() => false) // it counts as living
    this.#known.set(owner, { at: now, isGone })
    return isGone
  }

  #forget(now: number): void {
    for (const [owner, { at }] of this.#known) if (now - at >= SAME_MS) this.#known.delete(owner)
  }
}
