/**
 * Agents that have no place in the definitions that are loaded, as after a deploy. Each is folded for it, so it is looked up
 * beside the counts, seldom, and not at all where there are very many.
 */
import type { AgentDefinition, Codec } from '@refold/core'
import type { Store } from '@refold/core/store'

/** Of `planRecovery`. */
export interface PlacementOptions {
  readonly store: Store | undefined
  readonly codecs?: readonly Codec[]
  /** Absent: none are loaded, and nothing is known. */
  readonly agents?: readonly AgentDefinition[] | undefined
}

/** More active agents than these are not folded. */
const MOST_AGENTS = 10_000
const EVERY_MS = 30_000
/** It takes at most one part in so many of the time. */
const SHARE = 10

export class Placement {
  readonly #options: PlacementOptions
  #streams: ReadonlySet<string> | undefined
  #failure: string | undefined
  #isLooking = false
  #nextAt = 0

  constructor(options: PlacementOptions) {
    this.#options = options
  }

  /** By their streams. `undefined`: `unknown` says why. */
  get streams(): ReadonlySet<string> | undefined {
    return this.#streams
  }

  get unknown(): string | undefined {
    const { store, agents } = this.#options
    if (store === undefined || agents === undefined) return 'no definitions are loaded'
    if (this.#streams !== undefined) return undefined
    return this.#failure ?? 'it is being looked up'
  }

  /** Looks again where it is time to; resolves when it has. `active`: how many agents are active. */
  async look(active: number): Promise<void> {
    const { store, agents } = this.#options
    if (store === undefined || agents === undefined || this.#isLooking || performance.now() < this.#nextAt) return
    if (active > MOST_AGENTS) {
      this.#streams = undefined
      this.#failure = `more than ${MOST_AGENTS} agents are active: \`refold plan\` tells it`
      return
    }
    this.#isLooking = true
    const began = performance.now()
    try {
      this.#streams = await this.#troubled(store, agents)
      this.#failure = undefined
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error)
    }
    const took = performance.now() - began
    this.#nextAt = performance.now() + Math.max(EVERY_MS, SHARE * took)
    this.#isLooking = false
  }

  async #troubled(store: Store, agents: readonly AgentDefinition[]): Promise<ReadonlySet<string>> {
    const { planRecovery } = await import('@refold/core')
    const { codecs = [] } = this.#options
    const { troubled } = await planRecovery({ store, codecs, agents })
    return new Set(troubled.map(({ agent: { name, id } }) => `${name}-${id}`))
  }
}
