/** Whether a condition that was never true asks of a place or a state that the agent has not: most likely it is mistyped. */
import { chartStates, fieldAt, nearestName, readChart } from '@refold/core/history'
import type { AgentHistory } from '@refold/core/history'
import { printable, RefoldError } from '@refold/core/store'
import { conditionParts, predicateOf } from '@refold/inspector/answers'
import type { Past } from '../store-only.js'

export interface NeverSo {
  readonly agent: string
  readonly past: Past
  readonly opened: AgentHistory
}

/** Rejects with `NOT_FOUND`. A place that stands alone asks just that: whether anything ever stood there. */
export async function requireKnown(conditions: readonly string[], never: NeverSo): Promise<void> {
  for (const condition of conditions) {
    const { place, operator, value } = conditionParts(condition)
    if (place === 'state') await requireState(value, never)
    else if (place.startsWith('/') && operator !== undefined) await requirePlace(place, never)
  }
}

async function requirePlace(place: string, { agent, opened }: NeverSo): Promise<void> {
  const flips = await opened.find(predicateOf([place]), { limit: 1 })
  if (flips.length > 0) return
  const near = await nearPlace(place, opened)
  throw new RefoldError('NOT_FOUND', printable(`nothing ever stood at ${place} in ${agent}`), {
    hint: near === undefined ? `\`refold state ${agent} --path ''\` shows all there is.` : `Did you mean ${near}?`,
  })
}

/** The place with its first unknown key replaced, as the newest state has it. */
async function nearPlace(place: string, opened: AgentHistory): Promise<string | undefined> {
  const { document } = await opened.at(opened.lastState)
  const keys = place.split('/').slice(1)
  for (const [at, key] of keys.entries()) {
    const above = keys.slice(0, at)
    if (fieldAt(placeOf([...above, key]))(document) !== undefined) continue
    const known = Object.keys(Object(fieldAt(placeOf(above))(document)))
    const near = nearestName(key, at === 0 ? ['context', ...known] : known)
    return near === undefined ? undefined : placeOf([...above, near, ...keys.slice(at + 1)])
  }
  return undefined
}

function placeOf(keys: readonly string[]): string {
  return keys.map((key) => `/${key}`).join('')
}

/** Rejects with `NOT_FOUND`. Only where each chart can be read that the agent ever had. */
export async function requireState(state: string, { agent, past, opened }: NeverSo): Promise<void> {
  if (opened.trouble !== undefined) return
  const fingerprints = new Set<string>()
  await opened.find((document) => {
    fingerprints.add(document.agent.fingerprint)
    return false
  })
  const states = new Set<string>()
  for (const fingerprint of fingerprints) {
    const chart = await readChart(past.source, fingerprint, { codecs: past.codecs })
    if (chart === undefined) return
    for (const each of chartStates(chart)) states.add(each)
  }
  if (states.has(state)) return
  const near = nearestName(state, states)
  throw new RefoldError('NOT_FOUND', printable(`the chart of ${agent} has no state ${state}`), {
    hint: near === undefined ? `It has ${[...states].slice(0, 10).join(', ')}.` : `Did you mean ${near}?`,
  })
}
