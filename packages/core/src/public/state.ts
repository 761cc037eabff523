/** An agent's state as callers see it: XState's words, and Refold's own condition beside them. */
import type { AnyMachineSnapshot } from 'xstate'
import type { AgentAddress } from '../definition/agent-address.js'
import type { AgentTypes } from '../definition/agent-types.js'
import type { Matching } from '../definition/machine-types.js'
import type { ActorPointer, Outside } from '../definition/shown-types.js'
import type { JsonValue } from '../json/json-value.js'
import type { Condition } from '../record/record.js'
import type { Revision } from '../record/revision.js'
import type { AgentPart, EffectDocument, EffectId, ErrorData } from '../record/state-document.js'
import type { ChildrenOf } from './child.js'

/** An error as it is stored: plain data, never an instance. */
export type AgentFault = ErrorData
/** What was thrown, as it is stored: an `Error` as an `AgentFault`, anything else as it is in JSON. A text stays a text. */
export type Thrown = AgentFault | JsonValue

/** Why no one knows what became of an attempt. */
export type DoubtReason = NonNullable<EffectDocument['inDoubt']>['why']

/** With pointers in place of references. */
type Shown<V> = Outside<V, ActorPointer>

/** One effect that has no recorded outcome yet. `src` tells the members of `PendingEffect` apart. */
export interface PendingEffectOf<K, I, O> {
  /** What `resolve` names. */
  readonly effect: EffectId
  readonly src: K
  /** The idempotency key that its attempts carry: what to ask the provider for. */
  readonly key: string
  readonly input: I
  /** Attempts that failed so far. */
  readonly attempts: number
  /** Epoch milliseconds before which the next attempt does not begin. */
  readonly retryAt?: number
  readonly lastError?: AgentFault
  /**
   * No one knows whether its interrupted attempt happened: someone must `resolve` it. `since` in epoch milliseconds; `revision`: of the
   * record from which on, which tells this doubt from a later one of the same effect.
   */
  readonly inDoubt?: { readonly since: number; readonly revision: number; readonly why: DoubtReason }
  /** The chart has left it while it may have happened: kept until its outcome is known or decided. */
  readonly abandoned?: { readonly at: number; readonly revision: number }
  /** Type only, never set. */
  readonly '~output'?: O | undefined
}

/** Any effect of the agent that has no recorded outcome yet. */
export type PendingEffect<T extends AgentTypes> = {
  [K in keyof T['effects']]: PendingEffectOf<K, Shown<T['effects'][K]['input']>, T['effects'][K]['output']>
}[keyof T['effects']]

/** An effect that waits for `resolve`. Only one with a single outcome can be in doubt: no callback and no observable. */
export type InDoubtEffect<T extends AgentTypes> = {
  [K in keyof T['effects']]: [T['effects'][K]['output']] extends [never]
    ? never
    : PendingEffectOf<K, Shown<T['effects'][K]['input']>, T['effects'][K]['output']>
}[keyof T['effects']]

/** An event that came before a state took it, and is kept until one does. */
export interface DeferredEvent<Type = string> {
  readonly type: Type
  /** When it came, epoch milliseconds. */
  readonly since: number
  /** Of its record. */
  readonly revision: Revision
}

type Outcome<O> =
  | { status: 'active' | 'stopped'; output: undefined; error: undefined }
  | { status: 'done'; output: O; error: undefined }
  /** `undefined` where `undefined` was thrown, as by `Promise.reject()`. */
  | { status: 'error'; output: undefined; error: Thrown | undefined }

interface StateBase<T extends AgentTypes> {
  readonly value: T['value']
  /** Where the machine's context holds a reference to an actor there is an `ActorPointer`: `children[pointer.id]` is the child. */
  readonly context: Shown<T['context']>
  /** Those of the machine, with those below them: invoked and spawned ones, machines and effects. Detached children are agents. */
  readonly children: ChildrenOf<T['children']>
  /** Like `hasTag` and `getMeta` it throws `NEEDS_MIGRATION` in a past state that today's chart lacks. */
  readonly tags: ReadonlySet<T['tag']>
  /** Of the newest record in this state. */
  readonly revision: Revision
  /** Refold's own condition, beside XState's `status`; `ended`: nothing is to be done for it any more. */
  readonly condition: Condition | 'ended'
  /** Why the agent is `blocked`. */
  readonly blocked?: { readonly at: number; readonly error: AgentFault }
  /** Who paused the agent, and why; `bulk`: by a hold. */
  readonly paused?: AgentPart['paused']
  /** The chart has until `deadlineAt` to end by itself. Epoch milliseconds. */
  readonly cancelling?: AgentPart['cancelling']
  /** In the order in which they were started. */
  readonly effects: readonly PendingEffect<T>[]
  /** Events that are kept until a state takes them (`defer` in the definition), in the order of arrival. */
  readonly deferred: readonly DeferredEvent<T['event']['type']>[]
  /** Detached children that it started and that have not told it their end: they go on when it ends, unless `cancel` says otherwise. */
  readonly detachedChildren: readonly AgentAddress[]
  matches(value: Matching<T['value']>): boolean
  hasTag(tag: T['tag']): boolean
  /** Whether the agent would take the event in this state; `false` for one that would only be kept. */
  can(event: T['event']): boolean
  /** The `meta` of the active states, by node id, as `getMeta` of XState's snapshots. */
  getMeta(): Readonly<Record<string, unknown>>
  /** Plain data, as `JSON.stringify` gives it; revisions are texts in it. Without `tags` where today's chart lacks the state. */
  toJSON(): object
  /**
   * The state as a snapshot of XState, for its functions that take one (`getNextTransitions`, `getNextSnapshot`,
   * `transition`, `getMicrosteps`) with the definition's machine; they do not take the state itself. It has no children, so a
   * transition that sends to one throws what XState throws, and references stand in it as `null`: XState would take a pointer for an actor. Throws `NEEDS_MIGRATION` if today's chart lacks the state.
   */
  toSnapshot(): StateSnapshot<T>
}

/** A snapshot of XState with the agent's value and context. */
export type StateSnapshot<T extends AgentTypes> = AnyMachineSnapshot & {
  readonly value: T['value']
  readonly context: T['context']
}

/** `status` tells whether there is an `output` or an `error`. */
export type AgentState<T extends AgentTypes> = StateBase<T> & Readonly<Outcome<Shown<T['output']>>>
/** The state of an agent that has ended well. */
export type DoneState<T extends AgentTypes> = StateBase<T> & {
  readonly status: 'done'
  readonly output: Shown<T['output']>
}
/** For code that does not care which agent it is. */
// oxlint-disable-next-line typescript/no-explicit-any -- `matches` and `can` take arguments: of `AgentTypes` it would be no one's state
export type AnyAgentState = AgentState<any>
