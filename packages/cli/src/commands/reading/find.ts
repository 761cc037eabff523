/** `refold find`: when a condition on an agent's state became true. */
import type { AgentHistory, HistoryFlip } from '@refold/core/history'
import type { Found } from '../../output.js'
import { tableOf } from '../../table.js'
import { withPast } from '../store-only.js'
import type { ProjectOptions } from '../store-only.js'
import { predicateOf } from '@refold/inspector/answers'
import { requireKnown } from './never-so.js'
import { historyOf, troubleOf } from './past-agent.js'
import { timeText } from './shown.js'

export interface FindCommandOptions extends ProjectOptions {
  /** Conditions that hold together. */
  readonly where: readonly string[]
  /** Every revision at which they become true or false, in place of the first at which they are true. */
  readonly all?: boolean
  readonly json: boolean
}

/** A row for each revision; none where it never was so. Rejects with `NOT_FOUND` where no state of the agent could have been so. */
export async function find(
  agent: string,
  { where, all = false, json, ...options }: FindCommandOptions,
): Promise<Found> {
  const predicate = predicateOf(where)
  return withPast(options, async (past) => {
    const opened = await historyOf(past, agent)
    const flips = (await opened.find(predicate, all ? {} : { limit: 1 })).map((flip) => inWords(flip, opened))
    if (flips.length === 0) await requireKnown(where, { agent, past, opened })
    const rows = flips.map(({ revision, at, becomes, type }) => [String(revision), timeText(at), String(becomes), type])
    return {
      text: json ? JSON.stringify(flips) : tableOf(['REV', 'TIME', 'BECOMES', 'TYPE'], rows),
      ...(flips.length === 0 && !json ? { note: 'it was never so' } : undefined),
      ...troubleOf(opened),
    }
  })
}

function inWords(
  flip: HistoryFlip,
  opened: AgentHistory,
): HistoryFlip & { readonly at: number; readonly type: string } {
  const [record] = opened.outline({ from: flip.revision, to: flip.revision })
  return { ...flip, at: record?.at ?? 0, type: record?.type ?? '' }
}
