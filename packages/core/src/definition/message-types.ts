/** The types of messages between agents: what a sender may send, and what it gets back. */
import type { ActionFunction, EventObject, MachineContext, ParameterizedObject } from 'xstate'
import type { ErrorData } from '../record/state-document.js'
import type { AgentAddress } from './agent-address.js'
import type { AgentContract } from './agent-contract.js'
import type { AgentDefinition, InputOf, NameOf, OutputOf } from './agent-types.js'
import type { ActorPointer, Outside } from './shown-types.js'

type Leaf = string | number | boolean | bigint | symbol | null | undefined | ((...args: any[]) => any)
/** Literals of a `const` type parameter are readonly; a message is copied anyway. */
export type Frozen<T> = unknown extends T ? T : T extends Leaf ? T : { readonly [K in keyof T]: Frozen<T[K]> }

/** The events that a receiver takes from outside. */
export type EventTo<R extends AgentContract> = NonNullable<R['~types']>['event']

/** A value, or how it is made of the machine's context, the event and the action's parameters. It must be pure. */
export type Sent<C extends MachineContext, X extends EventObject, P, V> =
  | V
  | ((args: { context: C; event: X }, params: P) => V)

/** An action for `setup({ actions })`, or to be written where it is used. */
export type MessageAction<
  C extends MachineContext,
  X extends EventObject,
  P extends ParameterizedObject['params'] | undefined,
  E extends EventObject,
> = ActionFunction<C, X, E, P, never, never, never, never, never>

/** A message to another agent that surely was not taken. Put it among a machine's events to handle it; else it is ignored. */
export interface UndeliveredEvent {
  type: 'refold.undelivered'
  to: AgentAddress
  /** What was sent. */
  event: EventObject
  /** Why: `NOT_FOUND`, `NOT_ACTIVE`, `EVENT_NOT_ACCEPTED`, `INVALID_EVENT`, … */
  code: string
  message: string
}

/** How a detached child's output comes to its parent, under a type of the parent's choice. */
export interface ChildDone<Type extends string, D extends AgentDefinition> {
  type: Type
  agent: { name: NameOf<D>; id: string }
  /** As readers of the child's state see it. */
  output: Outside<OutputOf<D>, ActorPointer>
}
/** How a detached child's failure comes to its parent, also when it was stopped or could not be started. */
export interface ChildFailed<Type extends string, D extends AgentDefinition> {
  type: Type
  agent: { name: NameOf<D>; id: string }
  error: ErrorData
}

/** Types of the parent's events that can hold what is reported. */
export type DoneType<E extends EventObject, D extends AgentDefinition> = {
  [T in E['type']]: ChildDone<T, D> extends Extract<E, { type: T }> ? T : never
}[E['type']]
export type FailedType<E extends EventObject, D extends AgentDefinition> = {
  [T in E['type']]: ChildFailed<T, D> extends Extract<E, { type: T }> ? T : never
}[E['type']]

/** `input` may be left out where the schema or the machine lets it. */
export type ChildInput<C extends MachineContext, X extends EventObject, P, D extends AgentDefinition> =
  undefined extends InputOf<D> ? { input?: Sent<C, X, P, InputOf<D>> } : { input: Sent<C, X, P, InputOf<D>> }
