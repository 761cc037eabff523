/** The agent as callers hold it: everything goes through its stream, so any process may hold one. */
import type { Observable } from 'rxjs'
import type { Subscribable, Subscription } from 'xstate'
import type { AgentDefinition, AgentTypes, TypesOf } from '../definition/agent-types.js'
import type { About } from '../definition/approval-types.js'
import type { OfType } from '../definition/machine-types.js'
import type { Schema } from '../definition/schema-agreement.js'
import type { PatchOperation } from '../json/json-value.js'
import type { Revision } from '../record/revision.js'
import type { EffectId } from '../record/state-document.js'
import type { Approval, ApprovalRequest } from './approval.js'
import type { AgentEvent } from './events.js'
import type { AgentState, DoneState, InDoubtEffect } from './state.js'
import type { Progress } from './progress.js'
import type { Cursor } from './follow.js'

/** When a wait ends without its result: `TIMEOUT`, `ABORTED`, or `BLOCKED`. */
export interface WaitOptions {
  /** While the agent is blocked, nothing comes before someone retries it: `'reject'` (the default) with `BLOCKED`, or `'wait'` for that too. */
  readonly whenBlocked?: 'reject' | 'wait'
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Who sends an event, and under which id. */
export interface SendOptions {
  /** The same id twice is one input; with another content it is `ID_REUSED`. */
  readonly id?: string
  readonly by?: string
  readonly reason?: string
  /** W3C trace context: recorded, and given to the effects and messages that the event causes. Else `INVALID_INPUT`. */
  readonly traceparent?: string
  /**
   * For a blocked agent: `'refuse'` (the default) rejects with `BLOCKED`; `'keep'` stores the event behind what blocks the agent
   * and resolves, to a state whose `condition` is still `blocked`. One that is not taken in the end is told to `onReport`, and
   * the record `refold.retried` that names its revision says why.
   */
  readonly whenBlocked?: 'refuse' | 'keep'
  /** Only while the agent is as it was after this record; else `WRONG_REVISION`, and nothing is stored. */
  readonly expectedRevision?: Revision | number
  /** Which question the event answers, for one that the definition's `approvals` names. `by` must then say who answers. */
  readonly approval?: Approval
}

/** Who gives a command, and why. Both are recorded. */
export interface ControlOptions {
  readonly by?: string
  readonly reason?: string
}

/** How an agent is to end. */
export interface CancelOptions extends ControlOptions {
  /**
   * How long the chart may take to end by itself when it handles the event `refold.cancel`. The time runs on while the
   * agent is paused or blocked. Default 0: the agent is stopped at once.
   */
  readonly deadlineMs?: number
  /**
   * Its detached children, and theirs: `'leave'` (the default) lets them go on, `'cancel'` cancels them in the same name and with
   * the same deadline, by messages that stand in the record of this cancellation. The resulting state's `detachedChildren` says which
   * there are.
   */
  readonly children?: 'leave' | 'cancel'
}

/**
 * What someone found out about an effect in doubt: exactly one of these. `again` keeps its key. Of an abandoned effect,
 * `complete` and `fail` are recorded and move no chart, and `acknowledge` lets it go. `complete: null` for one without output.
 */
export type Resolution<O> = ControlOptions & {
  /**
   * Of the state that was shown to the person who decides: a doubt that arose since is not settled by it (`NOT_IN_DOUBT`). Default: that
   * of the doubt, where `resolve` is given the effect as `inDoubt` gave it; of an id alone, whatever is in doubt now is settled.
   */
  readonly revision?: Revision | number
} & (
    | { readonly complete: OrNull<O> }
    | {
        readonly again: true
        /** Does not wait until the old owner was silent for a full lease (else `OWNER_MAY_LIVE`). */
        readonly force?: boolean
      }
    | { readonly fail: unknown }
    | { readonly acknowledge: true }
  )

/** `undefined` says nothing: an effect without an output is completed with `null`. */
type OrNull<O> = O extends undefined | void ? null : O

/** One signature and no overloads: a mistake is told of the resolution, not of the effect. */
type OutputFrom<E> = E extends { readonly '~output'?: (infer O) | undefined } ? O : unknown

/** A point in an agent's history: a revision, or the newest record at or before a time in epoch milliseconds. */
export type Moment = Revision | { readonly at: number }

/** An event that the agent takes now: not one that it would only keep. */
export interface LegalEvent<Type> {
  readonly type: Type
  readonly schema?: Schema
  /** It is taken with an approval only: ask for one with `agent.approval`. */
  readonly needsApproval?: true
}

/** `subscribe` and `getSnapshot` are XState's, so `useSelector(agent, …)` of @xstate/react takes an agent. */
export interface Agent<T extends AgentTypes> extends Subscribable<AgentState<T>> {
  readonly id: string
  readonly name: string

  /**
   * First the newest state, then each that follows. Completes when the agent has ended. As with every observable here,
   * RxJS's own rule applies: an error that no subscriber handles is thrown from a timer, and ends the process. `subscribe`
   * and `on` of the agent log it instead.
   */
  readonly state$: Observable<AgentState<T>>
  /** The records from now on. */
  readonly events$: Observable<AgentEvent<T>>
  /**
   * The records from this revision on, those of this time or later, or those behind this cursor of the log (`client.follow`); then
   * those that follow: no gap, no duplicate. Earlier ones are read, but for a revision. Fails with `CURSOR_LOST` where the log does
   * not hold what the cursor names.
   */
  eventsFrom(from: Moment | Cursor): Observable<AgentEvent<T>>
  /** What effect bodies report by `progress()` in this process: tokens, percentages. Never stored. Completes when the agent ends, and when the client closes. */
  readonly progress$: Observable<Progress>
  /** The newest state this process has folded. */
  getSnapshot(): AgentState<T>

  /**
   * Resolves to the state after it, when the event is durable; rejects with `EVENT_NOT_ACCEPTED` and the legal events,
   * with `BLOCKED` while the agent is blocked (`whenBlocked`). One that needs an approval: with `APPROVAL_REQUIRED`, or `STALE_APPROVAL` when something else is asked now, or was asked again.
   * One that the definition defers, and that the state does not take, is kept: then `deferred` of the state lists it, with the
   * state's own `revision`; it rejects with `QUEUE_FULL` where 100 are kept already.
   */
  send(event: T['event'], options?: SendOptions): Promise<AgentState<T>>
  /** `send` for those who do not await: what it would reject with is told to `onReport`, or logged where there is none. */
  post(event: T['event'], options?: SendOptions): void
  /**
   * Asked of the store's newest state, `false` while the agent is blocked, and for an event that would only be kept;
   * `getSnapshot().can(event)` asks the one at hand.
   */
  can(event: T['event']): Promise<boolean>
  legalEvents(): Promise<ReadonlyArray<LegalEvent<T['event']['type']>>>

  /**
   * What is to be approved by an event now, with what `send` needs beside that event. Where several questions of one event
   * type are open, `about` names one of them by members that the event will have: each is answered by itself. Rejects with
   * `EVENT_NOT_ACCEPTED` when the newest state does not ask for it, or nothing is to be approved about that.
   */
  approval<K extends keyof T['approvals'] & string>(
    event: K,
    options?: { readonly about?: About<T['event'], K> },
  ): Promise<ApprovalRequest<K, T['approvals'][K]>>

  /** XState's `on`, for what the machine emits from now on. What it emitted before, at its start too, is in `eventsFrom`. */
  on<K extends T['emitted']['type'] | '*'>(
    type: K,
    handler: (emitted: K extends '*' ? T['emitted'] : OfType<T['emitted'], K>) => void,
  ): Subscription
  /**
   * The first state, now or later, that satisfies the predicate; `s => s.status === 'done'` narrows. Rejects with `BLOCKED` when a
   * blocked one does not, with `NOT_ACTIVE` when the agent has ended in none that does: the error says how, and has the agent's as its cause.
   */
  waitFor<S extends AgentState<T>>(predicate: (state: AgentState<T>) => state is S, options?: WaitOptions): Promise<S>
  waitFor(predicate: (state: AgentState<T>) => boolean, options?: WaitOptions): Promise<AgentState<T>>
  /** Resolves when the agent has ended well; rejects with `AGENT_FAILED`, `NOT_ACTIVE` when it was stopped, `BLOCKED` while it is blocked. */
  done(options?: WaitOptions): Promise<DoneState<T>>

  /** Holds effects and timers; events are still decided. */
  pause(options?: ControlOptions): Promise<AgentState<T>>
  resume(options?: ControlOptions): Promise<AgentState<T>>
  /**
   * Ends the agent as `stopped`: effects are aborted, timers go. With `deadlineMs` the chart gets the event `refold.cancel`
   * and may end by itself until then; one that does not take it now is stopped at once. A second call may draw the
   * deadline nearer; else it rejects with `ALREADY_SO`.
   */
  cancel(options?: CancelOptions): Promise<AgentState<T>>
  /** Decides again what a blocked agent holds. */
  retry(options?: ControlOptions): Promise<AgentState<T>>

  /** Effects in doubt, and abandoned ones, in the store's newest state. */
  inDoubt(): Promise<readonly InDoubtEffect<T>[]>
  /** Settles an effect in doubt, or an abandoned one. Rejects with `NOT_IN_DOUBT` or `OWNER_MAY_LIVE`. With its id alone, the output is checked at run time only. */
  resolve<E extends InDoubtEffect<T> | EffectId>(
    effect: E,
    resolution: Resolution<OutputFrom<E>>,
  ): Promise<AgentState<T>>

  /** Looking never writes. */
  stateAt(moment: Moment): Promise<AgentState<T>>
  /** What changed in the state document between two moments, in either direction. */
  diff(from: Moment, to: Moment): Promise<readonly PatchOperation[]>
}

/** The agent of a definition. */
export type AgentOf<D extends AgentDefinition> = Agent<TypesOf<D>>
/** The state of a definition's agents. */
export type StateOf<D extends AgentDefinition> = AgentState<TypesOf<D>>
/** For code that does not care which agent it is, as XState's `AnyActorRef`. */
// oxlint-disable-next-line typescript/no-explicit-any -- `send` and `matches` take arguments: no agent is an `Agent<AgentTypes>`
export type AnyAgent = Agent<any>
