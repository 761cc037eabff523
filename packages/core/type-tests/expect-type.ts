/** Compares types exactly: assignability would take `any` for anything. */

/** `true` when the two types are identical. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only for `true`. */
export declare function expectType<T extends true>(): T
