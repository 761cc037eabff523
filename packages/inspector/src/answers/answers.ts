/**
 * Every question about agents and how it is answered, by the names of `ROUTES`: by the server in Node, and by the page's worker for
 * a file that was dropped. No Node built-in.
 */
import { compare, comparedIn } from './compare.js'
import { differenceOf } from './difference.js'
import { testOf } from './export.js'
import { headOf, skeletonOf } from './head.js'
import { lanesOf } from './lanes.js'
import { OpenedAgents } from './opened-agents.js'
import type { AnswerSource, OpenedAgent } from './opened-agents.js'
import { numberIn, revisionIn, textIn, textsIn } from './params.js'
import type { Params } from './params.js'
import { pointOf, recordOf, valueOf } from './point.js'
import { rowsOf } from './rows.js'
import { transcriptOf } from './transcript.js'
import { blameOf, causesOf, changesOf, foundIn } from './why.js'

type Answer = (agents: OpenedAgents, params: Params) => Promise<unknown>

const ANSWERS = {
  head: async (agents, params) => headOf(await openIn(agents, params)),
  skeleton: async (agents, params) => {
    const range = { from: numberIn(params, 'from'), to: numberIn(params, 'to') }
    return skeletonOf(await openIn(agents, params, range.to), range)
  },
  rows: async (agents, params) => {
    const range = { from: revisionIn(params, 'from'), to: revisionIn(params, 'to') }
    return rowsOf((await openIn(agents, params, range.to)).history, range)
  },
  record: async (agents, params) => {
    const at = revisionIn(params, 'at')
    return recordOf((await openIn(agents, params, at)).history, at)
  },
  point: async (agents, params) => {
    const at = revisionIn(params, 'at')
    return pointOf(await openIn(agents, params, at), at)
  },
  value: async (agents, params) => {
    const at = revisionIn(params, 'at')
    const { history } = await openIn(agents, params, at)
    return valueOf(history, { at, path: textIn(params, 'path'), from: numberIn(params, 'from') })
  },
  diff: async (agents, params) => {
    const range = { from: revisionIn(params, 'from'), to: revisionIn(params, 'to') }
    const { history } = await openIn(agents, params, Math.max(range.from, range.to))
    return { ...range, ...differenceOf(await history.at(range.from), await history.at(range.to)) }
  },
  blame: async (agents, params) => {
    const at = numberIn(params, 'at')
    return blameOf((await openIn(agents, params, at)).history, { path: textIn(params, 'path'), at })
  },
  explain: async (agents, params) => {
    const at = revisionIn(params, 'at')
    return causesOf((await openIn(agents, params, at)).history, at)
  },
  find: async (agents, params) => foundIn((await openIn(agents, params)).history, textsIn(params, 'where')),
  changes: async (agents, params) => changesOf((await openIn(agents, params)).history, textIn(params, 'path')),
  lanes: async (agents, params) => {
    const range = { from: numberIn(params, 'from'), to: numberIn(params, 'to') }
    return lanesOf((await openIn(agents, params, range.to)).history, range)
  },
  transcript: async (agents, params) => {
    const at = numberIn(params, 'at')
    return transcriptOf((await openIn(agents, params, at)).history, at)
  },
  test: async (agents, params) => {
    const at = revisionIn(params, 'at')
    const { history } = await openIn(agents, params, at)
    const { source, codecs = [] } = agents.from
    return testOf(source, history, { at, config: params['config'], isEncoded: codecs.length > 0 })
  },
  compare: async (agents, params) =>
    compare(agents, comparedIn(textIn(params, 'left')), comparedIn(textIn(params, 'right'))),
} as const satisfies Readonly<Record<string, Answer>>

/** A question: a member of `ROUTES`. */
export type AnswerName = keyof typeof ANSWERS

/** All that can be asked of a source's agents. */
export class Answers {
  readonly agents: OpenedAgents

  /** The agents of a store, or of what `openExport` gives. Nothing is read before something is asked. */
  constructor(from: AnswerSource) {
    this.agents = new OpenedAgents(from)
  }

  /**
   * What the route of that name answers. `params`: the parts of its path and its query, as texts. Rejects with a coded error:
   * `codedError` says it as the server does.
   */
  ask(name: AnswerName, params: Params): Promise<unknown> {
    const answer: Answer = ANSWERS[name]
    return answer(this.agents, params)
  }
}

/** All of them. */
export const ANSWER_NAMES = Object.keys(ANSWERS) as readonly AnswerName[]

/** With the records up to a revision, or with all there are. */
function openIn(agents: OpenedAgents, params: Params, to?: number): Promise<OpenedAgent> {
  return agents.open(textIn(params, 'agent'), to === undefined ? {} : { to })
}
