/** Where reading of an agent's records begins, and how it is known there that no more will come. */
import { standingOf } from '../history/stream-records.js'
import type { ReadFrom } from '../history/stream-records.js'
import type { Revision } from '../record/revision.js'
import type { AgentCell } from '../runtime/cell/agent-cell.js'

/** Readers that begin after the record which ended the agent hear of its end by its state. */
export function readFrom(after: Revision, load: () => Promise<AgentCell>): ReadFrom {
  const standing = async (): ReturnType<NonNullable<ReadFrom>['standing']> => {
    const cell = await load()
    await cell.refresh()
    const { state, head } = cell
    return state === undefined || head === 'no_stream' ? undefined : standingOf({ state, revision: head })
  }
  // What cannot be read is told by the reading itself.
  return { after, standing: () => standing().catch(() => undefined) }
}
