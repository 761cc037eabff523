/** What a definition is about, at type level: one flat type argument, without zod and XState in it. Inferred, never written by hand. */
import type { AnyStateMachine, EventObject } from 'xstate'

/** Everything a caller can see of an agent. */
export interface AgentTypes {
  input: unknown
  context: unknown
  /** By id, the references as XState types them. */
  children: unknown
  value: unknown
  tag: string
  /** As `send` takes it. */
  event: EventObject
  /** As the machine takes it: what the schema made of what was sent. */
  taken: EventObject
  output: unknown
  emitted: EventObject
  effects: Record<string, { input: unknown; output: unknown }>
  /** By event type, what is approved by it. */
  approvals: Record<string, unknown>
}

/** What `defineAgent` returns: give it to `createRuntime`, `start` and `attach`. */
export interface AgentDefinition<out N extends string = string, out T extends AgentTypes = AgentTypes> {
  readonly name: N
  readonly version: number
  readonly machine: AnyStateMachine
  /** Type only, never set. */
  readonly '~types'?: T | undefined
}

/** The one type argument of a definition. */
export type TypesOf<D extends AgentDefinition> = NonNullable<D['~types']>
/** A definition's name as a literal type. */
export type NameOf<D> = D extends { readonly name: infer N } ? N : never
/** What `start` takes as `input`: defaults of the schema may be left out. */
export type InputOf<D extends AgentDefinition> = TypesOf<D>['input']
/** What `done()` resolves to, under `output`. */
export type OutputOf<D extends AgentDefinition> = TypesOf<D>['output']
/** The machine's context. */
export type ContextOf<D extends AgentDefinition> = TypesOf<D>['context']
/** What `send` takes. */
export type EventOf<D extends AgentDefinition> = TypesOf<D>['event']
