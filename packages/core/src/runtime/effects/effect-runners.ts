/**
 * Performs the effects of the agents that this worker owns: what the state says is to begin begins, if there is capacity for
 * the agent here; what it does not say any more is stopped.
 */
import { hasEffects, mayHaveHappened } from '../../decide/effects-part.js'
import { needsWorker, pauseOf } from '../../decide/summary.js'
import { effectIn, isSameEffects } from '../../record/large-members.js'
import type { StateDocument } from '../../record/state-document.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { isBeyond } from '../cell/compatibility.js'
import { postReleased } from '../cell/owner-posts.js'
import type { Waiting } from '../limits/gates.js'
import { EffectRunner } from './effect-runner.js'
import type { EffectsContext } from './effects-context.js'

export class EffectRunners {
  readonly #context: EffectsContext
  readonly #runners = new Map<AgentCell, EffectRunner>()
  /** Of cells that stand for their agents no more, by stream: payments run there until another cell takes them. */
  readonly #left = new Map<string, EffectRunner>()

  constructor(context: EffectsContext) {
    this.#context = context
    const { events, cells, performs } = context
    if (!performs) return
    cells.keepWhile((cell) => this.#runners.get(cell)?.isIdle === false)
    events.on('recorded', ({ before, after }, cell) => {
      if (!isSameEffects(before, after) || before?.agent !== after.agent) this.perform(cell, after, before)
    })
    events.on('delivery', (delivery, cell) => {
      const { state } = cell
      const { effect } = delivery
      // A body that this very record ends hears what it was sent before it is stopped, as in XState.
      const isHere = (state !== undefined && effectIn(state, effect) !== undefined) || this.#runners.has(cell)
      if (isHere && state !== undefined && this.owns(state)) this.of(cell).deliver(delivery)
    })
    events.on('effect.let-go', (_event, cell) => this.#letGo(cell))
    events.on('rested', (_event, cell) => this.#rested(cell))
    events.on('dismissed', (_event, cell) => this.#dismiss(cell))
  }

  get all(): ReadonlyMap<AgentCell, EffectRunner> {
    return this.#runners
  }

  /** Whether this worker owns the agent in this state. */
  owns(state: StateDocument): boolean {
    return this.#context.performs && state.agent.owner === this.#context.worker
  }

  of(cell: AgentCell): EffectRunner {
    let runner = this.#runners.get(cell)
    if (runner === undefined) this.#runners.set(cell, (runner = new EffectRunner(cell, this.#context)))
    const former = this.#left.get(cell.stream)
    if (former !== undefined && former !== runner) {
      runner.adopt(former)
      this.#forget(former)
    }
    return runner
  }

  /**
   * Begins and stops what the state says, if there is capacity for the agent here; else it is left to others. `before`: the state for
   * which that was done last.
   */
  perform(cell: AgentCell, state: StateDocument, before?: StateDocument): void {
    if (this.givesUp(cell, state)) return
    const reason = 'the worker was full'
    if (!this.keepCapacity(cell)) return postReleased(cell, state, { ...this.#context, reason })
    if (this.#runners.has(cell) || this.#left.has(cell.stream) || hasEffects(state)) this.of(cell).sync(state, before)
    if (pauseOf(state) !== undefined) this.keepCapacity(cell) // what could be stopped is
  }

  /**
   * Whether an agent of this worker is one that its chart here has no place for: a process with another chart decided it. It is
   * released, so that a worker that can take it does; a begun never-retry body is waited for.
   */
  givesUp(cell: AgentCell, state: StateDocument): boolean {
    if (!this.owns(state) || !isBeyond(cell, state)) return false
    const { definition } = cell
    const pays = Object.values(state.effects).some(
      (effect) => effect.inDoubt === undefined && effect.abandoned === undefined && mayHaveHappened(effect, definition),
    )
    const reason = 'the chart here has no place for what the agent holds'
    if (!pays) postReleased(cell, state, { ...this.#context, reason })
    return true
  }

  /** Takes capacity for an agent that needs it, and gives back that of one that does not. `false`: there is none. */
  keepCapacity(cell: AgentCell): boolean {
    const { capacity, lifecycle } = this.#context
    if (!capacity.isBounded) return true
    const { stream, state } = cell
    const isNeeded = state !== undefined && needsWorker(state)
    if (state !== undefined && (isNeeded || this.#runsOn(cell)) && this.owns(state)) return capacity.take(stream)
    capacity.leave(stream)
    if (isNeeded && state.agent.owner === undefined && !lifecycle.isClosing) capacity.passOver(stream)
    return true
  }

  /** Whether a body of the agent must be awaited here, also while the agent is paused: a payment. */
  #runsOn(cell: AgentCell): boolean {
    return (this.#runners.get(cell) ?? this.#left.get(cell.stream))?.isAwaited === true
  }

  /** What effects wait for before their bodies begin. */
  *waiting(): Generator<Waiting, void, undefined> {
    for (const runner of this.#runners.values()) yield* runner.waiting()
  }

  /** An effect left this worker's hands: what is pending now may have to begin. */
  #letGo(cell: AgentCell): void {
    const { state } = cell
    const runner = this.#runners.get(cell)
    if (runner !== undefined && this.#left.get(cell.stream) === runner) {
      if (!runner.isAwaited) {
        this.#forget(runner)
        this.#context.capacity.leave(cell.stream)
      }
    } else {
      if (state !== undefined) runner?.sync(state)
      this.keepCapacity(cell)
    }
    this.#context.cells.rested(cell)
  }

  #rested(cell: AgentCell): void {
    const runner = this.#runners.get(cell)
    if (runner?.hasPutOff === true && cell.state !== undefined) runner.sync(cell.state)
    if (cell.isIdle && runner?.isIdle === true) this.#runners.delete(cell)
  }

  /** What must be awaited is kept, for the cell that takes the place of this one, and for who closes. */
  #dismiss(cell: AgentCell): void {
    const runner = this.#left.has(cell.stream) ? this.of(cell) : this.#runners.get(cell)
    runner?.stop()
    if (runner?.isAwaited === true) this.#left.set(cell.stream, runner)
    else {
      this.#runners.delete(cell)
      this.#context.capacity.leave(cell.stream)
    }
  }

  #forget(runner: EffectRunner): void {
    this.#runners.delete(runner.cell)
    this.#left.delete(runner.cell.stream)
  }
}
