/**
 * Recovery: the way of one agent to a worker that performs it, in named phases.
 *
 *   checking → claiming → resuming → running
 *
 * Before them the cell is loaded: snapshot, then records (`runtime/cell/cells.ts`, `history/fold-stream.ts`). It is held in memory
 * through all that follow.
 *
 * Invariants: no body begins before `resuming`, but for what the record of the claim begins; only an agent whose chart here can receive all that it holds is claimed, or
 * decided for; a phase is told (`recovery`) when it begins; an agent that is another worker's, or has nothing to perform, is
 * left as it is.
 */
import type { ClaimReason } from '../../decide/inputs.js'
import { hasOutbox } from '../../decide/outbox.js'
import { nextDueAtOf, pendingOf, statusOf } from '../../decide/summary.js'
import type { StateDocument } from '../../record/state-document.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { incompatible } from '../cell/compatibility.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'
import type { Claiming } from './claiming.js'
import { assessState } from './policy.js'
import type { ProbationKind } from './policy.js'

/** What became of a look at an agent. */
export type Adopted = 'ours' | 'theirs' | 'nothing to do'

type Phase =
  /** Is there something to perform, may this worker, and does today's chart take it? */
  | { readonly name: 'checking'; readonly cell: AgentCell }
  /** No one alive owns it: a record makes it this worker's. */
  | { readonly name: 'claiming'; readonly cell: AgentCell; readonly probation: ProbationKind | undefined }
  /** Effects that are to be performed begin, messages go on their way, timers are set. */
  | { readonly name: 'resuming'; readonly cell: AgentCell; readonly state: StateDocument }
  | { readonly name: 'running' }
  | { readonly name: 'left'; readonly because: Exclude<Adopted, 'ours'> }

export interface RecoveryOptions {
  readonly runtime: WorkerRuntime
  readonly claiming: Claiming
}

export class Recovery {
  readonly #runtime: WorkerRuntime
  readonly #claiming: Claiming

  constructor({ runtime, claiming }: RecoveryOptions) {
    this.#runtime = runtime
    this.#claiming = claiming
  }

  /**
   * Of an agent that the directory names, with so much pending. Throws what makes its stream unreadable, `NEEDS_MIGRATION`,
   * `UNKNOWN_DEFINITION`.
   */
  async recover(stream: string, { pending }: { readonly pending: number }): Promise<Adopted> {
    const cell = await this.#runtime.cells.load(stream) // tells `loading`
    // News of what others appended may have been lost on its way: then the directory knows more.
    if (cell.state !== undefined && pendingOf(cell.state) !== pending) await cell.refresh()
    return this.adopt(cell)
  }

  /** The same from a cell that is in memory. */
  adopt(cell: AgentCell): Promise<Adopted> {
    return cell.holding(() => this.#run(cell))
  }

  async #run(cell: AgentCell): Promise<Adopted> {
    const { events } = this.#runtime
    for (let phase: Phase = { name: 'checking', cell }; ; phase = await this.#next(phase)) {
      events.tell({ kind: 'recovery', stream: cell.stream, step: phase.name })
      if (phase.name === 'running') return 'ours'
      if (phase.name === 'left') return phase.because
    }
  }

  #next(phase: Exclude<Phase, { name: 'running' | 'left' }>): Phase | Promise<Phase> {
    switch (phase.name) {
      case 'checking':
        return this.#check(phase.cell)
      case 'claiming':
        return this.#claim(phase)
      case 'resuming':
        return this.#resume(phase)
    }
  }

  async #check(cell: AgentCell): Promise<Phase> {
    const { state } = cell
    const { performs, lifecycle } = this.#runtime
    if (state === undefined || !performs || lifecycle.isClosing) return NOTHING_TO_DO
    if (this.#runtime.owns(state) && (statusOf(state) === 'active' || hasOutbox(state)))
      return { name: 'resuming', cell, state }
    if (!this.#claiming.mayClaim) return THEIRS // the first look at the directory finds it
    const whyFree = (): Promise<ClaimReason | undefined> => this.#claiming.whyFree(state)
    const assessment = await assessState(state, { definition: cell.definition, whyFree })
    switch (assessment.kind) {
      case 'nothing to do':
        return NOTHING_TO_DO
      case 'owned':
        return THEIRS
      case 'incompatible':
        throw incompatible(cell, assessment.missing)
      case 'claim':
        return { name: 'claiming', cell, probation: assessment.probation }
    }
  }

  async #claim({ cell, probation }: Extract<Phase, { name: 'claiming' }>): Promise<Phase> {
    if (probation !== undefined) {
      this.#claiming.onProbation(cell, probation)
      return THEIRS
    }
    await this.#claiming.claim(cell)
    const { state } = cell
    return state !== undefined && this.#runtime.owns(state) ? { name: 'resuming', cell, state } : THEIRS
  }

  #resume({ cell, state }: Extract<Phase, { name: 'resuming' }>): Phase {
    const { effects, outbox, due } = this.#runtime
    if (statusOf(state) === 'active') effects.perform(cell, state)
    outbox.sync(cell.stream, state)
    due.set(cell.stream, nextDueAtOf(state))
    return { name: 'running' }
  }
}

const NOTHING_TO_DO: Phase = { name: 'left', because: 'nothing to do' }
const THEIRS: Phase = { name: 'left', because: 'theirs' }
