/** What a process knows to be stored of one agent, and how it learns what others have added. */
import type { Recorded } from '../../decide/decision.js'
import { isRefoldError } from '../../errors.js'
import { advance } from '../../record/revision.js'
import { foldAfter } from '../../history/fold-stream.js'
import type { Folded } from '../../history/fold-stream.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { Snapshot } from '../../log/snapshots.js'

/** The newest state that was folded, and the record that it stands on. */
export type Durable = Pick<Folded, 'state' | 'head' | 'headId' | 'lastAt'>

/** After one more record, which the store has just taken. */
export function withRecord({ head }: Durable, { record, state }: Recorded): Durable {
  return { state, head: advance(head), headId: record.id, lastAt: record.metadata.refold.at }
}

/** What a snapshot of this very state needs; `undefined` before the first record. */
export function snapshotOf({ state, head, headId, lastAt }: Durable): Snapshot | undefined {
  if (state === undefined || head === 'no_stream') return undefined
  return { revision: head, eventId: headId, lastAt, state }
}

export interface ReadOnOptions {
  readonly log: AgentLog
  readonly stream: string
  /** Asked after each failure. */
  readonly isGivenUp: () => boolean
  /** Resolves when another try is worth it. */
  readonly pause: () => Promise<void>
}

/** Folds on to the head. A read that fails for a moment is tried again: outcomes may wait behind it. `undefined`: given up. */
export async function readOn(
  known: Durable,
  { log, stream, isGivenUp, pause }: ReadOnOptions,
): Promise<Folded | undefined> {
  for (;;) {
    try {
      return await foldAfter(log, stream, { ...known, foreign: 0, records: 0, deliveries: [] })
    } catch (error) {
      const passing =
        isRefoldError(error, 'STORE_REJECTED') ||
        isRefoldError(error, 'STORE_UNKNOWN') ||
        isRefoldError(error, 'TIMEOUT')
      if (!passing) throw error
      if (isGivenUp()) return undefined
      await pause()
    }
  }
}
