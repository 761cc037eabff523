/** What holds an agent up: what happened, where in its chart, and since when. */
import type { AgentHistory, HistoryPoint, HistoryRecord } from '@refold/core/history'
import { errorText } from './about-record.js'

/** Absent: it is not known. */
export interface HeldUp {
  readonly condition: string
  /** Epoch milliseconds. */
  readonly since?: number
  /** Of the record that held it up. */
  readonly revision?: number
  readonly error?: string
  /** Active states when the chart threw. */
  readonly state?: readonly string[]
  readonly event?: string
  readonly action?: string
  readonly guard?: string
  readonly stack?: string
  readonly by?: string
  readonly reason?: string
}

/** `undefined`: nothing does. */
export async function heldUpBy(opened: AgentHistory, point: HistoryPoint): Promise<HeldUp | undefined> {
  const { condition, blocked, paused } = point
  if (condition === 'running' || condition === 'ended') return undefined
  const record = await lastRecord(opened, { to: point.revision, fits: (one) => one.condition === condition })
  const { state, event, action, guard, stack } = record?.diagnostics ?? {}
  const error = errorText(blocked?.error.cause) ?? errorText(blocked?.error)
  const { by, reason } = paused ?? record ?? {}
  const since = blocked?.at ?? paused?.at ?? record?.at
  const given = { since, revision: record?.revision, error, state, event, action, guard, stack, by, reason }
  return { condition, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) }
}

/** So far back a record is looked for. */
const LOOK_BACK = 10_000

/** The newest record at or before a revision that fits. */
export async function lastRecord(
  opened: AgentHistory,
  { to, fits }: { readonly to: number; readonly fits: (record: HistoryRecord) => boolean },
): Promise<HistoryRecord | undefined> {
  for (let revision = to; revision >= Math.max(opened.first, to - LOOK_BACK); revision--) {
    const record = await opened.record(revision)
    if (fits(record)) return record
  }
  return undefined
}
