/**
 * When snapshots are written: after so many records, and when an agent with a good part of that leaves memory.
 *
 * Invariant: live equals folded. Before a snapshot is written, what is stored is folded on from the state that was folded last,
 * and its bytes are compared with those of the live state: an agent whose live state is another one stops here, and no snapshot of it is kept.
 */
import { isRefoldError, RefoldError } from '../../errors.js'
import { foldUpTo } from '../../history/fold-stream.js'
import type { Folded } from '../../history/fold-stream.js'
import type { AgentLog } from '../../log/agent-log.js'
import type { Snapshot } from '../../log/snapshots.js'
import { lengthOf } from '../../record/revision.js'
import type { EventHub } from '../events/event-hub.js'
import type { AgentCell } from './agent-cell.js'

export interface SnapshotKeeperOptions {
  readonly log: AgentLog
  readonly events: EventHub<AgentCell>
  readonly everyEvents: number
}

/** An agent that leaves memory is not folded again for less than this part of the interval. */
const WORTH_KEEPING = 1 / 4

/** Writes the snapshots of a runtime's agents as what happens calls for it. */
export function keepSnapshots({ log, events, everyEvents }: SnapshotKeeperOptions): void {
  /** Length of the stream at its newest snapshot, as far as this process knows. */
  const takenAt = new WeakMap<AgentCell, number>()
  /** What the records were last found to say. */
  const verified = new WeakMap<AgentCell, Folded>()
  const look = (cell: AgentCell, worthwhile: number): void => {
    const length = lengthOf(cell.head)
    if (length - (takenAt.get(cell) ?? cell.lengthAtSnapshot) < worthwhile) return
    const { snapshot, stream } = cell
    if (snapshot === undefined) return
    takenAt.set(cell, length)
    const failed = (error: unknown): void => {
      if (isRefoldError(error, 'LIVE_DIFFERS')) return cell.stop(error)
      if (!isRefoldError(error, 'CLOSED'))
        events.notice('warn', `the snapshot of ${stream} could not be written`, { error })
    }
    const known = verified.get(cell) ?? cell.folded
    // In the background: a snapshot is a cache.
    take(log, stream, { snapshot, known }).then((folded) => void verified.set(cell, folded), failed)
  }
  events.on('recorded', (_event, cell) => look(cell, everyEvents))
  events.on('leaving', (_event, cell) => look(cell, everyEvents * WORTH_KEEPING))
}

async function take(
  log: AgentLog,
  stream: string,
  { snapshot, known }: { readonly snapshot: Snapshot; readonly known: Folded },
): Promise<Folded> {
  const checked = await foldUpTo(log, stream, { known, to: snapshot.revision })
  const [folded, live] = [JSON.stringify(checked.state), JSON.stringify(snapshot.state)]
  if (folded !== live) throw differs(stream, { snapshot, folded, live })
  await log.snapshots.write(stream, snapshot)
  return checked
}

function differs(
  stream: string,
  { snapshot: { revision }, folded, live }: { snapshot: Snapshot; folded: string; live: string },
): RefoldError {
  let at = 0
  while (at < live.length && folded[at] === live[at]) at++
  const message = `the live state of ${stream} is not what its records fold to, at revision ${revision}`
  return new RefoldError('LIVE_DIFFERS', message, {
    facts: { stream, revision, folded: folded.slice(at - 80, at + 80), live: live.slice(at - 80, at + 80) },
    hint: 'The records count: attach to the agent again. This is a defect of Refold: please report it with these facts.',
  })
}
