/** Finds, at compile time, what could not be stored: the path of each member of a type that is not JSON. */
import type { AnyStateMachine } from 'xstate'
import type { EffectMap, MachineTypes } from './machine-types.js'

/** What the compiler shows for a type of which something is not JSON: where that is. */
export interface NotSerializable<Path> {
  path: Path
}

/** The machine's type itself when all of it can be stored. */
export type Durable<M> = [BadPath<MachineTypes<M>>] extends [never] ? M : NotSerializable<BadPath<MachineTypes<M>>>

/**
 * Stands beside a type that is inferred: `unknown` when all of what is stored as JSON can be. What is generic is let pass, and
 * found where the definition is made of it: a check that is put off is none that is failed.
 */
export type Storable<T, At extends string> =
  Answer<NotJson<T, At>> extends 'not JSON' ? NotSerializable<NotJson<T, At>> : unknown
type Answer<Path> = [Path] extends [never] ? 'JSON' : 'not JSON'

/** Of everything that a machine keeps or hands on as data. */
type BadPath<T> = T extends {
  context: infer C
  event: infer E
  input: infer I
  output: infer O
  emitted: infer X
  actor: infer A
}
  ?
      | NotJson<C, 'context', true>
      | NotJson<E, 'event', true>
      | NotJson<I, 'input'>
      | NotJson<O, 'output', true>
      | NotJson<X, 'emitted'>
      | InEffects<EffectMap<A>>
      | InChildren<A>
  : never

/** What effects are given and what they answer: `effects.draft.output.at`. */
type InEffects<F, K extends keyof F = keyof F> = K extends string
  ? F[K] extends { input: infer I; output: infer O }
    ? NotJson<I, `effects.${K}.input`, true> | NotJson<O, `effects.${K}.output`>
    : never
  : never

/** What child machines keep, at any depth: `actors.child.context.at`. Their effects are named with their parent's. */
type InChildren<A, At extends string = 'actors.'> = [IsAny<A>] extends [true]
  ? never
  : A extends { src: infer K extends string; logic: infer L }
    ? true extends IsAny<L> | IsAny<K> | (string extends K ? true : false)
      ? never
      : L extends AnyStateMachine
        ? InChild<MachineTypes<L>, `${At}${K}`>
        : never
    : never
type InChild<T, At extends string> = T extends {
  context: infer C
  input: infer I
  output: infer O
  actor: infer B
}
  ?
      | NotJson<C, `${At}.context`, true>
      | NotJson<I, `${At}.input`, true>
      | NotJson<O, `${At}.output`, true>
      | InChildren<B, `${At}.`>
  : never
type IsAny<T> = 0 extends 1 & T ? true : false

/** The path of each member that JSON cannot hold; `never` when all is well. Five levels deep: deeper ones are found at run time. `Refs`: references to actors may stand there. */
export type NotJson<
  T,
  At extends string,
  Refs extends boolean = false,
  Depth extends unknown[] = [],
> = Depth['length'] extends 5
  ? never
  : unknown extends T
    ? never
    : T extends string | number | boolean | null | undefined
      ? never
      : T extends bigint | symbol | ((...args: any[]) => any)
        ? At
        : T extends { sessionId: string; getSnapshot: unknown }
          ? Refs extends true
            ? never
            : At
          : T extends readonly (infer U)[]
            ? NotJson<U, `${At}[]`, Refs, [...Depth, 0]>
            : T extends NeverJson | ErrorInstance<T>
              ? At
              : { [K in keyof T & string]: NotJson<T[K], `${At}.${K}`, Refs, [...Depth, 0]> }[keyof T & string]

type NeverJson =
  | Date
  | ReadonlyMap<any, any>
  | ReadonlySet<any>
  | RegExp
  | ArrayBufferLike
  | ArrayBufferView
  | Promise<any>
  | UrlInstance
/** As `URL` is, which this package's types need not know. */
interface UrlInstance {
  readonly searchParams: object
  readonly toJSON: () => string
}
/** An error as data has its name and its message too, but no stack. */
type ErrorInstance<T> = T extends Error ? ('stack' extends keyof T ? T : never) : never
