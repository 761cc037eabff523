/** What is read from the type of an XState machine: one `infer`, once per definition. */
import type { AnyStateMachine, StateMachine } from 'xstate'

/* `any` stands where XState's own type parameters are invariant: `unknown` would match no machine. */

/** The parts of a machine's type that callers can see. */
export type MachineTypes<M> =
  M extends StateMachine<
    infer C,
    infer E,
    infer H,
    infer A,
    any,
    any,
    any,
    infer V,
    infer G,
    infer I,
    infer O,
    infer X,
    any,
    any,
    any
  >
    ? { context: C; event: Own<E>; children: H; actor: A; value: V; tag: G; input: I; output: O; emitted: X }
    : never

/** XState's own events (`xstate.route`, `xstate.done.…`) and Refold's never come from outside. */
type Own<E> = E extends { type: `xstate.${string}` | `refold.${string}` } ? never : E

/** Whether nothing is known of a type, as for machines made without `setup`. */
export type Untyped<T> = unknown extends T ? true : string extends keyof T ? true : false

/** The member of an event union with this type. Also picks `'a'` out of `{ type: 'a' | 'b' }`, which `Extract` does not. */
export type OfType<E, K> = E extends { type: infer Y }
  ? K extends Y
    ? Y extends K
      ? E
      : { [P in keyof E]: P extends 'type' ? K : E[P] }
    : never
  : never

/** An event without its `type`. */
export type Payload<E> = E extends { type: string } ? { [K in keyof E as K extends 'type' ? never : K]: E[K] } : never

/** promise → 'call' (one outcome), callback and observable → 'stream' (many events); machines and transitions are no effects. */
type EffectOf<L> = L extends AnyStateMachine
  ? never
  : L extends {
        transition: (s: infer S, ...rest: any[]) => any
        getInitialSnapshot: (scope: any, input: infer I) => any
      }
    ? 'input' extends keyof S
      ? EffectWith<S, I>
      : never
    : never
/** A stream's snapshots have no output, also when it is done. */
type EffectWith<S, I> = S extends { status: 'done'; output: infer O }
  ? [O] extends [undefined]
    ? { kind: 'stream'; input: I; output: never }
    : { kind: 'call'; input: I; output: O }
  : never

/** `[name, effect]` of every effect of the machine and, under `child.name`, of its child machines. */
type Effects<A, At extends string = ''> = A extends { src: infer K extends string; logic: infer L }
  ? L extends StateMachine<any, any, any, infer B, any, any, any, any, any, any, any, any, any, any, any>
    ? Effects<B, `${At}${K}.`>
    : [EffectOf<L>] extends [never]
      ? never
      : [`${At}${K}`, EffectOf<L>]
  : never

/** Effect sources by name. Policies must be keyed by `keyof` of it, else the parameters of `reconcile` become `any`. */
export type EffectMap<A> = {
  [P in Effects<A> as P extends [infer K extends string, { kind: string }] ? K : never]: P[1]
}

/** The same type, printed by editors as what it is. */
export type Shown<T> = T extends infer U ? { [K in keyof U]: U[K] } : never

/** XState's own rule for `matches`, over values instead of machines. */
export type Matching<V> = V extends string
  ? V
  : [keyof V] extends [never]
    ? never
    : keyof V | { [K in keyof V]?: Matching<NonNullable<V[K]>> }
