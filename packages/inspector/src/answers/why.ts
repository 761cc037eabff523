/** Who set a field, why a record came, when something became so: the history library's answers, as they can be sent. */
import { touches } from '@refold/core/history'
import type { AgentHistory, Blame, Explanation } from '@refold/core/history'
import type { FlipView } from '../contract/agent.js'
import { predicateOf } from './conditions.js'
import { cutTo } from './cut.js'

/** As the library has it, its value cut where it is long. */
export async function blameOf(
  history: AgentHistory,
  { path, at = history.lastState }: { readonly path: string; readonly at?: number | undefined },
): Promise<Blame> {
  const blame = await history.blame(path, { at })
  if (blame.value === undefined) return blame
  return { ...blame, value: cutTo(blame.value, { path: `/document${blame.path}` }) }
}

/** Causes of one answer. */
const MOST_CAUSES = 500

export function causesOf(history: AgentHistory, at: number): Promise<Explanation> {
  return history.explain(at, { limit: MOST_CAUSES })
}

const MOST_FLIPS = 1_000

/** Of conditions that hold together. Rejects with `INVALID_INPUT` for what is none. */
export async function foundIn(history: AgentHistory, conditions: readonly string[]): Promise<readonly FlipView[]> {
  const flips = await history.find(predicateOf(conditions), { limit: MOST_FLIPS })
  return flips.map((flip) => {
    const [record] = history.outline({ from: flip.revision, to: flip.revision })
    return { ...flip, at: record?.at ?? 0, type: record?.type ?? '' }
  })
}

/** Revisions whose record wrote to a field, to something within or around it. Rejects with `INVALID_INPUT` for what is no pointer. */
export async function changesOf(history: AgentHistory, path: string): Promise<readonly number[]> {
  const isTouched = touches(path)
  const revisions: number[] = []
  for await (const record of history.records()) if (isTouched(record)) revisions.push(record.revision)
  return revisions
}
