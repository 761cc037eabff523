/** What `defineAgent` takes. Each member checks itself against the machine's types. */
import type { AnyStateMachine } from 'xstate'
import type { ApprovalPayloads, Approvals } from './approval-types.js'
import type { Durable } from './json-path.js'
import type { EffectMap, MachineTypes } from './machine-types.js'
import type { PolicyOf, DedupOptions } from './policy-types.js'
import type { Agreed, EventSchemas, OutsideEvent, Schema } from './schema-agreement.js'

/** A definition's name: streams are called `<name>-<id>`, so it has no `-` itself. */
export type NameWithoutDash<N extends string> = N extends `${string}-${string}` ? 'a name without "-"' : N

/** The argument of `defineAgent`. No type argument of it is written by hand. */
export interface AgentConfig<
  N extends string,
  M extends AnyStateMachine,
  S extends Record<string, unknown>,
  I extends Schema,
  P extends ApprovalPayloads<OutsideEvent<MachineTypes<M>['event'], S>>,
> {
  /** Letters, digits, `_` and `.`; the first a letter; not starting with `refold`. */
  name: NameWithoutDash<N>
  /** A positive integer: raise it when running agents could not go on in the new chart. */
  version: number
  /** A plain machine: `setup({ … }).createMachine({ … })`. */
  machine: Durable<M>
  /** Checks and completes the input of `start`. A field that says `.meta({ secret: true })` is named so in the chart, here and in all schemas. */
  input?: Agreed<I, MachineTypes<M>['input'], 'input'>
  /**
   * One schema per event that may come from outside; the others are internal. Absent: every event may. `{ schema, defer: true }`
   * for one that may come early: it is kept until a state takes it.
   */
  events?: EventSchemas<MachineTypes<M>['event'], S>
  /** By actor source: `draft`, or `child.charge` for a source of a child machine. */
  effects?: { [K in keyof EffectMap<MachineTypes<M>['actor']>]?: PolicyOf<EffectMap<MachineTypes<M>['actor']>[K]> }
  /** By event type, what a person approves by it: `approve: ({ context }) => context.draft`. */
  approvals?: Approvals<OutsideEvent<MachineTypes<M>['event'], S>, MachineTypes<M>['context'], P>
  dedup?: DedupOptions
}
