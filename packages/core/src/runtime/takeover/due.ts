/**
 * What is due: timers that fire, and deadlines of cancellations.
 *
 * Invariant: timers fire in the order of due time and id; a parked agent's claim travels in the append of its first fired timer.
 */
import { nextDueAtOf, statusOf } from '../../decide/summary.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { requireCompatible } from '../cell/compatibility.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'
import { hasGoneOn } from './claiming.js'
import type { Claiming } from './claiming.js'
import { isPastDeadline, stopAtDeadline } from './deadlines.js'
import { dueTimers } from './due-timers.js'

export class Due {
  readonly #runtime: WorkerRuntime
  readonly #claiming: Claiming

  constructor({ runtime, claiming }: { readonly runtime: WorkerRuntime; readonly claiming: Claiming }) {
    this.#runtime = runtime
    this.#claiming = claiming
  }

  /** Fires what is due of an agent; claims it in the same append if its owner is gone. */
  async fire(stream: string): Promise<void> {
    const cell = await this.#runtime.cells.load(stream)
    await cell.holding(() => this.#fire(cell))
  }

  async #fire(cell: AgentCell): Promise<void> {
    const runtime = this.#runtime
    const { state, stream } = cell
    if (state === undefined || statusOf(state) !== 'active' || runtime.lifecycle.isClosing) return
    if (isPastDeadline(state, runtime.world.clock.now())) return stopAtDeadline(cell, runtime)
    if (runtime.effects.givesUp(cell, state)) return
    const due = dueTimers(state, runtime.world.clock.now())
    let epoch = state.agent.epoch
    const settled: Promise<unknown>[] = []
    if (!runtime.owns(state)) {
      if (due.length === 0) return runtime.due.set(stream, nextDueAtOf(state))
      const claim = (await this.#claiming.isFree(state.agent.owner))
        ? await this.#claiming.forTimer(cell, state)
        : undefined
      if (claim === undefined || !runtime.lease.holds())
        return runtime.due.set(stream, runtime.world.clock.now() + runtime.settings.heartbeatEveryMs)
      requireCompatible(cell, state)
      runtime.effects.of(cell).inherit(state)
      settled.push(cell.submit(claim.envelope).then(claim.told))
      epoch++
    }
    for (const timer of due)
      settled.push(cell.submit({ input: { kind: 'timer.fired', timer }, worker: runtime.worker, epoch }))
    await Promise.all(settled).catch((error: unknown) => {
      if (!hasGoneOn(error)) throw error
    })
    if (cell.state !== undefined && statusOf(cell.state) === 'active') runtime.due.set(stream, nextDueAtOf(cell.state))
  }
}
