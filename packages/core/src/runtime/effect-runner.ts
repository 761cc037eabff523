/**
 * Performs the effects of the agents that this worker owns.
 *
 * Invariants (DESIGN's section on effects; cited by tests):
 * E1 a body begins only after the record that starts its effect is durable, and, where an attempt is recorded, after
 *    that record too; right before the call owner, epoch and lease are checked once more;
 * E2 an abort by pause, close, lease or takeover is no outcome: the rejection that follows is dropped and no attempt counted;
 * E3 a begun never-retry body is not aborted by these but awaited; its time-out is doubt, not failure;
 * E4 a success is always submitted, with the epoch at which the body began: decide says what it is worth.
 */
import { isQuarantined } from '../decide/claims.js'
import { effectKey } from '../decide/effects-part.js'
import type { Input } from '../decide/inputs.js'
import type { EffectPolicy } from '../definition/internals.js'
import { RefoldError } from '../errors.js'
import { thrownToJson, toErrorData } from '../record/error-data.js'
import { copyJson } from '../json/copy-json.js'
import type { EffectDocument, EffectId, StateDocument } from '../record/state-document.js'
import type { EventData, RunningEffect } from '../step/tree-step.js'
import type { CancelTimer } from '../world/world.js'
import type { AgentCell } from './agent-cell.js'
import { backoffMs } from './backoff.js'
import { effectHost } from './effect-host.js'
import { outputToStore } from './effect-outcome.js'
import type { LeaveLine, ReleaseSlot } from './effect-slots.js'
import { LazyAbort } from './lazy-abort.js'
import type { RunnerHost } from './runner-host.js'

/** Why a body is stopped. Only `left` is the chart's own will. */
export type StopReason = 'left' | 'paused' | 'closing' | 'not-owner' | 'timeout'

/** One effect in this worker's hands, over all its attempts. */
class Performance {
  readonly id: EffectId
  readonly policy: EffectPolicy
  readonly epoch: number
  phase: 'waiting' | 'recording' | 'running' | 'settling' = 'waiting'
  attempt = 1
  abort: LazyAbort | undefined
  running: RunningEffect | undefined
  release: ReleaseSlot | undefined
  leaveLine: LeaveLine | undefined
  cancelTimer: CancelTimer | undefined
  stopped: StopReason | undefined

  constructor(id: EffectId, policy: EffectPolicy, epoch: number) {
    this.id = id
    this.policy = policy
    this.epoch = epoch
  }
}

export class EffectRunner {
  readonly #cell: AgentCell
  readonly #host: RunnerHost
  readonly #performances = new Map<EffectId, Performance>()
  #inherited = new Set<EffectId>()

  constructor(cell: AgentCell, host: RunnerHost) {
    this.#cell = cell
    this.#host = host
  }

  /** Whether no effect is in hand. */
  get isIdle(): boolean {
    return this.#performances.size === 0
  }

  /** Effects that were pending when this worker took the agent over: their attempts are recorded before they begin. */
  inherit(state: StateDocument): void {
    this.#inherited = new Set(Object.keys(state.effects))
  }

  /** Starts what the state says is to be performed and stops what it does not. */
  sync(state: StateDocument): void {
    const mine = state.agent.owner === this.#host.worker
    for (const performance of this.#performances.values()) {
      const effect = state.effects[performance.id]
      if (effect === undefined && performance.phase === 'settling') this.#performances.delete(performance.id)
      else if (!mine || performance.epoch !== state.agent.epoch) this.#stop(performance, 'not-owner')
      else if (effect === undefined || effect.abandoned !== undefined) this.#stop(performance, 'left')
      else if (state.agent.paused !== undefined) this.#stop(performance, 'paused')
    }
    if (!mine || state.agent.paused !== undefined || this.#host.isClosing || isQuarantined(state)) return
    for (const id in state.effects) {
      const effect = state.effects[id]
      if (effect === undefined || effect.inDoubt !== undefined || effect.abandoned !== undefined || this.#performances.has(id)) continue
      this.#begin(id, effect, state)
    }
  }

  /** An event that the chart sent to a callback. */
  deliver(id: EffectId, event: EventData): void {
    this.#performances.get(id)?.running?.deliver(event)
  }

  /** Aborts what may be aborted; resolves when no never-retry body runs any more. */
  async close(): Promise<void> {
    const awaited: Promise<unknown>[] = []
    for (const performance of this.#performances.values()) {
      this.#stop(performance, 'closing')
      if (this.#performances.has(performance.id) && performance.running !== undefined) awaited.push(performance.running.outcome.catch(() => undefined))
    }
    await Promise.all(awaited)
  }

  #begin(id: EffectId, effect: EffectDocument, state: StateDocument): void {
    const performance = new Performance(id, this.#cell.definition.policyOf(effect.src), state.agent.epoch)
    this.#performances.set(id, performance)
    this.#approach(performance, effect)
  }

  /** Waits for the retry's time, the lease and a slot; any of them may be there at once. */
  #approach(performance: Performance, effect: EffectDocument): void {
    performance.phase = 'waiting'
    performance.attempt = (effect.attempts ?? 0) + 1
    const waitMs = effect.retryAt === undefined ? 0 : effect.retryAt - this.#host.world.clock.now()
    if (waitMs > 0) {
      performance.cancelTimer = this.#host.world.clock.setTimer(() => this.#current(performance, (now) => this.#approach(performance, now)), Math.min(waitMs, 2 ** 31 - 1))
      return
    }
    this.#host.trials.whenAllowed(this.#cell, () => this.#current(performance, () => this.#enter(performance, effect)))
  }

  #enter(performance: Performance, effect: EffectDocument): void {
    this.#host.lease.whenHeld(() =>
      this.#current(performance, () => {
        performance.leaveLine = this.#host.slots.take(`${this.#cell.definition.name}/${effect.src}`, performance.policy, (release) => {
          performance.release = release
          this.#current(performance, (now) => this.#record(performance, now))
        })
      }),
    )
  }

  /** Records the attempt where it must be, then runs the body. */
  #record(performance: Performance, effect: EffectDocument): void {
    const interrupted = effect.begun !== undefined && effect.begun.epoch < performance.epoch
    if (interrupted && performance.policy.safety === 'reconcilable') {
      performance.phase = 'running'
      void this.#reconcile(performance, effect)
      return
    }
    const { safety } = performance.policy
    if (safety === 'idempotent' && !this.#inherited.delete(performance.id)) {
      this.#run(performance, effect)
      return
    }
    performance.phase = 'recording'
    if (safety === 'never-retry' && effect.begun !== undefined) {
      this.#submit(performance, { kind: 'effect.doubted', effect: performance.id, why: 'interrupted' }, () => this.#forget(performance))
      return
    }
    this.#submit(performance, { kind: 'effect.started', effect: performance.id, attempt: performance.attempt }, (recorded) => {
      if (recorded) this.#current(performance, (now) => this.#run(performance, now))
      else this.#forget(performance)
    })
  }

  /** E1: the last look before the body. */
  #run(performance: Performance, effect: EffectDocument): void {
    if (!this.#host.lease.holds()) {
      performance.release?.()
      this.#host.lease.whenHeld(() => this.#current(performance, (now) => this.#run(performance, now)))
      return
    }
    const abort = new LazyAbort()
    performance.phase = 'running'
    performance.abort = abort
    const running = this.#call(performance, { effect, abort })
    if (running === undefined) return this.#forget(performance)
    performance.running = running
    this.#limit(performance)
    const isNewest = (): boolean => performance.running === running
    running.outcome.then(
      (output) => isNewest() && this.#succeeded(performance, output),
      (error: unknown) => isNewest() && this.#failed(performance, error),
    )
  }

  /** `undefined`: an input that is being appended has just left the effect. */
  #call(performance: Performance, { effect, abort }: { effect: EffectDocument; abort: LazyAbort }): RunningEffect | undefined {
    const host = effectHost({
      input: effect.input,
      abort,
      key: effectKey(performance.id, effect),
      attempt: performance.attempt,
      recordedSteps: effect.steps ?? {},
      submit: (input, told) => this.#submit(performance, input, told),
      id: performance.id,
      isLive: () => performance.stopped === undefined && performance.abort === abort && !abort.aborted,
      progress: (chunk) => this.#host.progress(this.#cell, { effect: performance.id, src: effect.src, chunk }),
    })
    return this.#cell.tree().runEffect(performance.id, host)
  }

  #limit(performance: Performance): void {
    const { timeoutMs } = performance.policy
    if (timeoutMs === undefined) return
    performance.cancelTimer = this.#host.world.clock.setTimer(() => {
      const error = new RefoldError('EFFECT_TIMEOUT', `no outcome within ${timeoutMs} ms`)
      this.#timedOut(performance, error)
    }, Math.min(timeoutMs, 2 ** 31 - 1))
  }

  /** E3: what may have happened is not called failed. */
  #timedOut(performance: Performance, error: RefoldError): void {
    if (performance.phase !== 'running') return
    const { safety } = performance.policy
    if (safety === 'idempotent') {
      this.#failed(performance, error)
      performance.abort?.abort(error)
      performance.running?.stop()
      return
    }
    performance.abort?.abort(error)
    if (safety === 'reconcilable') {
      performance.running?.stop()
      this.#current(performance, (now) => void this.#reconcile(performance, now))
    } else this.#submit(performance, { kind: 'effect.doubted', effect: performance.id, why: 'timeout' })
  }

  /** E4: even a stopped body's success was paid for. */
  #succeeded(performance: Performance, output: unknown): void {
    if (performance.phase !== 'running') return
    const { policy, id } = performance
    const stored = outputToStore(output, policy)
    const input: Input = 'error' in stored ? { kind: 'effect.failed', effect: id, error: stored.error } : { kind: 'effect.done', effect: id, output: stored.output }
    this.#end(performance)
    this.#submit(performance, input, () => this.#forget(performance))
  }

  #failed(performance: Performance, thrown: unknown): void {
    if (performance.phase !== 'running') return
    const { id, policy, attempt } = performance
    if (performance.abort?.aborted === true) {
      // E2: what follows an abort tells nothing.
      this.#end(performance)
      if (performance.stopped !== undefined) this.#forget(performance)
      return
    }
    this.#end(performance)
    if (attempt >= policy.retry.attempts) {
      this.#submit(performance, { kind: 'effect.failed', effect: id, error: thrownToJson(thrown) }, () => this.#forget(performance))
      return
    }
    const retryAt = this.#host.world.clock.now() + backoffMs(attempt, policy.retry, this.#host.world.random)
    this.#submit(performance, { kind: 'attempt.failed', effect: id, attempt, error: toErrorData(thrown), retryAt }, (recorded) => {
      if (recorded) this.#current(performance, (now) => this.#approach(performance, now))
      else this.#forget(performance)
    })
  }

  /** Asks the user's `reconcile` what became of an interrupted attempt. */
  async #reconcile(performance: Performance, effect: EffectDocument): Promise<void> {
    const abort = new LazyAbort()
    performance.abort = abort
    const { policy, id } = performance
    let found: Awaited<ReturnType<NonNullable<EffectPolicy['reconcile']>>>
    try {
      found = (await policy.reconcile?.({ key: effectKey(id, effect), input: copyJson(effect.input), signal: abort.signal })) ?? 'unknown'
    } catch (error) {
      this.#host.world.logger.log('warn', `reconcile of ${effect.src} threw`, { agent: this.#cell.stream, error })
      found = 'unknown'
    }
    if (performance.stopped !== undefined) {
      this.#end(performance)
      this.#forget(performance)
    } else if (found === 'unknown') {
      this.#end(performance)
      this.#submit(performance, { kind: 'effect.doubted', effect: id, why: 'unknown' }, () => this.#forget(performance))
    } else if (found === 'not-done') {
      performance.phase = 'recording'
      this.#submit(performance, { kind: 'effect.started', effect: id, attempt: performance.attempt }, (recorded) => {
        if (recorded) this.#current(performance, (now) => this.#run(performance, now))
        else this.#forget(performance)
      })
    } else if ('output' in found) {
      performance.phase = 'running'
      this.#succeeded(performance, found.output)
    } else {
      this.#end(performance)
      this.#submit(performance, { kind: 'effect.failed', effect: id, error: thrownToJson(found.error) }, () => this.#forget(performance))
    }
  }

  /** Submits with the epoch at which the performance began. */
  #submit(performance: Performance, input: Input, told?: (recorded: boolean) => void): void {
    this.#cell.post(
      { input, worker: this.#host.worker, epoch: performance.epoch, attempt: performance.attempt },
      {
        resolve: (settlement) => told?.(settlement.kind === 'recorded'),
        reject: (error) => {
          if (error.code !== 'CLOSED') this.#host.world.logger.log('warn', `an input of effect ${performance.id} was refused`, { agent: this.#cell.stream, error })
          told?.(false)
        },
      },
    )
  }

  /** Goes on only while the effect is still to be performed by this performance. */
  #current(performance: Performance, go: (effect: EffectDocument) => void): void {
    const { state } = this.#cell
    const effect = state?.effects[performance.id]
    const mine = state?.agent.owner === this.#host.worker && state.agent.epoch === performance.epoch
    if (performance.stopped !== undefined || effect === undefined || !mine || effect.inDoubt !== undefined || effect.abandoned !== undefined) {
      this.#end(performance)
      this.#forget(performance)
    } else go(effect)
  }

  #stop(performance: Performance, reason: StopReason): void {
    const awaited = performance.policy.safety === 'never-retry' && performance.phase === 'running'
    if (awaited && reason !== 'left') return
    if (performance.stopped === undefined) {
      performance.stopped = reason
      performance.abort?.abort(new RefoldError('ABORTED', `the effect was stopped: ${reason}`))
      performance.running?.stop()
    }
    if (performance.phase === 'running' && performance.running !== undefined) {
      // Its success may still come: the body is kept in hand until it settles, but no longer under its id.
      if (!awaited) this.#performances.delete(performance.id)
      return
    }
    this.#end(performance)
    this.#forget(performance)
  }

  /** No timer, slot or line is held any more. */
  #end(performance: Performance): void {
    performance.phase = 'settling'
    performance.cancelTimer?.()
    performance.leaveLine?.()
    performance.release?.()
  }

  /** The performance is over; if the effect is not, it is begun anew. */
  #forget(performance: Performance): void {
    if (this.#performances.get(performance.id) !== performance) return
    this.#performances.delete(performance.id)
    if (performance.stopped !== 'closing') this.#host.forgotten(this.#cell)
  }
}
