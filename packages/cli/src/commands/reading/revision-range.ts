/** Which records of a history lie between two moments. */
import type { AgentHistory, HistoryMoment } from '@refold/core/history'
import { RefoldError } from '@refold/core/store'
import { momentOf } from './moment-argument.js'
import { timeText } from './shown.js'

export interface MomentsOptions {
  /** Moments, both included. */
  readonly from?: string
  readonly to?: string
}

export interface Moments {
  readonly from: HistoryMoment | undefined
  readonly to: HistoryMoment | undefined
}

/** Throws `INVALID_INPUT`. */
export function momentsOf({ from, to }: MomentsOptions): Moments {
  const now = Date.now()
  const moments = {
    from: from === undefined ? undefined : momentOf(from, { now }),
    to: to === undefined ? undefined : momentOf(to, { now }),
  }
  if (!isBackwards(moments)) return moments
  throw new RefoldError('INVALID_INPUT', `from ${from} to ${to} there is nothing: it ends before it begins`, {
    hint: 'The earlier moment is --from.',
  })
}

/** A revision and a time are compared by their records. */
function isBackwards({ from, to }: Moments): boolean {
  if (typeof from === 'number' && typeof to === 'number') return from > to
  return typeof from === 'object' && typeof to === 'object' && from.at > to.at
}

/** What is to be said of a time that lies behind all that there is. */
export function beyondNote(opened: AgentHistory, { from }: Pick<Moments, 'from'>): string | undefined {
  const [newest] = opened.outline({ from: opened.last })
  if (typeof from !== 'object' || newest === undefined || newest.at >= from.at) return undefined
  return `nothing came since: the last record is revision ${newest.revision}, of ${timeText(newest.at)}`
}

export interface RevisionRange {
  readonly from: number
  readonly to: number
}

/** Rejects with `NOT_FOUND` for a revision that is not there. Of a time it is enough that there may be records on the right side of it. */
export async function revisionsIn(opened: AgentHistory, { from, to }: Moments): Promise<RevisionRange> {
  for (const moment of [from, to]) if (typeof moment === 'number') await opened.record(moment)
  return { from: firstFrom(opened, from), to: lastTo(opened, to) }
}

function firstFrom(opened: AgentHistory, moment: HistoryMoment = opened.first): number {
  if (typeof moment !== 'object') return Number(moment)
  return opened.outline().find(({ at }) => at >= moment.at)?.revision ?? opened.last + 1
}

function lastTo(opened: AgentHistory, moment: HistoryMoment = opened.last): number {
  if (typeof moment !== 'object') return Number(moment)
  return opened.outline().findLast(({ at }) => at <= moment.at)?.revision ?? opened.first - 1
}
