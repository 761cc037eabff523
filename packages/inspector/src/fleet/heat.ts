/** Where the agents of a definition stand, for how long, and which edges they took. */
import { RefoldError } from '@refold/core/store'
import type { HeatState, HeatView } from '../contract/fleet.js'
import { fingerprintOf, keyOf } from './asked-events.js'
import { forEach, pagesOf } from './fleet-source.js'
import type { FleetSource } from './fleet-source.js'
import { RecentPast } from './recent-past.js'
import { withParents } from './state-paths.js'

export interface HeatQuery {
  readonly definition: string
  readonly version: number
  /** Epoch milliseconds. */
  readonly now: number
  readonly signal?: AbortSignal | undefined
}

/** Agents of each leaf state, active ones and ended ones, whose records are looked through. */
const MOST_OF_A_STATE = 100
/** Records of all of them together, as far as each has its least. */
const MOST_RECORDS = 20_000
const LEAST_OF_AN_AGENT = 5
const MOST_OF_AN_AGENT = 1_000

/**
 * Of one version of a definition. Reads the directory's entries of it, and at most some newest records of some agents of each
 * state. Rejects with `NOT_FOUND` where there is no such agent, and when the signal aborts.
 */
export async function heatOf(source: FleetSource, { definition, version, now, signal }: HeatQuery): Promise<HeatView> {
  const standing = await standingOf(source, { definition, version, signal })
  const fingerprint =
    standing.newest === undefined
      ? undefined
      : await fingerprintOf(source, standing.newest, keyOf({ definition, version }))
  if (fingerprint === undefined)
    throw new RefoldError('NOT_FOUND', `there is no agent of ${definition} at version ${version}`)
  const streams = [...new Set(standing.sampled.flat())]
  const limit = Math.min(
    MOST_OF_AN_AGENT,
    Math.max(LEAST_OF_AN_AGENT, Math.floor(MOST_RECORDS / Math.max(1, streams.length))),
  )
  const past = new RecentPast(source, { fingerprint, limit })
  await forEach(streams, signal, (stream) => past.read(stream, standing.active.has(stream)))
  const { taken, records, isWhole } = past
  const isAll = isWhole && streams.length === standing.total
  return {
    definition,
    version,
    fingerprint,
    states: [...standing.agents].map(([path, agents]) => stateOf({ path, agents }, { past, now })),
    edges: { taken: Object.fromEntries(taken), agents: streams.length, records, isAll },
  }
}

interface Standing {
  readonly total: number
  readonly newest: string | undefined
  /** By path of a state, parents of states included. */
  readonly agents: ReadonlyMap<string, number>
  /** Streams, by leaf state and whether they have ended. */
  readonly sampled: readonly (readonly string[])[]
  readonly active: ReadonlySet<string>
}

/** An agent that was stopped, or that failed, stands nowhere any more. */
async function standingOf(
  source: FleetSource,
  { definition, version, signal }: Omit<HeatQuery, 'now'>,
): Promise<Standing> {
  const agents = new Map<string, number>()
  const groups = new Map<string, string[]>()
  let [total, newest]: [number, string | undefined] = [0, undefined]
  for await (const page of pagesOf(source, { definition, version }, signal)) {
    for (const { stream, status, active } of page) {
      total++
      newest = stream
      const group = JSON.stringify([status === 'active', active])
      const members = groups.get(group)
      if (members === undefined) groups.set(group, [stream])
      else members.push(stream)
      if (status === 'stopped' || status === 'error') continue
      for (const path of withParents(active)) agents.set(path, (agents.get(path) ?? 0) + 1)
    }
  }
  const sampled = [...groups].map(([group, members]) => ({ group, members: spread(members, MOST_OF_A_STATE) }))
  const active = new Set(sampled.flatMap(({ group, members }) => (group.startsWith('[true') ? members : [])))
  return { total, newest, agents, active, sampled: sampled.map(({ members }) => members) }
}

/** At most so many, as far apart as they can be, the first among them. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)] as T) // it is there
}

function stateOf(
  { path, agents }: Pick<HeatState, 'path' | 'agents'>,
  { past, now }: { readonly past: RecentPast; readonly now: number },
): HeatState {
  const entered = (past.entered.get(path) ?? []).toSorted((one, other) => one.at - other.at)
  const [first] = entered
  if (first === undefined) return { path, agents, sampled: 0 }
  const median = entered[Math.floor(entered.length / 2)] ?? first
  return {
    path,
    agents,
    sampled: entered.length,
    medianMs: Math.max(0, now - median.at),
    longestMs: Math.max(0, now - first.at),
    longest: first.stream,
  }
}
