/** What the directory of a store says of all its agents, as metrics: who needs someone, and who waits too long. */
import { isRefoldError, RefoldError } from '../errors.js'
import { fromGiven, requireMethods } from '../coded.js'
import { checkedOptions, optionRule } from '../option-values.js'
import type { Directory, DirectoryEntry, DirectoryQuery } from '../store/port.js'
import { systemClock } from '../world/system-clock.js'
import type { Clock } from '../world/world.js'
import type { MetricFamily } from './metric-family.js'
import { gauge, plain } from './series.js'

/** A number is counted so far: what it is for is to be zero. */
const MOST = 1_000
/** What is due for less is on its way. */
const OVERDUE_AFTER_MS = 10_000

const CONDITIONS = ['blocked', 'in-doubt', 'paused', 'suspected'] as const

/** Of `agentMetrics`. */
export interface AgentMetricsOptions {
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'now'>
}

function timeOf(options: AgentMetricsOptions): number {
  const { clock = systemClock } = checkedOptions<AgentMetricsOptions>(options, { clock: optionRule.methods('now') })
  return clock.now()
}

/**
 * Agents of the whole store by condition, their effects in doubt, what is overdue and for how long, and agents with work that no one
 * owns: each number up to 1,000. An effect that the chart of a running agent left, and that waits for someone's word, is in none of these. It asks the directory (`store.directory`) some questions: do so now and then, and in one process
 * of several. Rejects with what the store says.
 */
export async function agentMetrics(
  directory: Pick<Directory, 'find'>,
  options: AgentMetricsOptions = {},
): Promise<readonly MetricFamily[]> {
  requireMethods(directory, 'directory', ['find'])
  const now = fromGiven('agentMetrics', () => timeOf(options))
  const find = (query: DirectoryQuery): Promise<readonly DirectoryEntry[]> => firstOf(directory, query)
  const conditions: { labels: { condition: string }; value: number }[] = []
  let inDoubt = 0
  for (const condition of CONDITIONS) {
    const found = await find({ condition })
    conditions.push({ labels: { condition }, value: found.length })
    for (const entry of found) inDoubt += entry.inDoubt // one that is paused or blocked may have some too
  }
  const overdue = await find({ status: 'active', condition: 'running', dueBefore: now - OVERDUE_AFTER_MS })
  const longestMs = overdue.reduce((longest, { nextDueAt = now }) => Math.max(longest, now - nextDueAt), 0)
  const unowned = await find({ status: 'active', condition: 'running', owner: null, pending: true })
  const [some, max] = [`counted up to ${MOST}`, { merge: 'max' as const }]
  return [
    gauge({ name: 'refold_agents', help: `Agents of the store by condition, ${some}.`, ...max }, conditions),
    gauge(
      { name: 'refold_effects_in_doubt', help: 'Effects of these that someone must resolve.', ...max },
      plain(inDoubt),
    ),
    gauge(
      { name: 'refold_agents_overdue', help: `Agents with a timer or deadline overdue for 10 s, ${some}.`, ...max },
      plain(overdue.length),
    ),
    gauge(
      { name: 'refold_timer_lag_seconds', help: 'How long the oldest of them is overdue.', ...max },
      plain(longestMs / 1_000),
    ),
    gauge(
      { name: 'refold_agents_unowned', help: `Agents with effects to perform and no owner, ${some}.`, ...max },
      plain(unowned.length),
    ),
  ]
}

async function firstOf(directory: Pick<Directory, 'find'>, query: DirectoryQuery): Promise<readonly DirectoryEntry[]> {
  const found: DirectoryEntry[] = []
  const pages = asked(() => directory.find({ ...query, limit: MOST }))
  if (typeof pages?.[Symbol.asyncIterator] !== 'function')
    throw new RefoldError('INVALID_INPUT', 'directory: must be that of a store: its `find` gives no pages')
  for await (const page of pages) found.push(...page)
  return found
}

/** What a store throws has a code, but for one that is none of ours. */
function asked<R>(ask: () => R): R {
  try {
    return ask()
  } catch (cause) {
    if (isRefoldError(cause)) throw cause
    const hint = 'It comes from the directory that was given, and has no code: look there.'
    throw new RefoldError('STORE_REJECTED', cause instanceof Error ? cause.message : String(cause), { cause, hint })
  }
}
