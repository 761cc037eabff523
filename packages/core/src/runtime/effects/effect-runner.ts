/** Performs the effects of one agent, as long as this worker owns it: what the state says is to be performed has an execution. */
import { isQuarantined } from '../../decide/claims.js'
import { isOutcome } from '../../decide/inputs.js'
import type { Envelope, Input } from '../../decide/inputs.js'
import { isOutOfReach } from '../../errors.js'
import type { RefoldError } from '../../errors.js'
import { reported } from '../events/operator-reports.js'
import { toErrorData } from '../../record/error-data.js'
import { keysOf } from '../../record/large-map.js'
import { effectChanges, effectIn, mapIn } from '../../record/large-members.js'
import type { EffectDocument, EffectId, StateDocument } from '../../record/state-document.js'
import type { Delivery } from '../../record/record.js'
import type { AgentCell } from '../cell/agent-cell.js'
import { isBeyond } from '../cell/compatibility.js'
import type { EffectsContext } from './effects-context.js'
import type { Executing, ExecutionContext } from './execution-context.js'
import { hasBegun } from './execution-phase.js'
import type { Waiting } from '../limits/gates.js'
import { EffectExecution } from './effect-execution.js'
import { Undelivered } from './undelivered.js'

type Submitted = Parameters<ExecutionContext['submit']>

/** After which an outcome is submitted again, when its agent could not be read. */
const AGAIN_MS = 1_000

export class EffectRunner implements ExecutionContext {
  readonly cell: AgentCell
  readonly runtime: EffectsContext
  readonly undelivered = new Undelivered()
  readonly inherited = new Set<EffectId>()
  readonly putOff = new Set<EffectExecution>()
  readonly #executions = new Map<EffectId, EffectExecution>()
  readonly known: { lapses: number }

  constructor(cell: AgentCell, runtime: EffectsContext) {
    this.cell = cell
    this.runtime = runtime
    this.known = { lapses: runtime.lease.lapses }
  }

  /** How many effects are in hand. */
  get inHand(): number {
    return this.#executions.size
  }
  /** Nothing is in hand, and nothing waits for a body that a pause holds up. */
  get isIdle(): boolean {
    return this.#executions.size === 0 && this.undelivered.isEmpty
  }

  /** What its effects wait for before their bodies begin. */
  *waiting(): Generator<Waiting, void, undefined> {
    for (const { waiting } of this.#executions.values()) if (waiting !== undefined) yield waiting
  }

  /** Whether an effect waits for an append that may have left it. */
  get hasPutOff(): boolean {
    return this.putOff.size > 0
  }

  /** This worker takes the agent over: bodies of what is pending may have run elsewhere. */
  inherit(state: StateDocument): void {
    this.inherited.clear()
    for (const id in state.effects) this.inherited.add(id)
  }

  /** Payments that run go on here, when another cell has taken the place of theirs. */
  adopt(former: EffectRunner): void {
    for (const [id, execution] of former.#executions) {
      if (!hasBegun(execution.phase)) continue
      execution.moveTo(this)
      this.#executions.set(id, execution)
    }
    former.#executions.clear()
  }

  /**
   * Starts what the state says is to be performed and stops what it does not. `before`: the state for which that was done last;
   * with it only what differs is looked at.
   */
  sync(state: StateDocument, before?: StateDocument): void {
    const mine = state.agent.owner === this.runtime.worker
    const changes = before?.agent === state.agent ? effectChanges(before, state) : undefined
    const ids = changes?.map(({ key }) => key)
    for (const id of ids ?? this.#executions.keys()) this.#stop(id, state)
    this.undelivered.keepOnly(mine ? state : undefined)
    if (!mine || state.agent.paused !== undefined || this.runtime.lifecycle.isClosing || isQuarantined(state)) return
    // What has failed, or another cell has taken the place of, does not know what has an outcome by now.
    if (this.cell.failure !== undefined || this.runtime.cells.live(this.cell.stream) !== this.cell) return
    if (isBeyond(this.cell, state)) return // it is released as soon as no payment is waited for
    const putOff = [...this.putOff]
    this.putOff.clear()
    for (const execution of putOff) execution.resume()
    for (const id of ids ?? keysOf(mapIn(state, 'effects'))) {
      const effect = effectIn(state, id)
      if (effect !== undefined && isToPerform(effect) && !this.#executions.has(id)) this.#begin(id, effect, state)
    }
  }

  /** Unless the state says that it is to be performed here. */
  #stop(id: EffectId, state: StateDocument): void {
    const execution = this.#executions.get(id)
    if (execution === undefined) return
    const effect = effectIn(state, id)
    const { owner, epoch, paused } = state.agent
    if (effect === undefined && execution.phase === 'over') this.#executions.delete(id)
    else if (owner !== this.runtime.worker || execution.epoch !== epoch) execution.stop('not-owner')
    else if (effect === undefined || effect.abandoned !== undefined) execution.stop('left')
    else if (paused !== undefined) execution.stop('paused')
  }

  /** An event that the chart sent to a callback. One whose body has not begun gets it when it does. */
  deliver(delivery: Delivery): void {
    const { effect: id } = delivery
    if (this.#executions.get(id)?.deliver(delivery) === true || this.undelivered.add(delivery)) return
    this.runtime.events.notice(
      'warn',
      `an event for effect ${id} of ${this.cell.stream} was dropped: too many wait for its body`,
    )
  }

  /** Nothing begins any more; aborts what may be aborted. What must be awaited is left as it is. */
  stop(): void {
    for (const execution of this.#executions.values()) execution.stop('closing')
  }

  /** Nothing begins any more; a body that runs, and ends by itself, may do so. */
  stopWaiting(): void {
    for (const execution of this.#executions.values()) if (!execution.mayEnd) execution.stop('closing')
  }

  /** Whether a body runs; once stopped: one that must be awaited. */
  get hasBody(): boolean {
    for (const { phase } of this.#executions.values()) if (phase === 'running') return true
    return false
  }

  /** Whether a body runs or is about to. */
  get isAwaited(): boolean {
    for (const { phase } of this.#executions.values()) if (hasBegun(phase)) return true
    return false
  }

  /** Resolves when no body runs any more that must be awaited. */
  async bodies(): Promise<void> {
    await Promise.all([...this.#executions.values()].map((execution) => execution.ended()))
  }

  toPerform({ id, epoch }: Executing): EffectDocument | undefined {
    const { state, failure } = this.cell
    if (failure !== undefined) return undefined // the agent has gone on elsewhere, perhaps in another cell of this very worker
    if (state === undefined || isBeyond(this.cell, state)) return undefined
    const effect = effectIn(state, id)
    const mine = state.agent.owner === this.runtime.worker && state.agent.epoch === epoch
    return mine && effect !== undefined && isToPerform(effect) ? effect : undefined
  }

  submit(...[envelope, told]: Submitted): void {
    this.#post([envelope, told])
  }

  #post(submitted: Submitted, isSecond = false, cells = this.runtime.cells): void {
    const [envelope, told] = submitted
    const { worker, unregistered } = this.runtime
    const reject = (error: RefoldError): void => {
      if (isPaidFor(envelope.input)) {
        // The agent was moved to another version meanwhile: what was paid for is decided by that.
        if (error.code === 'NEEDS_MIGRATION') return this.#post(submitted, isSecond)
        // Where that version is not registered here, it is stored for those who have it.
        if (error.code === 'UNKNOWN_DEFINITION' && cells !== unregistered)
          return this.#post(submitted, isSecond, unregistered)
        if (isOutOfReach(error)) return this.#postLater(submitted, isSecond)
        // What was paid for is not lost with a cell that stopped: the one that is folded again gets it, once, for it may stop by this very outcome.
        if (isDefect(error) && !isSecond) return queueMicrotask(() => this.#post(submitted, true)) // the cell has left by then
      }
      this.#refused(envelope, error)
      told?.(undefined)
    }
    const waiter = { resolve: told, reject }
    // Of the cell that another one takes the place of nothing begins: that one begins it itself.
    if (envelope.input.kind === 'effect.started') this.cell.post({ ...envelope, worker }, waiter)
    else cells.post(this.cell.stream, { ...envelope, worker }, waiter)
  }

  /** What was paid for is not lost with a read that failed: its agent had left memory, and could not be read. */
  #postLater(submitted: Submitted, isSecond: boolean): void {
    this.runtime.world.clock.setTimer(() => this.#post(submitted, isSecond), AGAIN_MS)
  }

  #refused({ input }: Pick<Envelope, 'input'>, error: RefoldError): void {
    if (error.code === 'CLOSED') return
    // A flood is the fault of the effect, which hears of it: no event of it is lost without a word.
    if (error.code === 'QUEUE_FULL' && 'effect' in input) return this.#executions.get(input.effect)?.fail(error)
    const { events } = this.runtime
    const { stream } = this.cell
    if (isPaidFor(input)) {
      const what = input.kind === 'effect.step' ? `result of step ${input.step}` : 'outcome'
      const message = `the ${what} of effect ${input.effect} of ${stream} could not be recorded: ${error.message}`
      const facts = { effect: input.effect, input: input.kind, cause: toErrorData(error) }
      return events.tell(reported(stream, { code: error.code, message, facts }), this.cell)
    }
    events.notice('warn', `an input of an effect of ${stream} was refused`, { input: input.kind, error })
  }

  drop(execution: Executing): void {
    if (this.#executions.get(execution.id) === execution) this.#executions.delete(execution.id)
  }

  forget(execution: Executing): void {
    if (this.#executions.get(execution.id) !== execution) return
    this.#executions.delete(execution.id)
    if (execution.stopped === 'closing') return
    this.runtime.events.tell({ kind: 'effect.let-go', stream: this.cell.stream, effect: execution.id }, this.cell)
  }

  #begin(id: EffectId, effect: EffectDocument, state: StateDocument): void {
    const execution = new EffectExecution(this, { id, effect, epoch: state.agent.epoch })
    this.#executions.set(id, execution)
    execution.begin(effect)
  }
}

/** What a call gave, or a step of it. */
function isPaidFor(input: Input): input is Extract<Input, { kind: 'effect.done' | 'effect.failed' | 'effect.step' }> {
  return isOutcome(input) || input.kind === 'effect.step'
}

/** Of Refold itself, found in what one cell holds in memory. */
function isDefect({ code }: RefoldError): boolean {
  return code === 'LIVE_DIFFERS' || code === 'INVARIANT'
}

function isToPerform({ inDoubt, abandoned }: EffectDocument): boolean {
  return inDoubt === undefined && abandoned === undefined
}
