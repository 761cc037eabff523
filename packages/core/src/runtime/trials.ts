/**
 * Agents that are suspected of killing their workers are tried one at a time; one that died on trial before, with no
 * other effect beginning beside it.
 */
import { pendingOf, statusOf } from '../decide/summary.js'
import type { World } from '../world/world.js'
import type { AgentCell } from './agent-cell.js'

/** An agent that lives so long on trial is let go on; its next outcome clears it. */
const TRIAL_MS = 2_000

export class Trials {
  readonly #world: World
  #alone: AgentCell | undefined
  #held: (() => void)[] = []
  #line: Promise<unknown> = Promise.resolve()

  constructor(world: World) {
    this.#world = world
  }

  /** Calls back as soon as an effect of the agent may begin beside what is on trial. */
  whenAllowed(cell: AgentCell, begin: () => void): void {
    if (this.#alone === undefined || this.#alone === cell) begin()
    else this.#held.push(begin)
  }

  /** Tries one agent after the other. `claim` begins its effects. Resolves when this one has proven itself, or nothing happened for a while. */
  inTurn(cell: AgentCell, options: { readonly alone: boolean; readonly claim: () => Promise<void> }): Promise<void> {
    const turn = this.#line.then(() => this.#try(cell, options))
    this.#line = turn.catch(() => undefined)
    return turn
  }

  async #try(cell: AgentCell, { alone, claim }: { alone: boolean; claim: () => Promise<void> }): Promise<void> {
    if (alone) this.#alone = cell
    try {
      await claim()
      await this.#verdict(cell)
    } finally {
      if (alone) this.#release()
    }
  }

  #verdict(cell: AgentCell): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        stop()
        resolve()
      }
      const cancel = this.#world.clock.setTimer(end, TRIAL_MS)
      const stop = cell.listen(() => {
        if (isCleared(cell)) end()
      })
      if (isCleared(cell)) end()
    })
  }

  #release(): void {
    this.#alone = undefined
    const held = this.#held
    this.#held = []
    for (const begin of held) begin()
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
