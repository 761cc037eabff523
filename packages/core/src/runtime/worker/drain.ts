/**
 * The drain of a worker: what it is at goes to others, in good order.
 *
 * Invariants: nothing begins any more; an agent is released as soon as no body of it is waited for, so that another
 * worker goes on at once; a never-retry body is waited for until the deadline, and its effect is in doubt by the release
 * that comes then; what the released agent's bodies still tell is judged as late.
 */
import { inDoubtOf, isAtWork } from '../../decide/summary.js'
import { isRefoldError } from '../../errors.js'
import type { RefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { StoreServices } from '../../log/agent-log.js'
import { inParallel } from '../../world/in-parallel.js'
import type { World } from '../../world/world.js'
import type { AgentCell } from '../cell/agent-cell.js'
import type { Cells } from '../cell/cells.js'
import type { EffectRunners } from '../effects/effect-runners.js'
import type { EventHub } from '../events/event-hub.js'
import type { Drained, DrainOptions } from '../../public/worker.js'
import type { Settlement } from '../cell/submission.js'

export interface DrainRunOptions extends DrainOptions {
  readonly deadlineMs: number
  readonly worker: string
  readonly store: Pick<StoreServices, 'directory'>
  readonly world: World
  readonly cells: Cells
  readonly effects: EffectRunners
  readonly events: EventHub<AgentCell>
}

export class Drain {
  readonly #options: DrainRunOptions
  readonly #releasing = new Map<AgentCell, Promise<void>>()
  #released = 0
  #inDoubt = 0
  /** The deadline is over: no body is waited for any more. */
  #isLate = false
  #done: (() => void) | undefined

  constructor(options: DrainRunOptions) {
    this.#options = options
    options.events.on('recorded', (_event, cell) => this.look(cell))
    options.events.on('effect.let-go', (_event, cell) => this.look(cell))
  }

  /** Resolves when nothing is in this worker's hands any more. Releases that the store does not take by then are given up. */
  async run(): Promise<Drained> {
    const { effects, bodies, deadlineMs } = this.#options
    const runners = effects.all
    for (const runner of runners.values()) {
      if (bodies === 'finish') runner.stopWaiting()
      else runner.stop()
    }
    await this.#within(deadlineMs)
    this.#isLate = true
    for (const runner of runners.values()) runner.stop()
    await this.#strays()
    return { released: this.#released, inDoubt: this.#inDoubt }
  }

  /** The deadline is now. */
  hurry(): void {
    this.#done?.()
  }

  /** The agent's state has gone on, or a body of it has ended. */
  look(cell: AgentCell): void {
    const isWaitedFor = !this.#isLate && this.#options.effects.all.get(cell)?.isAwaited === true
    if (!isWaitedFor) this.#release(cell)
    this.#lookWhetherDone()
  }

  #release(cell: AgentCell): void {
    const { worker, effects, by, reason } = this.#options
    const { state } = cell
    if (state === undefined || !effects.owns(state) || !isAtWork(state) || this.#releasing.has(cell)) return
    const notes = { ...(by === undefined ? undefined : { by }), ...(reason === undefined ? undefined : { reason }) }
    const released = cell.submit({ input: { kind: 'released' }, worker, epoch: state.agent.epoch, ...notes }).then(
      (settled) => this.#settled(cell, { before: state, settled }),
      (error: RefoldError) => this.#refused(cell, error),
    )
    this.#releasing.set(cell, released)
  }

  #settled(cell: AgentCell, { before, settled }: { before: StateDocument; settled: Settlement }): void {
    this.#releasing.delete(cell)
    if (settled.kind === 'recorded') {
      this.#released++
      this.#inDoubt += Math.max(0, inDoubtOf(settled.state) - inDoubtOf(before))
    }
    this.#lookWhetherDone()
  }

  /** The worker that looks for its owner next finds this worker gone. */
  #refused(cell: AgentCell, error: RefoldError): void {
    this.#releasing.delete(cell)
    if (error.code !== 'CLOSED') this.#options.events.notice('warn', `${cell.stream} could not be released`, { error })
    this.#lookWhetherDone()
  }

  /** Resolves when all is released, or after that time. */
  #within(deadlineMs: number): Promise<void> {
    const { cells, world } = this.#options
    return new Promise((resolve) => {
      for (const cell of cells.all()) this.look(cell)
      const end = (): void => {
        cancel()
        this.#done = undefined
        resolve()
      }
      const cancel = world.clock.setTimer(end, deadlineMs)
      this.#done = end
      this.#lookWhetherDone()
    })
  }

  #lookWhetherDone(): void {
    if (this.#done === undefined || this.#releasing.size > 0) return
    for (const runner of this.#options.effects.all.values()) if (runner.isAwaited) return
    this.#done()
  }

  /** One that cannot be loaded keeps no other. */
  async #releaseStray(stream: string): Promise<void> {
    const { cells, events } = this.#options
    try {
      this.#release(await cells.load(stream))
    } catch (error) {
      if (isRefoldError(error, 'CLOSED')) throw error
      events.notice('warn', `${stream} could not be released`, { error })
    }
  }

  /** What is left when time is over, and agents of this worker that it does not run. */
  async #strays(): Promise<void> {
    const { store, worker, events } = this.#options
    try {
      for await (const page of store.directory.find({ pending: true, owner: worker }))
        await inParallel(page, ({ stream }) => this.#releaseStray(stream))
    } catch (error) {
      events.notice('warn', 'not all agents of this worker could be looked for', { error })
    }
    // Others may send to the agent all the while: what is waited for is its release, unless the store is in trouble.
    await Promise.all([...this.#releasing].map(([cell, answered]) => Promise.race([answered, cell.drained()])))
  }
}
