/** One call of an effect's body: its signal, what it tells meanwhile, and how it ends. */
import { effectKey, safetyOf } from '../../decide/effects-part.js'
import type { Input } from '../../decide/inputs.js'
import type { RefoldError } from '../../errors.js'
import type { EffectDocument, EffectId } from '../../record/state-document.js'
import type { Delivery } from '../../record/record.js'
import type { RunningEffect } from '../../step/tree-step.js'
import { addUsage, usageOf } from '../../record/usage.js'
import type { Usage } from '../../record/usage.js'
import type { Settlement } from '../cell/submission.js'
import { AttemptHost } from './effect-host.js'
import type { HostedCall } from './effect-host.js'
import type { ExecutionContext } from './execution-context.js'
import type { StopReason } from './execution-phase.js'
import { LazyAbort } from './lazy-abort.js'

/** Who called the body. */
export interface Caller {
  readonly id: EffectId
  readonly attempt: number
  /** Whether it still listens to this call. */
  listensTo(call: BodyCall): boolean
  submit(input: Input, told?: (settlement: Settlement | undefined) => void): void
  /** The attempt fails with this. */
  fail(error: RefoldError): void
  bodyEnded(call: BodyCall, how: BodyEnd): void
  /** Taking its end threw. */
  lost(cause: unknown): void
}

/** How the body of a promise ended, or that of a stream that completed or failed. */
export type BodyEnd = { readonly output: unknown } | { readonly error: unknown }

export class BodyCall implements HostedCall {
  readonly id: EffectId
  readonly attempt: number
  readonly abort = new LazyAbort()
  readonly effect: EffectDocument
  readonly #caller: Caller
  readonly #context: Pick<ExecutionContext, 'cell' | 'runtime'>
  #running: RunningEffect | undefined
  #beganAt = 0
  #hasEnded = false
  #usage: Usage | undefined

  constructor(caller: Caller, effect: EffectDocument, context: Pick<ExecutionContext, 'cell' | 'runtime'>) {
    this.id = caller.id
    this.attempt = caller.attempt
    this.effect = effect
    this.#caller = caller
    this.#context = context
  }

  get key(): string {
    return effectKey(this.id, this.effect)
  }
  /** A never-retry body answers for itself: no other run of it will say more. */
  get takesAnswers(): boolean {
    const { definition } = this.#context.cell
    return !this.abort.isHeeded || safetyOf(this.effect, definition) === 'never-retry'
  }
  get isLive(): boolean {
    return !this.abort.aborted && this.#caller.listensTo(this)
  }

  /** Calls the body. `false`: an input that is being appended has just left the effect. */
  begin(): boolean {
    const { cell, runtime } = this.#context
    this.#beganAt = runtime.world.clock.now()
    this.#running = cell.tree().runEffect(this.id, new AttemptHost(this))
    if (this.#running === undefined) return false
    runtime.events.tell({
      kind: 'effect.began',
      stream: cell.stream,
      effect: this.id,
      src: this.effect.src,
      attempt: this.attempt,
    })
    this.#running.outcome
      .then(
        (output) => this.#end({ output }),
        (error: unknown) => this.#end({ error }),
      )
      .catch((error: unknown) => this.#caller.lost(error))
    return true
  }

  #end(how: BodyEnd): void {
    this.#hasEnded = true
    this.#caller.bodyEnded(this, how)
    this.#tellUnrecorded()
  }

  /** It was paid for, though no outcome of it is recorded. */
  #tellUnrecorded(): void {
    const usage = this.takeUsage()
    if (usage === undefined) return
    const { cell, runtime } = this.#context
    const of = { stream: cell.stream, effect: this.id, src: this.effect.src, attempt: this.attempt }
    runtime.events.tell({ kind: 'effect.used', ...of, usage })
  }

  /** `false`: it does not run. */
  deliver(delivery: Delivery): boolean {
    this.#running?.deliver(delivery)
    return this.#running !== undefined
  }

  /** No event reaches it any more; a stream ends. That the chart has left it is told as its end. */
  stop(reason: StopReason = 'left'): void {
    this.#running?.stop()
    if (reason === 'left') return
    const { cell, runtime } = this.#context
    runtime.events.tell({ kind: 'effect.stopped', stream: cell.stream, effect: this.id, src: this.effect.src }, cell)
  }

  /** Whether it was called and has not ended. */
  get isRunning(): boolean {
    return this.#running !== undefined && !this.#hasEnded
  }

  /** Resolves when it has ended, at once if it never ran. */
  async ended(): Promise<void> {
    await this.#running?.outcome.catch(() => undefined)
  }

  used(usage: unknown): void {
    const told = usageOf(usage)
    if (Object.keys(told).length > 0) this.#usage = addUsage(this.#usage, told)
  }
  /** What it told since the last record that says so. */
  takeUsage(): Usage | undefined {
    const usage = this.#usage
    this.#usage = undefined
    return usage
  }

  submit(input: Input, told?: (settlement: Settlement | undefined) => void): void {
    this.#caller.submit(input, told)
  }
  fail(error: RefoldError): void {
    this.#caller.fail(error)
  }
  progress(chunk: unknown): void {
    const { cell, runtime } = this.#context
    const of = { effect: this.id, src: this.effect.src, attempt: this.attempt, beganAt: this.#beganAt }
    runtime.events.tell({ kind: 'progress', stream: cell.stream, progress: { ...of, chunk } })
  }
}
