/**
 * Performs the effects of the agents that this worker owns.
 *
 * Invariants (DESIGN's section on effects; cited by tests):
 * E1 a body begins only after the record that starts its effect is durable, and, where an attempt is recorded, after
 *    that record too; right before the call owner, epoch and lease are checked once more;
 * E2 an abort by pause, close, lease or takeover is no outcome: the rejection that follows is dropped and no attempt counted;
 * E3 a begun never-retry body is not aborted by these but awaited; its time-out is doubt, not failure;
 * E4 a success is submitted, with the epoch at which the body began: decide says what it is worth. Only that of an
 *    attempt which is recorded as failed already is not.
 */
import { isQuarantined } from '../decide/claims.js'
import { effectKey } from '../decide/effects-part.js'
import type { Input } from '../decide/inputs.js'
import { isRefoldError, RefoldError } from '../errors.js'
import { thrownToJson, toErrorData } from '../record/error-data.js'
import type { EffectDocument, EffectId, StateDocument } from '../record/state-document.js'
import type { EventData, RunningEffect } from '../step/tree-step.js'
import type { AgentCell } from './agent-cell.js'
import { backoffMs } from './backoff.js'
import { effectHost } from './effect-host.js'
import { outputToStore } from './effect-outcome.js'
import { LazyAbort } from './lazy-abort.js'
import { Performance } from './performance.js'
import type { StopReason } from './performance.js'
import { askReconcile } from './reconcile.js'
import type { RunnerHost } from './runner-host.js'
import type { Settlement } from './submission.js'
import { Undelivered } from './undelivered.js'

/** The longest delay that a clock takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export class EffectRunner {
  readonly #cell: AgentCell
  readonly #host: RunnerHost
  readonly #performances = new Map<EffectId, Performance>()
  readonly #undelivered = new Undelivered()
  #inherited = new Set<EffectId>()
  /** Of the lease, when the agent's stream was last read to its end. */
  #lapses: number

  constructor(cell: AgentCell, host: RunnerHost) {
    this.#cell = cell
    this.#host = host
    this.#lapses = host.lease.lapses
  }

  /** Whether no effect is in hand. */
  get isIdle(): boolean {
    return this.#performances.size === 0
  }

  /** Whether an effect waits for an append that may have left it. */
  get hasPutOff(): boolean {
    for (const { phase } of this.#performances.values()) if (phase === 'put-off') return true
    return false
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
      if (effect === undefined && performance.phase === 'over') this.#performances.delete(performance.id)
      else if (!mine || performance.epoch !== state.agent.epoch) this.#stop(performance, 'not-owner')
      else if (effect === undefined || effect.abandoned !== undefined) this.#stop(performance, 'left')
      else if (state.agent.paused !== undefined) this.#stop(performance, 'paused')
    }
    this.#undelivered.keepOnly(state.effects)
    if (!mine || state.agent.paused !== undefined || this.#host.isClosing || isQuarantined(state)) return
    for (const id in state.effects) {
      const effect = state.effects[id]
      if (effect === undefined || effect.inDoubt !== undefined || effect.abandoned !== undefined) continue
      const performance = this.#performances.get(id)
      if (performance === undefined) this.#begin(id, effect, state)
      else if (performance.phase === 'put-off') this.#enter(performance, (now) => this.#run(performance, now))
    }
  }

  /** An event that the chart sent to a callback. One whose body has not begun gets it when it does. */
  deliver(id: EffectId, event: EventData): void {
    const performance = this.#performances.get(id)
    if (performance?.phase === 'running') performance.running?.deliver(event)
    else if (!this.#undelivered.add(id, event)) this.#host.world.logger.log('warn', `an event for effect ${id} of ${this.#cell.stream} was dropped: too many wait for its body`)
  }

  /** Nothing begins any more; aborts what may be aborted. What must be awaited is left as it is. */
  stop(): void {
    for (const performance of this.#performances.values()) this.#stop(performance, 'closing')
  }

  /** Resolves when no body runs any more that must be awaited. */
  async bodies(): Promise<void> {
    const running = [...this.#performances.values()].filter(({ phase }) => phase === 'running')
    await Promise.all(running.map((performance) => performance.running?.outcome.catch(() => undefined)))
  }

  #begin(id: EffectId, effect: EffectDocument, state: StateDocument): void {
    const performance = new Performance(id, { kind: effect.kind, policy: this.#cell.definition.policyOf(effect.src), epoch: state.agent.epoch })
    this.#performances.set(id, performance)
    this.#approach(performance, effect)
  }

  /** Waits for the retry's time. */
  #approach(performance: Performance, effect: EffectDocument): void {
    performance.phase = 'waiting'
    performance.attempt = (effect.attempts ?? 0) + 1
    const { clock } = this.#host.world
    const waitMs = effect.retryAt === undefined ? 0 : effect.retryAt - clock.now()
    if (waitMs <= 0) return this.#enter(performance, (now) => this.#record(performance, now))
    performance.cancelTimer = clock.setTimer(() => this.#current(performance, (now) => this.#approach(performance, now)), Math.min(waitMs, LONGEST_TIMER_MS))
  }

  /** Waits until no suspect is on trial, for the lease, and for a slot; all may be there at once. `go` checks nothing more. */
  #enter(performance: Performance, go: (effect: EffectDocument) => void): void {
    performance.phase = 'waiting'
    const { trials, lease, slots } = this.#host
    const takeSlot = ({ src }: EffectDocument): void => {
      performance.leaveLine = slots.take(`${this.#cell.definition.name}/${src}`, performance.policy, (release) => {
        performance.release = release
        this.#current(performance, go)
      })
    }
    const held = (): void => {
      if (lease.lapses === this.#lapses) return this.#current(performance, takeSlot)
      void this.#readOn().then(() => this.#current(performance, takeSlot))
    }
    trials.whenAllowed(this.#cell, () => this.#current(performance, () => lease.whenHeld(held)))
  }

  /** While the lease was lost another worker may have taken the agent over, and ended what this one would begin. */
  async #readOn(): Promise<void> {
    const { lapses } = this.#host.lease
    await this.#cell.refresh()
    this.#lapses = lapses
  }

  /** Records the attempt where it must be, then runs the body. */
  #record(performance: Performance, effect: EffectDocument): void {
    const { safety } = performance.policy
    // Whoever began it: without an outcome it was interrupted.
    const interrupted = effect.begun !== undefined
    if (interrupted && safety === 'reconcilable') void this.#reconcile(performance, { effect })
    else if (interrupted && safety === 'never-retry') this.#doubt(performance, 'interrupted')
    else if (safety === 'idempotent' && !this.#inherited.delete(performance.id)) this.#run(performance, effect)
    else this.#recordBegin(performance)
  }

  #recordBegin(performance: Performance): void {
    performance.phase = 'recording'
    this.#submit(performance, { kind: 'effect.started', effect: performance.id, attempt: performance.attempt }, (settlement) => {
      if (!wasRecorded(settlement)) this.#forget(performance)
      else if (performance.stopped === 'left') this.#neverBegan(performance)
      else this.#current(performance, (now) => this.#run(performance, now))
    })
  }

  /** The chart left a payment between the record of its begin and the call: nobody has to wonder what became of it. */
  #neverBegan(performance: Performance): void {
    if (this.#cell.state?.effects[performance.id]?.abandoned === undefined) return
    const error = new RefoldError('ABORTED', 'the chart left the effect before its body began')
    this.#submit(performance, { kind: 'effect.failed', effect: performance.id, error: toErrorData(error) })
  }

  /** E1: the last look before the body. */
  #run(performance: Performance, effect: EffectDocument): void {
    if (!this.#host.lease.holds()) {
      performance.letGo()
      return this.#enter(performance, (now) => this.#run(performance, now))
    }
    const abort = new LazyAbort()
    performance.phase = 'running'
    performance.abort = abort
    const running = this.#call(performance, { effect, abort })
    if (running === undefined) {
      performance.letGo()
      performance.phase = 'put-off'
      return
    }
    performance.running = running
    if (hasEnded(performance)) return void running.stop()
    this.#limit(performance)
    const isNewest = (): boolean => performance.running === running
    running.outcome.then(
      (output) => isNewest() && this.#succeeded(performance, output),
      (error: unknown) => isNewest() && (abort.aborted ? this.#aborted(performance) : this.#failed(performance, error)),
    )
    for (const event of this.#undelivered.take(performance.id)) running.deliver(event)
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
      fail: (error) => this.#failed(performance, error),
      progress: (chunk) => this.#host.progress(this.#cell, { effect: performance.id, src: effect.src, chunk }),
    })
    return this.#cell.tree().runEffect(performance.id, host)
  }

  #limit(performance: Performance): void {
    const { timeoutMs } = performance.policy
    if (timeoutMs === undefined) return
    const timedOut = (): void => this.#timedOut(performance, new RefoldError('EFFECT_TIMEOUT', `no outcome within ${timeoutMs} ms`))
    performance.cancelTimer = this.#host.world.clock.setTimer(timedOut, Math.min(timeoutMs, LONGEST_TIMER_MS))
  }

  /** E3: what may have happened is not called failed. */
  #timedOut(performance: Performance, error: RefoldError): void {
    if (performance.phase !== 'running' || performance.stopped !== undefined) return
    const { safety } = performance.policy
    const { abort, running } = performance
    if (safety === 'idempotent') this.#failed(performance, error)
    else if (safety === 'never-retry') this.#doubt(performance, 'timeout')
    else this.#current(performance, (effect) => void this.#reconcile(performance, { effect, timedOut: error }))
    abort?.abort(error)
    if (safety !== 'never-retry') running?.stop()
  }

  /** Nobody knows what became of it: out of hand until somebody decides, or its body tells a success after all. */
  #doubt(performance: Performance, why: 'interrupted' | 'timeout' | 'unknown'): void {
    performance.phase = 'doubted'
    performance.letGo()
    this.#submit(performance, { kind: 'effect.doubted', effect: performance.id, why }, () => this.#forget(performance))
  }

  /** E4: even a stopped body's success was paid for. */
  #succeeded(performance: Performance, output: unknown): void {
    const { phase, policy, id } = performance
    if (phase !== 'running' && phase !== 'asking' && phase !== 'doubted') return
    const stored = outputToStore(output, policy)
    this.#settle(performance, 'error' in stored ? { kind: 'effect.failed', effect: id, error: stored.error } : { kind: 'effect.done', effect: id, output: stored.output })
  }

  /** The last word on the effect. */
  #settle(performance: Performance, outcome: Input): void {
    this.#end(performance)
    this.#submit(performance, outcome, () => this.#forget(performance))
  }

  /** E2: what follows an abort tells nothing. */
  #aborted(performance: Performance): void {
    if (performance.phase !== 'running') return
    this.#end(performance)
    this.#forget(performance)
  }

  #failed(performance: Performance, thrown: unknown): void {
    if (performance.phase !== 'running') return
    const { id, policy, attempt, running } = performance
    if (performance.kind !== 'promise') running?.stop()
    if (attempt >= policy.retry.attempts || isRefoldError(thrown, 'OUTCOME_UNSTORABLE')) {
      return this.#settle(performance, { kind: 'effect.failed', effect: id, error: thrownToJson(thrown) })
    }
    this.#end(performance)
    const retryAt = this.#host.world.clock.now() + backoffMs(attempt, policy.retry, this.#host.world.random)
    this.#submit(performance, { kind: 'attempt.failed', effect: id, attempt, error: toErrorData(thrown), retryAt }, (settlement) => {
      if (wasRecorded(settlement)) this.#current(performance, (now) => this.#approach(performance, now))
      else this.#forget(performance)
    })
  }

  /** Asks what became of an interrupted attempt, or of one that ran out of time. */
  async #reconcile(performance: Performance, { effect, timedOut }: { effect: EffectDocument; timedOut?: RefoldError }): Promise<void> {
    const { policy, id } = performance
    performance.phase = 'asking'
    performance.cancelTimer?.()
    const abort = (performance.abort = new LazyAbort())
    const onThrow = (error: unknown): void => this.#host.world.logger.log('warn', `reconcile of ${effect.src} gave no answer`, { agent: this.#cell.stream, error })
    const found = await askReconcile(policy, { effect, key: effectKey(id, effect), signal: abort.signal, onThrow })
    if (performance.phase !== 'asking') return
    if (found === 'unknown') this.#doubt(performance, 'unknown')
    else if (found === 'not-done' && timedOut === undefined) this.#recordBegin(performance)
    else if (found === 'not-done') {
      performance.phase = 'running'
      this.#failed(performance, timedOut)
    } else if ('output' in found) this.#succeeded(performance, found.output)
    else this.#settle(performance, { kind: 'effect.failed', effect: id, error: thrownToJson(found.error) })
  }

  /** Submits with the epoch at which the performance began. */
  #submit(performance: Performance, input: Input, told?: (settlement: Settlement | undefined) => void): void {
    this.#host.post(this.#cell, { input, worker: this.#host.worker, epoch: performance.epoch, attempt: performance.attempt }, {
      ...(told === undefined ? undefined : { resolve: told }),
      reject: (error) => {
        if (error.code !== 'CLOSED') this.#host.world.logger.log('warn', `an input of effect ${performance.id} was refused`, { agent: this.#cell.stream, error })
        told?.(undefined)
      },
    })
  }

  /** Goes on only while the effect is still to be performed by this performance. */
  #current(performance: Performance, go: (effect: EffectDocument) => void): void {
    const { state } = this.#cell
    const effect = state?.effects[performance.id]
    const mine = state?.agent.owner === this.#host.worker && state.agent.epoch === performance.epoch
    if (performance.stopped === undefined && effect !== undefined && mine && effect.inDoubt === undefined && effect.abandoned === undefined) return go(effect)
    this.#end(performance)
    this.#forget(performance)
  }

  #stop(performance: Performance, reason: StopReason): void {
    const awaited = performance.mustBeAwaited
    if (awaited && reason !== 'left') return
    const { phase, running } = performance
    performance.stopped ??= reason
    performance.abort?.abort(new RefoldError('ABORTED', `the effect was stopped: ${reason}`))
    if (phase === 'doubted' || phase === 'over') return
    if (phase === 'running') running?.stop()
    if (phase === 'running' && performance.kind === 'promise') {
      // Its success may still come: it keeps its slot until it settles, but not its id.
      if (!awaited) this.#performances.delete(performance.id)
      return
    }
    this.#end(performance)
    this.#forget(performance)
  }

  #end(performance: Performance): void {
    performance.phase = 'over'
    performance.letGo()
  }

  /** The performance is over; if the effect is not, it is begun anew. */
  #forget(performance: Performance): void {
    if (this.#performances.get(performance.id) !== performance) return
    this.#performances.delete(performance.id)
    if (performance.stopped !== 'closing') this.#host.forgotten(this.#cell)
  }
}

/** The body told its end while it was called. */
function hasEnded({ phase }: Performance): boolean {
  return phase !== 'running'
}

function wasRecorded(settlement: Settlement | undefined): boolean {
  return settlement?.kind === 'recorded'
}
