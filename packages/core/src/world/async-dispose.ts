/** What `await using` calls at the end of a block. */

/** `Symbol.asyncDispose`; in a browser without it, the symbol by which compiled `await using` looks for it there. */
export const ASYNC_DISPOSE: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')
