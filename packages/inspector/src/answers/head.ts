/** An agent in a few words, and its records in columns. */
import { conditionOf } from '@refold/core/history'
import type { HistoryPoint } from '@refold/core/history'
import type { AgentHead, Skeleton } from '../contract/agent.js'
import { codedError } from './coded-error.js'
import type { OpenedAgent } from './opened-agents.js'

export async function headOf({ history, chart }: OpenedAgent): Promise<AgentHead> {
  const { stream, first, last, lastState, trouble, forkedFrom } = history
  const point = lastState < first ? undefined : await history.at(lastState)
  const { definition = '', version = 0, fingerprint = '' } = point?.document.agent ?? {}
  const stored = fingerprint === '' ? undefined : await chart(fingerprint)
  return {
    agent: stream,
    definition,
    version,
    fingerprint,
    first,
    last,
    lastState,
    ...(trouble === undefined
      ? undefined
      : { trouble: { revision: trouble.revision, error: codedError(trouble.error) } }),
    ...(forkedFrom === undefined
      ? undefined
      : { forkedFrom: { ...forkedFrom, agent: `${forkedFrom.agent.name}-${forkedFrom.agent.id}` } }),
    ...standing(point),
    hasChart: stored !== undefined,
    hidesSecrets: stored?.['secrets'] !== undefined,
  }
}

function standing(point: HistoryPoint | undefined): Pick<AgentHead, 'status' | 'condition' | 'active'> {
  if (point === undefined) return {}
  return { status: point.status, condition: conditionOf(point.document), active: point.active }
}

export function skeletonOf(
  { history }: Pick<OpenedAgent, 'history'>,
  { from = 0, to = history.last }: { readonly from?: number | undefined; readonly to?: number | undefined },
): Skeleton {
  const words = new Words()
  const outline = history.outline({ from, to })
  const start = outline[0]
  let before = start?.at ?? 0
  const after = outline.map(({ at }) => {
    const ms = at - before
    before = at
    return ms
  })
  return {
    from: start?.revision ?? from,
    types: outline.map(({ type }) => words.index(type)),
    kinds: outline.map(({ kind }) => words.index(kind)),
    at: start?.at ?? 0,
    after,
    about: outline.map(({ effect, timer }) => words.index(effect ?? timer)),
    words: words.all,
  }
}

class Words {
  readonly all: string[] = []
  readonly #indices = new Map<string, number>()

  /** -1: none. */
  index(word: string | undefined): number {
    if (word === undefined) return -1
    const known = this.#indices.get(word)
    if (known !== undefined) return known
    this.#indices.set(word, this.all.length)
    return this.all.push(word) - 1
  }
}
