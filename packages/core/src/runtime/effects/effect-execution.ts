/**
 * One effect in this worker's hands, over all its attempts.
 *
 * Invariants (DESIGN's section on effects; cited by tests):
 * E1 a body begins only after the record that starts its effect is durable, and, where an attempt is recorded, after
 *    that record too; right before the call owner, epoch and lease are checked once more;
 * E2 an abort by pause, close, lease or takeover is no outcome: the rejection that follows is dropped and no attempt counted;
 * E3 a begun never-retry body is not aborted by these but awaited; its time-out is doubt, not failure;
 * E4 a success is submitted, with the epoch at which the body began: decide says what it is worth. Only that of an
 *    attempt which is recorded as failed already is not.
 * E5 a stopped body that does not end keeps its slot for its time-out and no longer: others of its source wait for it.
 */
import { effectKey, resumptionOf, safetyOf } from '../../decide/effects-part.js'
import type { Input } from '../../decide/inputs.js'
import type { EffectPolicy } from '../../definition/internals.js'
import { isRefoldError, RefoldError } from '../../errors.js'
import { thrownToJson, toErrorData } from '../../record/error-data.js'
import { stackOf } from '../../record/stack.js'
import type { EffectDocument, EffectId } from '../../record/state-document.js'
import type { EventData } from '../../record/event-data.js'
import type { RunningEffect } from '../../step/tree-step.js'
import type { CancelTimer } from '../../world/world.js'
import { backoffMs } from '../../world/backoff.js'
import { callBody } from './call-body.js'
import { outputToStore } from './effect-outcome.js'
import { Passage } from '../limits/gates.js'
import type { Waiting } from '../limits/gates.js'
import { watchLateBody } from './late-body.js'
import { LazyAbort } from './lazy-abort.js'
import { setLongTimer } from '../../world/long-timer.js'
import type { ExecutionContext } from './execution-context.js'
import type { Phase, StopReason } from './execution-phase.js'
import { askReconcile } from './reconcile.js'
import type { Settlement } from '../cell/submission.js'

/** What an effect without a time-out is given to answer a `reconcile`. */
const RECONCILE_LIMIT_MS = 60_000

export class EffectExecution {
  readonly id: EffectId
  readonly epoch: number
  readonly #context: ExecutionContext
  readonly #isPromise: boolean
  readonly #source: string
  readonly #policy: EffectPolicy
  #phase: Phase = 'waiting'
  #attempt = 1
  #stopped: StopReason | undefined
  #abort: LazyAbort | undefined
  #running: RunningEffect | undefined
  #passage: Passage | undefined
  #cancelTimer: CancelTimer | undefined

  constructor(
    context: ExecutionContext,
    { id, epoch, effect }: { id: EffectId; epoch: number; effect: EffectDocument },
  ) {
    this.#context = context
    this.id = id
    this.epoch = epoch
    this.#isPromise = effect.kind === 'promise'
    this.#source = effect.src
    this.#policy = context.cell.definition.policyOf(effect.src)
  }

  get phase(): Phase {
    return this.#phase
  }
  get stopped(): StopReason | undefined {
    return this.#stopped
  }
  /** What it waits for before its body begins. */
  get waiting(): Waiting | undefined {
    return this.#passage?.waiting
  }
  /** Whether its body runs and ends by itself: a stream need not. */
  get mayEnd(): boolean {
    return this.#phase === 'running' && this.#isPromise
  }
  /** Resolves when its body has ended, at once if none runs. */
  async ended(): Promise<void> {
    if (this.#phase === 'running') await this.#running?.outcome.catch(() => undefined)
  }

  /** Waits for the retry's time, then begins. */
  begin(effect: EffectDocument): void {
    if (this.#context.runtime.lifecycle.isClosing) return this.#giveUp()
    this.#phase = 'waiting'
    this.#attempt = (effect.attempts ?? 0) + 1
    const { clock } = this.#context.runtime.world
    const waitMs = effect.retryAt === undefined ? 0 : effect.retryAt - clock.now()
    if (waitMs <= 0) this.#enter((now) => this.#record(now))
    else this.#cancelTimer = setLongTimer(clock, () => this.#current((now) => this.begin(now)), waitMs)
  }

  /** Begins after all, when it was put off. */
  resume(): void {
    if (this.#phase === 'put-off') this.#enter((now) => this.#run(now))
  }

  /** Hands the event to the body; `false` when none runs. */
  deliver(event: EventData): boolean {
    if (this.#phase !== 'running' || this.#running === undefined) return false
    this.#running.deliver(event)
    return true
  }

  /** Aborts what may be aborted. What must be awaited is left as it is, unless the chart itself left it. */
  stop(reason: StopReason): void {
    const mustBeAwaited =
      this.#policy.safety === 'never-retry' && (this.#phase === 'recording' || this.#phase === 'running')
    if (mustBeAwaited && reason !== 'left') return
    const phase = this.#phase
    this.#stopped ??= reason
    this.#abort?.abort(new RefoldError('ABORTED', `the effect was stopped: ${reason}`))
    if (phase === 'doubted' || phase === 'over') return
    if (phase === 'running') this.#running?.stop()
    if (phase === 'running' && this.#isPromise) {
      // Its success may still come: it keeps its slot until it settles, but not its id.
      if (!mustBeAwaited) this.#context.drop(this)
      this.#watchSlot()
      return
    }
    this.#giveUp()
  }

  #watchSlot(): void {
    this.#cancelTimer?.()
    const { cell, runtime } = this.#context
    const giveBack = (): void => this.#passage?.giveBack()
    const late = { stream: cell.stream, effect: this.id, src: this.#source, policy: this.#policy, giveBack }
    this.#cancelTimer = watchLateBody(runtime, late)
  }

  /** Passes the gates; all of them may be passed at once. */
  #enter(go: (effect: EffectDocument) => void): void {
    this.#phase = 'waiting'
    const { cell, runtime, known } = this.#context
    const passage = new Passage(
      { cell, id: this.id, src: this.#source, policy: this.#policy, known },
      {
        gates: runtime.gates,
        clock: runtime.world.clock,
        isWanted: () => this.#toPerform() !== undefined,
        passed: () => this.#current(go),
        left: () => this.#giveUp(),
      },
    )
    this.#passage = passage
    passage.begin()
  }

  /** Records the attempt where it must be, then runs the body. */
  #record(effect: EffectDocument): void {
    const { definition } = this.#context.cell
    // By this worker or another: without an outcome it was interrupted.
    const way = resumptionOf(effect, definition)
    if (way === 'ask') void this.#reconcile(effect)
    else if (way === 'doubt') this.#doubt('interrupted')
    else if (safetyOf(effect, definition) === 'idempotent' && !this.#context.inherited.delete(this.id))
      this.#run(effect)
    else this.#recordBegin()
  }

  #recordBegin(): void {
    this.#phase = 'recording'
    this.#submit({ kind: 'effect.started', effect: this.id, attempt: this.#attempt }, (settlement) => {
      if (settlement?.kind !== 'recorded') this.#forget()
      else if (this.#stopped === 'left') this.#neverBegan()
      else this.#current((now) => this.#run(now))
    })
  }

  /** The chart left a payment between the record of its begin and the call: no one has to wonder what became of it. */
  #neverBegan(): void {
    if (this.#context.cell.state?.effects[this.id]?.abandoned === undefined) return
    const error = new RefoldError('ABORTED', 'the chart left the effect before its body began')
    this.#submit({ kind: 'effect.failed', effect: this.id, error: toErrorData(error) })
  }

  /** E1: the last look before the body. */
  #run(effect: EffectDocument): void {
    if (!this.#context.runtime.lease.holds()) {
      this.#letGo()
      return this.#enter((now) => this.#run(now))
    }
    const abort = new LazyAbort()
    this.#phase = 'running'
    this.#abort = abort
    const running = this.#call(effect, abort)
    if (running === undefined) {
      this.#letGo()
      this.#phase = 'put-off'
      return
    }
    this.#running = running
    if (this.phase !== 'running') return void running.stop() // it told its end while it was called
    this.#limit()
    const isNewest = (): boolean => this.#running === running
    running.outcome
      .then(
        (output) => isNewest() && this.#succeeded(output),
        (error: unknown) => isNewest() && (abort.aborted ? this.#aborted() : this.#failed(error)),
      )
      .catch((error: unknown) => this.#lost(error))
    for (const event of this.#context.undelivered.take(this.id)) running.deliver(event)
  }

  /** `undefined`: an input that is being appended has just left the effect. */
  #call(effect: EffectDocument, abort: LazyAbort): RunningEffect | undefined {
    const { cell, runtime } = this.#context
    return callBody(effect, {
      cell,
      events: runtime.events,
      id: this.id,
      attempt: this.#attempt,
      abort,
      submit: (input, told) => this.#submit(input, told),
      isLive: () => this.#stopped === undefined && this.#abort === abort && !abort.aborted,
      fail: (error) => this.#failed(error),
    })
  }

  #limit(): void {
    const { timeoutMs } = this.#policy
    if (timeoutMs === undefined) return
    const timedOut = (): void => this.#timedOut(new RefoldError('EFFECT_TIMEOUT', `no outcome within ${timeoutMs} ms`))
    this.#cancelTimer = setLongTimer(this.#context.runtime.world.clock, timedOut, timeoutMs)
  }

  /** E3: what may have happened is not called failed. */
  #timedOut(error: RefoldError): void {
    if (this.#phase !== 'running' || this.#stopped !== undefined) return
    const { safety } = this.#policy
    const [abort, running] = [this.#abort, this.#running]
    if (safety === 'idempotent') this.#failed(error)
    else if (safety === 'never-retry') this.#doubt('timeout')
    else this.#current((effect) => void this.#reconcile(effect, error))
    abort?.abort(error)
    if (safety !== 'never-retry') running?.stop()
  }

  /** No one knows what became of it: out of hand until someone decides, or its body tells a success after all. */
  #doubt(why: 'interrupted' | 'timeout' | 'unknown'): void {
    this.#phase = 'doubted'
    this.#letGo()
    this.#submit({ kind: 'effect.doubted', effect: this.id, why }, () => this.#forget())
  }

  /** E4: even a stopped body's success was paid for. */
  #succeeded(output: unknown): void {
    if (this.#phase !== 'running' && this.#phase !== 'asking' && this.#phase !== 'doubted') return
    const stored = outputToStore(output, this.#policy)
    if ('error' in stored) this.#settle({ kind: 'effect.failed', effect: this.id, error: stored.error })
    else this.#settle({ kind: 'effect.done', effect: this.id, output: stored.output })
  }

  /** The last word on the effect. */
  #settle(outcome: Input, thrown?: unknown): void {
    this.#end()
    this.#submit(outcome, () => this.#forget(), thrown)
  }

  /** E2: what follows an abort tells nothing. */
  #aborted(): void {
    if (this.#phase === 'running') this.#giveUp()
  }

  #failed(thrown: unknown): void {
    if (this.#phase !== 'running') return
    if (!this.#isPromise) this.#running?.stop()
    const { retry } = this.#policy
    if (this.#attempt >= retry.attempts || isRefoldError(thrown, 'OUTCOME_UNSTORABLE')) {
      return this.#settle({ kind: 'effect.failed', effect: this.id, error: thrownToJson(thrown) }, thrown)
    }
    this.#end()
    const { clock, random } = this.#context.runtime.world
    const retryAt = clock.now() + backoffMs(this.#attempt, retry, random)
    this.#submit(
      { kind: 'attempt.failed', effect: this.id, attempt: this.#attempt, error: toErrorData(thrown), retryAt },
      (settlement) => {
        if (settlement?.kind === 'recorded') this.#current((now) => this.begin(now))
        else this.#forget()
      },
      thrown,
    )
  }

  /** Taking the outcome threw: no chart may wait for it for ever. */
  #lost(cause: unknown): void {
    const { cell, runtime } = this.#context
    const error = new RefoldError('INVARIANT', 'the outcome of an effect could not be taken', { cause })
    runtime.events.notice('error', error.message, { agent: cell.stream, effect: this.id, error })
    if (this.#phase !== 'over')
      this.#settle({ kind: 'effect.failed', effect: this.id, error: thrownToJson(error) }, error)
  }

  /** Asks what became of an interrupted attempt, or of one that ran out of time. */
  async #reconcile(effect: EffectDocument, timedOut?: RefoldError): Promise<void> {
    this.#phase = 'asking'
    this.#cancelTimer?.()
    const abort = (this.#abort = new LazyAbort())
    const { cell, runtime } = this.#context
    const { clock } = runtime.world
    const onThrow = (error: unknown): void =>
      runtime.events.notice('warn', `reconcile of ${effect.src} gave no answer`, { agent: cell.stream, error })
    const limitMs = this.#policy.timeoutMs ?? RECONCILE_LIMIT_MS
    const key = effectKey(this.id, effect)
    const found = await askReconcile(this.#policy, { effect, key, abort, onThrow, clock, limitMs })
    if (this.phase !== 'asking') return
    if (found === 'unknown') this.#doubt('unknown')
    else if (found === 'not-done' && timedOut === undefined) this.#recordBegin()
    else if (found === 'not-done') {
      this.#phase = 'running'
      this.#failed(timedOut)
    } else if ('output' in found) this.#succeeded(found.output)
    else this.#settle({ kind: 'effect.failed', effect: this.id, error: thrownToJson(found.error) }, found.error)
  }

  /** Submits with the epoch at which the execution began, and the stack of what its body threw. */
  #submit(input: Input, told?: (settlement: Settlement | undefined) => void, thrown?: unknown): void {
    const stack = stackOf(thrown)
    const diagnostics = stack === undefined ? undefined : { diagnostics: { stack } }
    this.#context.submit({ input, epoch: this.epoch, attempt: this.#attempt, ...diagnostics }, told)
  }

  /** Goes on only while the effect is still to be performed by this execution. */
  #current(go: (effect: EffectDocument) => void): void {
    const effect = this.#toPerform()
    if (effect === undefined) this.#giveUp()
    else go(effect)
  }

  #toPerform(): EffectDocument | undefined {
    return this.#stopped === undefined ? this.#context.toPerform(this) : undefined
  }

  #giveUp(): void {
    this.#end()
    this.#forget()
  }

  #end(): void {
    this.#phase = 'over'
    this.#letGo()
  }

  /** No timer and nothing that a gate gave is held any more. */
  #letGo(): void {
    this.#cancelTimer?.()
    this.#passage?.leave()
  }

  #forget(): void {
    this.#context.forget(this)
  }
}
