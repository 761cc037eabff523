/** The children of an agent as its state shows them. */
import type { ActorPointer, Outside } from '../definition/shown-types.js'
import type { JsonValue } from '../json/json-value.js'
import type { ShownChild } from '../step/shown-actors.js'

/**
 * A child of a machine: plain data with what XState's snapshot of it has. `S` is the type of that snapshot, and `status` tells
 * whether there is an `output`.
 */
export type ChildState<S = unknown> = unknown extends S
  ? ShownChild
  : S extends { status: unknown }
    ? ChildOf<S>
    : never

interface ChildOf<S extends { status: unknown }> extends ActorPointer {
  readonly src: string
  readonly status: S['status']
  readonly value: Member<S, 'value'>
  readonly context: Outside<Member<S, 'context'>, ActorPointer>
  readonly output: Outside<Member<S, 'output'>, ActorPointer>
  readonly error: JsonValue | undefined
  /** Of a child that is no machine: none. */
  readonly children: S extends { readonly children: infer H } ? ChildrenOf<H> : Readonly<Record<string, undefined>>
}

type Member<S, K extends string> = S extends Readonly<Record<K, infer V>> ? V : undefined
type SnapshotOf<R> = R extends { getSnapshot: () => infer S } ? S : never

/** By the ids that the machine's types name, of references as XState types them. */
export type ChildrenOf<H> = unknown extends H
  ? Readonly<Record<string, ShownChild | undefined>>
  : { readonly [K in keyof H]: ChildState<SnapshotOf<H[K]>> | undefined }
