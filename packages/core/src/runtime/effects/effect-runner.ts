/** Performs the effects of one agent, as long as this worker owns it: what the state says is to be performed has a performance. */
import { isQuarantined } from '../../decide/claims.js'
import type { EffectDocument, EffectId, StateDocument } from '../../record/state-document.js'
import type { EventData } from '../../record/event-data.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { ExecutionContext } from './execution-context.js'
import { EffectExecution } from './effect-execution.js'
import type { RunnerHost } from './runner-host.js'
import { Undelivered } from './undelivered.js'

export class EffectRunner implements ExecutionContext {
  readonly cell: AgentCell
  readonly host: RunnerHost
  readonly undelivered = new Undelivered()
  readonly inherited = new Set<EffectId>()
  readonly #performances = new Map<EffectId, EffectExecution>()
  /** Of the lease, when the agent's stream was last read to its end. */
  #lapses: number

  constructor(cell: AgentCell, host: RunnerHost) {
    this.cell = cell
    this.host = host
    this.#lapses = host.lease.lapses
  }

  /** How many effects are in hand. */
  get inHand(): number {
    return this.#performances.size
  }
  get isIdle(): boolean {
    return this.#performances.size === 0
  }

  /** Whether an effect waits for an append that may have left it. */
  get hasPutOff(): boolean {
    for (const { phase } of this.#performances.values()) if (phase === 'put-off') return true
    return false
  }

  /** This worker takes the agent over: bodies of what is pending may have run elsewhere. */
  inherit(state: StateDocument): void {
    this.inherited.clear()
    for (const id in state.effects) this.inherited.add(id)
  }

  /** Starts what the state says is to be performed and stops what it does not. */
  sync(state: StateDocument): void {
    const mine = state.agent.owner === this.host.worker
    for (const performance of this.#performances.values()) {
      const effect = state.effects[performance.id]
      if (effect === undefined && performance.phase === 'over') this.#performances.delete(performance.id)
      else if (!mine || performance.epoch !== state.agent.epoch) performance.stop('not-owner')
      else if (effect === undefined || effect.abandoned !== undefined) performance.stop('left')
      else if (state.agent.paused !== undefined) performance.stop('paused')
    }
    this.undelivered.keepOnly(state.effects)
    if (!mine || state.agent.paused !== undefined || this.host.isClosing || isQuarantined(state)) return
    for (const id in state.effects) {
      const effect = state.effects[id]
      if (effect === undefined || !isToPerform(effect)) continue
      const performance = this.#performances.get(id)
      if (performance === undefined) this.#begin(id, effect, state)
      else performance.resume()
    }
  }

  /** An event that the chart sent to a callback. One whose body has not begun gets it when it does. */
  deliver(id: EffectId, event: EventData): void {
    if (this.#performances.get(id)?.deliver(event) === true || this.undelivered.add(id, event)) return
    this.host.world.logger.log(
      'warn',
      `an event for effect ${id} of ${this.cell.stream} was dropped: too many wait for its body`,
    )
  }

  /** Nothing begins any more; aborts what may be aborted. What must be awaited is left as it is. */
  stop(): void {
    for (const performance of this.#performances.values()) performance.stop('closing')
  }

  /** Nothing begins any more; a body that runs, and ends by itself, may do so. */
  stopWaiting(): void {
    for (const performance of this.#performances.values()) if (!performance.mayEnd) performance.stop('closing')
  }

  /** Whether a body runs; once stopped: one that must be awaited. */
  get hasBody(): boolean {
    for (const { phase } of this.#performances.values()) if (phase === 'running') return true
    return false
  }

  /** The same, or one is about to run: the record of its begin is on its way. */
  get isAwaited(): boolean {
    for (const { phase } of this.#performances.values()) if (phase === 'running' || phase === 'recording') return true
    return false
  }

  /** Resolves when no body runs any more that must be awaited. */
  async bodies(): Promise<void> {
    await Promise.all([...this.#performances.values()].map((performance) => performance.ended()))
  }

  toPerform({ id, epoch }: EffectExecution): EffectDocument | undefined {
    const { state } = this.cell
    const effect = state?.effects[id]
    const mine = state?.agent.owner === this.host.worker && state.agent.epoch === epoch
    return mine && effect !== undefined && isToPerform(effect) ? effect : undefined
  }

  /** While the lease was lost another worker may have taken the agent over, and ended what this one would begin. */
  whenReadOn(go: () => void): void {
    const { lapses } = this.host.lease
    if (lapses === this.#lapses) return go()
    void this.cell.refresh().then(() => {
      this.#lapses = lapses
      go()
    })
  }

  submit(envelope: Parameters<ExecutionContext['submit']>[0], told?: Parameters<ExecutionContext['submit']>[1]): void {
    const { cell, host } = this
    host.post(
      cell,
      { ...envelope, worker: host.worker },
      {
        ...(told === undefined ? undefined : { resolve: told }),
        reject: (error) => {
          if (error.code !== 'CLOSED')
            host.world.logger.log('warn', `an input of an effect of ${cell.stream} was refused`, {
              input: envelope.input.kind,
              error,
            })
          told?.(undefined)
        },
      },
    )
  }

  drop(performance: EffectExecution): void {
    if (this.#performances.get(performance.id) === performance) this.#performances.delete(performance.id)
  }

  forget(performance: EffectExecution): void {
    if (this.#performances.get(performance.id) !== performance) return
    this.#performances.delete(performance.id)
    if (performance.stopped !== 'closing') this.host.forgotten(this.cell)
  }

  #begin(id: EffectId, effect: EffectDocument, state: StateDocument): void {
    const performance = new EffectExecution(this, { id, effect, epoch: state.agent.epoch })
    this.#performances.set(id, performance)
    performance.begin(effect)
  }
}

function isToPerform({ inDoubt, abandoned }: EffectDocument): boolean {
  return inDoubt === undefined && abandoned === undefined
}
