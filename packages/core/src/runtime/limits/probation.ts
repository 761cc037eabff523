/**
 * Agents that are suspected of killing their workers are tried: a group of them beside whatever else runs, and one that died
 * on probation before by itself, with no other effect beginning beside it.
 *
 * Of n suspects about √n are tried together: then neither the number of groups nor the number of those who are suspected
 * along with a guilty one grows with n (the square root of Dorfman's group testing, 1943).
 */
import { pendingOf, statusOf } from '../../decide/summary.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'

/** A probation is over when its worker has lived so long; twice as long after each one that told nothing, for slow poison. */
const PROBATION_MS = 2_000
const MOST_DOUBLINGS = 4

export interface Probationer {
  readonly cell: AgentCell
  /** Makes the agent this worker's and begins its effects. */
  readonly claim: () => Promise<void>
  /** Whether it is this worker's. */
  readonly isOurs: () => boolean
  /** Its time has passed, and it has neither killed its worker nor come to an outcome. */
  readonly onCleared: () => void
}

interface Case extends Probationer {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export class Probation {
  readonly #world: World
  readonly shared: Case[] = []
  readonly toBeIsolated: Case[] = []
  isolated: AgentCell | undefined
  /** To be isolated, and not claimed yet: their effects wait until the claim is stored, and no one else's do. */
  readonly #claiming = new Set<AgentCell>()
  #held: { readonly cell: AgentCell; readonly begin: () => void }[] = []
  #isSitting = false

  constructor(world: World) {
    this.#world = world
  }

  /** Whether an effect of the agent may begin beside what is on probation. */
  allows(cell: AgentCell): boolean {
    return !this.#claiming.has(cell) && (this.isolated === undefined || this.isolated === cell)
  }

  /** Calls back as soon as it may. */
  whenAllowed(cell: AgentCell, begin: () => void): void {
    if (this.allows(cell)) begin()
    else this.#held.push({ cell, begin })
  }

  /** Tries the agent when its turn comes. Resolves when it has proven itself, or lived through its probation, or is not this worker's. */
  inTurn(accused: Probationer, { alone }: { readonly alone: boolean }): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = alone ? this.toBeIsolated : this.shared
      line.push({ ...accused, resolve, reject })
      void this.#sit()
    })
  }

  /** A group, then one alone, and so on: neither sort waits for the end of the other. */
  async #sit(): Promise<void> {
    if (this.#isSitting) return
    this.#isSitting = true
    await Promise.resolve() // those who come in the same breath are one line
    while (this.shared.length + this.toBeIsolated.length > 0) {
      const group = this.shared.splice(0, Math.ceil(Math.sqrt(this.shared.length)))
      await Promise.all(group.map((each) => this.#try(each, this.shared)))
      const one = this.toBeIsolated.shift()
      if (one !== undefined) await this.#tryAlone(one)
    }
    this.#isSitting = false
  }

  async #tryAlone(accused: Case): Promise<void> {
    const { cell } = accused
    this.#claiming.add(cell)
    await this.#try(accused, this.toBeIsolated, () => {
      this.isolated = cell
      this.#claimed(cell)
    })
    this.isolated = undefined
    this.#letGo()
  }

  /** `begin` is called when the agent is this worker's. */
  async #try(accused: Case, line: Case[], begin = (): void => {}): Promise<void> {
    const claimed = accused.claim()
    if (await this.#isLate(claimed)) {
      const again = (): void => void line.push({ ...accused, claim: () => claimed })
      return void claimed.catch(() => undefined).then(() => (again(), this.#sit()))
    }
    try {
      await claimed
      begin()
      await this.#verdict(accused)
      accused.resolve()
    } catch (error) {
      this.#claimed(accused.cell)
      accused.reject(error)
    }
  }

  /** Whether the store does not take the claim for now: others go first, and this one comes again once it is taken. */
  #isLate(claimed: Promise<void>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#world.clock.setTimer(() => resolve(true), PROBATION_MS)
      const inTime = (): void => {
        cancel()
        resolve(false)
      }
      claimed.then(inTime, inTime)
    })
  }

  #claimed(cell: AgentCell): void {
    this.#claiming.delete(cell)
    this.#letGo()
  }

  #letGo(): void {
    for (const { cell, begin } of this.#held.splice(0)) this.whenAllowed(cell, begin)
  }

  #verdict({ cell, isOurs, onCleared }: Probationer): Promise<void> {
    return new Promise((resolve) => {
      const isOver = (): boolean => isCleared(cell) || !isOurs()
      if (isOver()) return resolve()
      const end = (): void => {
        cancel()
        stop()
        resolve()
      }
      const clearances = cell.state?.agent.suspicion?.clearances ?? 0
      const cancel = this.#world.clock.setTimer(
        () => {
          end()
          onCleared()
        },
        PROBATION_MS * 2 ** Math.min(clearances, MOST_DOUBLINGS),
      )
      const stop = cell.listen(() => {
        if (isOver()) end()
      })
    })
  }
}

function isCleared({ state, failure }: AgentCell): boolean {
  return (
    failure !== undefined ||
    state === undefined ||
    state.agent.suspicion === undefined ||
    statusOf(state) !== 'active' ||
    pendingOf(state) === 0
  )
}
