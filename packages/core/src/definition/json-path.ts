/** Finds, at compile time, what could not be stored: the path of each member of a type that is not JSON. */
import type { MachineTypes } from './machine-types.js'

/** What the compiler shows for a machine whose types hold something that is not JSON. */
export interface NotSerializable<Path> {
  path: Path
}

/** The machine's type itself when all of it can be stored. */
export type Durable<M> = [BadPath<MachineTypes<M>>] extends [never] ? M : NotSerializable<BadPath<MachineTypes<M>>>

type BadPath<T> = T extends { context: infer C; event: infer E; output: infer O }
  ? NotJson<C, 'context'> | NotJson<E, 'event'> | NotJson<O, 'output'>
  : never

/** `never` when all is well. References to actors may stand in context. Five levels deep: deeper ones are found at run time. */
type NotJson<T, At extends string, Depth extends unknown[] = []> = Depth['length'] extends 5
  ? never
  : unknown extends T
    ? never
    : T extends string | number | boolean | null | undefined
      ? never
      : T extends bigint | symbol | ((...args: any[]) => any)
        ? At
        : T extends { sessionId: string; getSnapshot: unknown }
          ? never
          : T extends readonly (infer U)[]
            ? NotJson<U, `${At}[]`, [...Depth, 0]>
            : T extends NeverJson | ErrorInstance<T>
              ? At
              : { [K in keyof T & string]: NotJson<T[K], `${At}.${K}`, [...Depth, 0]> }[keyof T & string]

type NeverJson = Date | ReadonlyMap<any, any> | ReadonlySet<any> | RegExp | Uint8Array | Promise<any>
/** An error as data has its name and its message too, but no stack. */
type ErrorInstance<T> = T extends Error ? ('stack' extends keyof T ? T : never) : never
