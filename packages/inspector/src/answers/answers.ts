/**
 * Every question about agents and how it is answered, by the names of `ROUTES`: by the server in Node, and by the page's worker for
 * a file that was dropped. No Node built-in.
 */
import { headOf, skeletonOf } from './head.js'
import { OpenedAgents } from './opened-agents.js'
import type { AnswerSource } from './opened-agents.js'
import { numberIn, revisionIn, textIn } from './params.js'
import type { Params } from './params.js'
import { pointOf, recordOf, valueOf } from './point.js'
import { rowsOf } from './rows.js'

type Answer = (agents: OpenedAgents, params: Params) => Promise<unknown>

const ANSWERS = {
  head: async (agents, params) => headOf(await agents.open(textIn(params, 'agent'))),
  skeleton: async (agents, params) => {
    const range = { from: numberIn(params, 'from'), to: numberIn(params, 'to') }
    return skeletonOf(await agents.open(textIn(params, 'agent'), upTo(range.to)), range)
  },
  rows: async (agents, params) => {
    const range = { from: revisionIn(params, 'from'), to: revisionIn(params, 'to') }
    return rowsOf((await agents.open(textIn(params, 'agent'), upTo(range.to))).history, range)
  },
  record: async (agents, params) => {
    const at = revisionIn(params, 'at')
    return recordOf((await agents.open(textIn(params, 'agent'), upTo(at))).history, at)
  },
  point: async (agents, params) => {
    const at = revisionIn(params, 'at')
    return pointOf(await agents.open(textIn(params, 'agent'), upTo(at)), at)
  },
  value: async (agents, params) => {
    const at = revisionIn(params, 'at')
    const { history } = await agents.open(textIn(params, 'agent'), upTo(at))
    return valueOf(history, { at, path: textIn(params, 'path'), from: numberIn(params, 'from') })
  },
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

export const ANSWER_NAMES = Object.keys(ANSWERS) as readonly AnswerName[]

function upTo(to: number | undefined): { readonly to?: number } {
  return to === undefined ? {} : { to }
}
