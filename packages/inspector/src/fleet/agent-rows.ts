/** Pages of agents, as they are looked for. */
import { headerOf } from '@refold/core/record'
import { askedOfDirectory, foundAgent, RefoldError } from '@refold/core/store'
import type { DirectoryEntry, DirectoryQuery } from '@refold/core/store'
import type { AgentRow, AgentRows, FleetFilter } from '../contract/fleet.js'
import { hasConcern, needsOwner } from './concerns.js'
import { forEach, pagesOf } from './fleet-source.js'
import type { Survey } from './survey.js'

/** Which page. */
export interface RowsQuery {
  readonly filter: FleetFilter
  /** The stream of the last row of the page before. */
  readonly after?: string | undefined
  readonly limit: number
  /** Epoch milliseconds. */
  readonly now: number
  readonly signal?: AbortSignal | undefined
}

/** In the order of their starts. Rejects with `INVALID_INPUT` where a concern is not known, and when the signal aborts. */
export async function agentRows(survey: Survey, { filter, after, limit, now, signal }: RowsQuery): Promise<AgentRows> {
  const fits = fitsOf(survey, { filter, now })
  const found: DirectoryEntry[] = []
  const asked = askedOfDirectory(queryOf(filter, now))
  if (asked === undefined) return { rows: [] }
  const query = { ...asked, ...(after === undefined ? undefined : { after }) }
  let next: string | undefined
  const isPlain = filter.text === undefined && filter.state === undefined && filter.concern === undefined
  const pages = pagesOf(survey, isPlain ? { ...query, limit: limit + 1 } : query, signal)
  search: for await (const page of pages) {
    for (const entry of page) {
      const answer = fits(entry)
      if (!(typeof answer === 'boolean' ? answer : await answer)) continue
      if (found.length === limit) {
        next = found.at(-1)?.stream
        break search
      }
      found.push(entry)
    }
  }
  return { rows: await withMore(survey, found, signal), ...(next === undefined ? undefined : { next }) }
}

/** What the directory has an index for. */
function queryOf({ definition, version, status, condition, concern }: FleetFilter, now: number): DirectoryQuery {
  return {
    ...(definition === undefined ? undefined : { definition }),
    ...(version === undefined ? undefined : { version }),
    ...(status === undefined ? undefined : { status }),
    ...(condition === undefined ? undefined : { condition }),
    ...(concern === 'unowned' ? ({ pending: true } as const) : undefined),
    ...(concern === 'overdue' ? { dueBefore: now } : undefined),
    ...(concern !== undefined && condition === undefined ? conditionOf(concern) : undefined),
  }
}

function conditionOf(concern: string): Pick<DirectoryQuery, 'condition'> {
  return concern === 'blocked' || concern === 'paused' ? { condition: concern } : {}
}

type Fits = (entry: DirectoryEntry) => boolean | Promise<boolean>

function fitsOf({ asked, placement, gone }: Survey, { filter, now }: Pick<RowsQuery, 'filter' | 'now'>): Fits {
  const { text, state, concern } = filter
  const isNamed = (entry: DirectoryEntry): boolean =>
    (text === undefined || entry.stream.toLowerCase().includes(text.toLowerCase())) &&
    (state === undefined || entry.active.some((path) => `${path}.`.startsWith(`${state}.`)))
  if (concern === undefined) return isNamed
  if (concern === 'waits-for-a-person') {
    return async (entry) => isNamed(entry) && (await asked.of(entry)).length > 0
  }
  if (concern === 'unowned') {
    const isUnowned = async ({ owner }: DirectoryEntry): Promise<boolean> => owner === undefined || gone.isGone(owner)
    return async (entry) => isNamed(entry) && needsOwner(entry) && isUnowned(entry)
  }
  if (concern === 'unplaceable') {
    const { streams, unknown } = placement
    if (streams === undefined)
      throw new RefoldError('INVALID_INPUT', `it is not known which agents have no place: ${unknown}`, {
        hint: 'Start the inspector with the configuration whose definitions are meant.',
      })
    return (entry) => isNamed(entry) && streams.has(entry.stream)
  }
  return (entry) => isNamed(entry) && hasConcern(concern, entry, now)
}

/** With what the directory does not know. */
async function withMore(
  { store, gone }: Survey,
  entries: readonly DirectoryEntry[],
  signal: AbortSignal | undefined,
): Promise<readonly AgentRow[]> {
  const rows: AgentRow[] = entries.map(foundAgent)
  await forEach(entries, signal, async (entry, index) => {
    let lastAt: number | undefined
    for await (const [last] of store.read(entry.stream, { direction: 'backwards', limit: 1 }))
      lastAt = headerOf(last?.metadata)?.at
    const isOwnerGone = needsOwner(entry) && (await gone.isGone(entry.owner))
    rows[index] = {
      ...foundAgent(entry),
      ...(lastAt === undefined ? undefined : { lastAt }),
      ...(isOwnerGone ? { isOwnerGone } : undefined),
    }
  })
  return rows
}
