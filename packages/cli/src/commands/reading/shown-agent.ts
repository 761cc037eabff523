/** What `refold show` tells of an agent. */
import type { HistoryPoint, TakenEvent } from '@refold/core/history'
import type { HeldUp } from '@refold/inspector/answers'
import type { Way } from '@refold/inspector/commands'

/** An agent as it stands. */
export interface ShownAgent extends Omit<HistoryPoint, 'document' | 'owners'> {
  readonly agent: string
  readonly definition: string
  readonly version: number
  readonly started: { readonly at: number; readonly by?: string }
  /** Since when it is in its states; absent: for very long. */
  readonly inStateSince?: { readonly revision: number; readonly at: number }
  readonly heldUp?: HeldUp
  /** Events that it takes where it stands; absent: its chart is not stored. */
  readonly takes?: readonly TakenEvent[]
  /** What can be done. */
  readonly ways: readonly Way[]
}
