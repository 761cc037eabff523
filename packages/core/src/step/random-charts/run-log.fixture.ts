/** What one input made a chart do, in words that two engines can be compared by. */

export interface RunLog {
  readonly started: string[]
  readonly stopped: string[]
  /** Custom actions and logs. */
  readonly actions: string[]
  readonly emitted: string[]
  readonly received: string[]
}

export function newRunLog(): RunLog {
  return { started: [], stopped: [], actions: [], emitted: [], received: [] }
}

/** An input of a random run; `effect` is the index among the pending ones, in the order of their starts. */
export type RunInput =
  | { readonly kind: 'event'; readonly event: { readonly type: string; readonly value: number } }
  | { readonly kind: 'done'; readonly effect: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly effect: number; readonly message: string }
  | { readonly kind: 'next'; readonly effect: number; readonly value: unknown }
  | { readonly kind: 'timer' }
