/**
 * How an agent becomes this worker's own: the one place that claims.
 *
 * Invariants: only an agent with something to perform is claimed, and only if no one alive owns it and there is a place
 * for it here; exactly one claimant wins, by the expected revision; the worker that wins tells what was taken over, and why.
 */
import type { ClaimReason, Envelope } from '../../decide/inputs.js'
import { inDoubtOf, needsWorker, workOf } from '../../decide/summary.js'
import { isRefoldError } from '../../errors.js'
import type { StateDocument } from '../../record/state-document.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { requireCompatible } from '../cell/compatibility.js'
import type { DeathWatch } from '../liveness/death-watch.js'
import type { Guard } from './guard.js'
import { claimOf, probationOf, reasonToClaim } from './policy.js'
import type { ProbationKind } from './policy.js'
import { postCleared } from '../cell/owner-posts.js'
import type { Settlement } from '../cell/submission.js'
import type { WorkerRuntime } from '../worker/worker-runtime.js'

export interface ClaimingOptions {
  readonly runtime: WorkerRuntime
  readonly watch: DeathWatch
  /** Runs what no one awaits; its trouble is reported. */
  readonly guard: Guard
}

export class Claiming {
  readonly #runtime: WorkerRuntime
  readonly #watch: DeathWatch
  readonly #guard: Guard
  readonly #onProbation = new Set<string>()
  #mayClaim = false

  constructor({ runtime, watch, guard }: ClaimingOptions) {
    this.#runtime = runtime
    this.#watch = watch
    this.#guard = guard
  }

  /** Whether this process has lived long enough to take agents over. Until then it performs what it starts itself. */
  get mayClaim(): boolean {
    return this.#mayClaim
  }
  /** From now on it may. */
  begin(): void {
    this.#mayClaim = true
  }

  /** How it is known that no one alive owns the agent; `undefined`: someone may. An owner that lives is watched from then on. */
  async whyFree(state: StateDocument): Promise<ClaimReason | undefined> {
    return (await this.isFree(state.agent.owner)) ? this.#whyFree(state) : undefined
  }

  /** Whether no one performs for whom this owner is named. One that was alive a moment ago is watched from then on. */
  async isFree(owner: string | undefined): Promise<boolean> {
    if (owner === undefined) return true
    if (!this.#watch.sees(owner) && (await this.#runtime.owners.look(owner)) !== 'alive') return true
    this.#watch.seen(owner)
    return false
  }

  /**
   * The claim of an agent that is free, to travel with the first timer that is fired. Its outcome is to be handed to `told`. A suspect
   * whose effects would begin with it waits for its turn on probation, and its timers with it.
   */
  async forTimer(
    cell: AgentCell,
    state: StateDocument,
  ): Promise<{ envelope: Envelope; told: (settled: Settlement) => void } | undefined> {
    const why = this.#mayClaim ? await this.#whyFree(state) : undefined
    if (why === undefined) return undefined
    const probation = needsWorker(state) ? probationOf(state) : undefined
    if (probation !== undefined) {
      requireCompatible(cell, state)
      this.onProbation(cell, probation)
      return undefined
    }
    const { worker } = this.#runtime
    return {
      envelope: claimOf(state, { worker, why, probation: undefined }),
      told: (settled) => this.#tell(state, { why, settled }),
    }
  }

  /** A suspect waits for its turn; no one waits for the suspect. */
  onProbation(cell: AgentCell, probation: ProbationKind): void {
    if (this.#onProbation.has(cell.stream)) return
    this.#onProbation.add(cell.stream)
    const runtime = this.#runtime
    const isOurs = (): boolean => cell.state !== undefined && runtime.owns(cell.state)
    const accused = {
      cell,
      claim: () => this.claim(cell, probation),
      isOurs,
      onCleared: () => {
        if (cell.state !== undefined) postCleared(cell, cell.state, runtime)
      },
    }
    const turn = (): Promise<void> => runtime.probation.inTurn(accused, { alone: probation === 'isolated' })
    void this.#guard.run(cell.stream, () => cell.holding(turn)).finally(() => this.#onProbation.delete(cell.stream))
  }

  /** Submits the claim, if the agent is free and there is capacity for it. The worker that wins tells what was taken over. */
  async claim(cell: AgentCell, probation?: ProbationKind): Promise<void> {
    const { state } = cell
    const { lease, capacity, lifecycle } = this.#runtime
    if (state === undefined || !lease.holds() || lifecycle.isClosing) return
    const why = await this.#whyFree(state)
    if (why === undefined) return
    if (needsWorker(state) && !capacity.take(cell.stream)) return capacity.passOver(cell.stream)
    this.#runtime.effects.of(cell).inherit(state)
    try {
      const { worker } = this.#runtime
      const settled = await cell.submit(claimOf(state, { worker, why, probation }))
      this.#tell(state, { why, settled })
    } catch (error) {
      if (!hasGoneOn(error)) throw error
    } finally {
      this.#runtime.effects.keepCapacity(cell)
    }
  }

  async #whyFree({ agent }: StateDocument): Promise<ClaimReason | undefined> {
    const { owner } = agent
    return reasonToClaim(agent, owner === undefined ? undefined : await this.#runtime.owners.look(owner))
  }

  #tell(
    { agent: { definition, id, owner, released } }: StateDocument,
    { why, settled }: { readonly why: ClaimReason; readonly settled: Settlement },
  ): void {
    if (settled.kind !== 'recorded') return
    const previous = owner ?? released?.worker
    this.#runtime.events.tell({
      kind: 'takeover',
      taken: {
        agent: { name: definition, id },
        ...(previous === undefined ? undefined : { previous }),
        why,
        ...(released?.reason === undefined ? undefined : { reason: released.reason }),
        at: this.#runtime.world.clock.now(),
        effects: workOf(settled.state),
        inDoubt: inDoubtOf(settled.state),
      },
    })
  }
}

/** Someone else took the agent, or it ended, before the claim arrived: nothing is left to take over. */
export function hasGoneOn(error: unknown): boolean {
  return isRefoldError(error, 'NOT_OWNER') || isRefoldError(error, 'NOT_ACTIVE')
}
