/** What stands outside of an agent where its machine's types have references to actors. */
import type { ActorId } from '../record/state-document.js'

/** Stands where readers of a context, an output, an input or an event would find a reference to an actor. */
export interface ActorPointer {
  /** Names the actor in the life of the agent; an effect has the same name in `effects`. */
  readonly actor: ActorId
  /** Its own id, under which its parent's `children` show it, unless it was stopped or another one has taken its place. */
  readonly id: string
  /** The name of its logic. Absent: nothing is known of it any more. */
  readonly src?: string
}

/**
 * The type as readers see it, with `R` in place of each reference to an actor. The same type where it has none; five levels are
 * looked at.
 */
export type Outside<T, R> = true extends HasRef<T> ? Replaced<T, R> : T

type Leaf = string | number | boolean | bigint | symbol | null | undefined
/** Any reference of XState, also one that is typed by its machine. */
interface AnyRef {
  sessionId: string
  getSnapshot: unknown
}

type HasRef<T, Depth extends unknown[] = []> = Depth['length'] extends 5
  ? false
  : unknown extends T
    ? false
    : T extends Leaf
      ? false
      : T extends AnyRef
        ? true
        : T extends readonly (infer U)[]
          ? HasRef<U, [...Depth, 0]>
          : { [K in keyof T]-?: HasRef<T[K], [...Depth, 0]> }[keyof T]

type Replaced<T, R> = unknown extends T
  ? T
  : T extends Leaf
    ? T
    : T extends AnyRef
      ? R
      : { [K in keyof T]: Replaced<T[K], R> }
