/** Pages of the whole log. */
import type { Store } from '@refold/core/store'
import type { RecordedEvent } from './event.js'
import { seenPosition, storedPosition } from './positions.js'
import { fromStored } from './stored-form.js'

export interface LogRange {
  /** Exclusive; `undefined`: from the beginning, backwards from the end. */
  readonly after: number | undefined
  readonly direction: 'forwards' | 'backwards'
}

/** Pages, never empty. */
export async function* readLog(
  { store }: { readonly store: Store },
  { after, direction }: LogRange,
): AsyncGenerator<readonly RecordedEvent[], void, undefined> {
  const isBounded = after !== undefined && (after > 0 || direction === 'backwards')
  const start = isBounded ? { after: storedPosition(after) } : {}
  for await (const page of store.readAll({ ...start, direction })) yield page.map(fromStored)
}

/** Position of the newest event; 0 for an empty log. */
export async function lastPosition(store: Store): Promise<number> {
  for await (const [event] of store.readAll({ direction: 'backwards', limit: 1 }))
    return event ? seenPosition(event.position) : 0
  return 0
}
