/**
 * One effect in this worker's hands, over all its attempts.
 *
 * Invariants (cited by tests):
 * E1 a body begins only after the record that starts its effect is durable, and, where an attempt is recorded, after
 *    that record too; right before the call owner, epoch and lease are checked once more;
 * E2 an abort by pause, close, lease or takeover is no outcome: the rejection that follows is dropped and no attempt counted,
 *    and so is a success of a body that looked at its signal;
 * E3 a begun never-retry body is not aborted by these but awaited; its time-out is doubt, not failure;
 * E4 a success is submitted, with the epoch at which the body began: decide says what it is worth. Only that of an
 *    attempt which is recorded as failed already is not.
 * E5 a body keeps its slot until it ends, also when it was stopped or its time is over: others of its limit wait for it.
 */
import { resumptionOf, safetyOf } from '../../decide/effects-part.js'
import type { Input } from '../../decide/inputs.js'
import type { EffectPolicy } from '../../definition/internals.js'
import { RefoldError } from '../../errors.js'
import type { EffectDocument, EffectId } from '../../record/state-document.js'
import type { Delivery } from '../../record/record.js'
import { Admission } from './admission.js'
import { BodyCall } from './body-call.js'
import type { BodyEnd, Caller } from './body-call.js'
import { afterFailure, failureOf, outcomeOf, toldBeside, uncalledOf } from './effect-outcome.js'
import type { GatedEffect, Waiting } from '../limits/gates.js'
import { LazyAbort } from './lazy-abort.js'
import type { ExecutionContext, ToExecute } from './execution-context.js'
import { hasBegun } from './execution-phase.js'
import type { Phase, StopReason } from './execution-phase.js'
import { askReconcile } from './reconcile.js'
import type { Settlement } from '../cell/submission.js'

export class EffectExecution implements Caller {
  readonly id: EffectId
  readonly epoch: number
  #context: ExecutionContext
  readonly #isPromise: boolean
  readonly #gated: GatedEffect
  readonly #admission: Admission
  #phase: Phase = 'waiting'
  #attempt = 1
  #stopped: StopReason | undefined
  #isUncalled = false // it is recorded as begun, and its body was not called yet
  #body: BodyCall | undefined
  #asking: LazyAbort | undefined // of `reconcile`

  constructor(context: ExecutionContext, { id, epoch, effect }: ToExecute) {
    this.#context = context
    this.id = id
    this.epoch = epoch
    this.#isPromise = effect.kind === 'promise'
    const { cell, known } = context
    this.#gated = { cell, id, src: effect.src, policy: cell.definition.policyOf(effect.src), known }
    this.#admission = new Admission(this.#gated, context.runtime)
  }

  get #policy(): EffectPolicy {
    return this.#gated.policy
  }
  get attempt(): number {
    return this.#attempt
  }
  get phase(): Phase {
    return this.#phase
  }
  get stopped(): StopReason | undefined {
    return this.#stopped
  }
  /** What it waits for before its body begins. */
  get waiting(): Waiting | undefined {
    return this.#admission.waiting
  }
  /** Whether its body runs and ends by itself: a stream need not. */
  get mayEnd(): boolean {
    return this.#phase === 'running' && this.#isPromise
  }
  /** Resolves when its body has ended, at once if none runs. */
  async ended(): Promise<void> {
    if (this.#phase === 'running') await this.#body?.ended()
  }

  /** Another cell stands for its agent: what it tells from now on is told there. */
  moveTo(context: ExecutionContext): void {
    this.#context = context
  }

  begin(effect: EffectDocument): void {
    if (this.#context.runtime.lifecycle.isClosing) return this.#giveUp()
    this.#attempt = (effect.attempts ?? 0) + 1
    this.#enter((now) => this.#record(now))
  }

  resume(): void {
    if (this.#phase === 'put-off') this.#enter((now) => this.#run(now))
  }

  /** Hands the event to the body; `false` when none runs. */
  deliver(delivery: Delivery): boolean {
    return this.#phase === 'running' && this.#body?.deliver(delivery) === true
  }

  /** Aborts what may be aborted. What must be awaited is left as it is, unless the chart itself left it. */
  stop(reason: StopReason): void {
    const mustBeAwaited = this.#policy.safety === 'never-retry' && hasBegun(this.#phase)
    if (mustBeAwaited && reason !== 'left') return
    const phase = this.#phase
    this.#stopped ??= reason
    const error = new RefoldError('ABORTED', `the effect was stopped: ${reason}`)
    this.#body?.abort.abort(error)
    this.#asking?.abort(error)
    if (phase === 'doubted' || phase === 'over') return
    if (phase === 'running') this.#body?.stop(reason)
    if (phase === 'running' && this.#isPromise) {
      // Its success may still come: it keeps its slot until it settles, but not its id.
      if (!mustBeAwaited) this.#context.drop(this)
      this.#leave()
      return
    }
    this.#giveUp()
  }

  #enter(go: (effect: EffectDocument) => void): void {
    this.#phase = 'waiting'
    this.#admission.enter({
      isWanted: () => this.#toPerform() !== undefined,
      passed: () => this.#current(go),
      left: () => this.#giveUp(),
    })
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
    this.submit({ kind: 'effect.started', effect: this.id, attempt: this.#attempt }, (settlement) => {
      if (settlement?.kind !== 'recorded') return this.#giveUp()
      this.#isUncalled = true
      if (this.#stopped === 'left') this.#neverBegan()
      else this.#current((now) => this.#run(now))
    })
  }

  /** No one has to wonder what became of a payment that is recorded as begun, and whose body was not called. */
  #neverBegan(): void {
    const told = this.#isUncalled ? uncalledOf(this, this.#context) : undefined
    this.#isUncalled = false
    if (told !== undefined) this.submit(told)
  }

  /** E1: the last look before the body. */
  #run(effect: EffectDocument): void {
    const { runtime, known } = this.#context
    if (!runtime.lease.holds() || known.lapses !== runtime.lease.lapses) {
      this.#admission.leave()
      return this.#enter((now) => this.#run(now))
    }
    const body = (this.#body = new BodyCall(this, effect, this.#context))
    this.#phase = 'running'
    if (!body.begin()) {
      this.#admission.leave()
      this.#phase = 'put-off'
      this.#context.putOff.add(this)
      return
    }
    this.#isUncalled = false
    if (this.phase !== 'running') return body.stop() // it told its end while it was called
    this.#admission.limit(() => this.#timedOut())
    for (const delivery of this.#context.undelivered.take(this.id)) body.deliver(delivery)
  }

  /** E3: what may have happened is not called failed. */
  #timedOut(): void {
    if (this.#phase !== 'running' || this.#stopped !== undefined) return
    const { safety, timeoutMs } = this.#policy
    const error = new RefoldError('EFFECT_TIMEOUT', `no outcome within ${timeoutMs} ms`)
    const body = this.#body
    if (safety === 'idempotent') this.fail(error)
    else if (safety === 'never-retry') this.#doubt('timeout')
    else this.#current((effect) => void this.#reconcile(effect, error))
    body?.abort.abort(error)
    if (safety !== 'never-retry') body?.stop()
  }

  /** No one knows what became of it: out of hand until someone decides, or its body tells a success after all. */
  #doubt(why: 'interrupted' | 'timeout' | 'unknown'): void {
    this.#phase = 'doubted'
    this.#leave()
    this.submit({ kind: 'effect.doubted', effect: this.id, why }, () => this.#forget())
  }

  /** E4: even the success of a body that was stopped, and did not see it, was paid for. */
  #succeeded(output: unknown): void {
    if (this.#phase !== 'running' && this.#phase !== 'asking' && this.#phase !== 'doubted') return
    this.#settle(outcomeOf(this.id, output, this.#policy))
  }

  /** The last word on the effect. */
  #settle(outcome: Input, thrown?: unknown): void {
    this.#end()
    this.submit(outcome, () => this.#forget(), thrown)
  }

  /** E2: what follows an abort tells nothing. */
  bodyEnded(call: BodyCall, how: BodyEnd): void {
    if (this.#body !== call) return
    if (!call.takesAnswers || ('error' in how && call.abort.aborted)) {
      if (this.#phase === 'running') this.#giveUp()
    } else if ('error' in how) this.fail(how.error)
    else this.#succeeded(how.output)
  }

  listensTo(call: BodyCall): boolean {
    return this.#stopped === undefined && this.#body === call
  }

  fail(thrown: unknown): void {
    if (this.#phase !== 'running') return
    if (!this.#isPromise) this.#body?.stop()
    this.#end()
    const input = afterFailure({ ...this.#gated, attempt: this.#attempt, thrown }, this.#context.runtime)
    this.submit(
      input,
      (settlement) => {
        if (input.kind === 'attempt.failed' && settlement?.kind === 'recorded') this.#current((now) => this.begin(now))
        else this.#forget()
      },
      thrown,
    )
  }

  /** Taking the outcome threw: no chart may wait for it for ever. */
  lost(cause: unknown): void {
    const { cell, runtime } = this.#context
    const error = new RefoldError('INVARIANT', 'the outcome of an effect could not be taken', { cause })
    runtime.events.notice('error', error.message, { agent: cell.stream, effect: this.id, error })
    if (this.#phase !== 'over') this.#settle(failureOf(this.id, error), error)
  }

  async #reconcile(effect: EffectDocument, timedOut?: RefoldError): Promise<void> {
    this.#phase = 'asking'
    this.#admission.noLimit()
    const abort = (this.#asking = new LazyAbort())
    const found = await askReconcile(this.#context, { id: this.id, effect, policy: this.#policy, abort })
    if (this.phase !== 'asking') return
    if (found === 'unknown') this.#doubt('unknown')
    else if (found === 'not-done' && timedOut === undefined) this.#recordBegin()
    else if (found === 'not-done') {
      this.#phase = 'running'
      this.fail(timedOut)
    } else if ('output' in found) this.#succeeded(found.output)
    else this.#settle(failureOf(this.id, found.error), found.error)
  }

  /** Submits with the epoch at which the execution began. */
  submit(input: Input, told?: (settlement: Settlement | undefined) => void, thrown?: unknown): void {
    const beside = toldBeside(input, { thrown, body: this.#body })
    this.#context.submit({ input, epoch: this.epoch, attempt: this.#attempt, ...beside }, told)
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
    this.#neverBegan()
    this.#end()
    this.#forget()
  }

  #end(): void {
    this.#phase = 'over'
    this.#leave()
  }

  #leave(): void {
    const body = this.#body
    if (this.#isPromise && body?.isRunning === true) this.#admission.leaveWith(body.ended())
    else this.#admission.leave()
  }

  #forget(): void {
    this.#context.forget(this)
  }
}
