/** Which records of a history lie between two moments. */
import type { AgentHistory, HistoryMoment, RecordRange } from '@refold/core/history'
import { momentOf } from './moment-argument.js'

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
  return {
    from: from === undefined ? undefined : momentOf(from),
    to: to === undefined ? undefined : momentOf(to),
  }
}

/** Rejects with `NOT_FOUND` for a revision that is not there. Of a time it is enough that there may be records on the right side of it. */
export async function revisionsIn(opened: AgentHistory, { from, to }: Moments): Promise<Required<RecordRange>> {
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
