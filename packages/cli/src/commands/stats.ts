/** `refold stats`: how many agents stand where, from the directory; what they write, from the headers of the log where it is asked for. */
import type { DirectoryEntry, Store, StoredEvent } from '@refold/core'
import { headerOf } from '@refold/core/record'
import { shownCondition } from '@refold/core/store'
import type { FoundAgent } from '@refold/core/store'
import { groupAgents } from '@refold/inspector/fleet'
import type { FleetGroup } from '@refold/inspector/fleet'
import { tableOf } from '../table.js'
import { assertDefinition } from './definition-argument.js'
import { withStore } from './store-only.js'
import type { ProjectOptions } from './store-only.js'

export interface StatsCommandOptions extends ProjectOptions {
  /** Reads the whole log, not only the directory. */
  readonly log?: boolean
  readonly json: boolean
}

/** What the agents of a definition have written. */
interface Written {
  readonly definition: string
  readonly agents: number
  readonly records: number
  readonly lastDay: number
  /** On average, since the first; of less than a day: all. */
  readonly perDay: number
  /** Of a record, as JSON: its type, payload and transition. */
  readonly bytesPerRecord: number
  /** Of those that have not ended, the one whose last record is oldest; epoch milliseconds. */
  readonly longestSilent?: { readonly agent: string; readonly since: number }
}

const DAY_MS = 86_400_000

/** A table, or JSON: `{ groups }`, and with `log` `{ groups, written }`. */
export async function stats(definition: string | undefined, options: StatsCommandOptions): Promise<string> {
  return withStore({ ...options, readOnly: true }, async ({ store }) => {
    const entries: DirectoryEntry[] = []
    for await (const page of store.directory.find(definition === undefined ? {} : { definition })) entries.push(...page)
    if (entries.length === 0 && definition !== undefined) await assertDefinition(store, definition)
    const groups = groupAgents(entries, Date.now()).map(toldGroup)
    const written = options.log === true ? await writtenBy(store, entries) : undefined
    if (options.json) return JSON.stringify(written === undefined ? { groups } : { groups, written })
    return written === undefined ? groupTable(groups) : writtenTable(written)
  })
}

class Count {
  readonly agents: number
  records = 0
  lastDay = 0
  bytes = 0
  first = Infinity
  last = -Infinity

  constructor(agents: number) {
    this.agents = agents
  }

  add({ type, data, metadata }: StoredEvent, { at, now }: { readonly at: number; readonly now: number }): void {
    this.records++
    this.bytes += Buffer.byteLength(JSON.stringify([type, data, metadata]))
    this.first = Math.min(this.first, at)
    this.last = Math.max(this.last, at)
    if (at > now - DAY_MS) this.lastDay++
  }
}

async function writtenBy(store: Store, entries: readonly DirectoryEntry[]): Promise<readonly Written[]> {
  const now = Date.now()
  const known = new Map(entries.map((entry) => [entry.stream, entry]))
  const counts = new Map<string, Count>()
  for (const { definition } of entries)
    if (!counts.has(definition))
      counts.set(definition, new Count(entries.filter((entry) => entry.definition === definition).length))
  const lastAt = new Map<string, number>()
  for await (const page of store.readAll())
    for (const event of page) {
      const entry = known.get(event.stream)
      const at = headerOf(event.metadata)?.at
      if (entry === undefined || at === undefined) continue
      counts.get(entry.definition)?.add(event, { at, now })
      if (entry.status === 'active') lastAt.set(event.stream, at)
    }
  return [...counts].map(([definition, count]) => written(definition, count, silentIn(definition, { known, lastAt })))
}

function written(definition: string, count: Count, longestSilent: Written['longestSilent']): Written {
  const { agents, records, lastDay, bytes, first, last } = count
  const days = Math.max(1, (last - first) / DAY_MS)
  return {
    definition,
    agents,
    records,
    lastDay,
    perDay: records === 0 ? 0 : Math.round((records / days) * 10) / 10,
    bytesPerRecord: records === 0 ? 0 : Math.round(bytes / records),
    ...(longestSilent === undefined ? undefined : { longestSilent }),
  }
}

function silentIn(
  definition: string,
  {
    known,
    lastAt,
  }: { readonly known: ReadonlyMap<string, DirectoryEntry>; readonly lastAt: ReadonlyMap<string, number> },
): Written['longestSilent'] {
  let oldest: Written['longestSilent']
  for (const [agent, since] of lastAt)
    if (known.get(agent)?.definition === definition && since < (oldest?.since ?? Infinity)) oldest = { agent, since }
  return oldest
}

/** Agents that stand alike. */
type Group = Omit<FleetGroup, 'active' | 'condition'> & {
  readonly states: FleetGroup['active']
  readonly condition: FoundAgent['condition']
}

function toldGroup({ active, ...group }: FleetGroup): Group {
  return { ...group, condition: shownCondition(group), states: active }
}

function groupTable(groups: readonly Group[]): string {
  const head = ['DEFINITION', 'VERSION', 'STATUS', 'CONDITION', 'STATE', 'AGENTS', 'PENDING', 'IN-DOUBT', 'OVERDUE']
  return tableOf(
    head,
    groups.map(({ definition, version, status, condition, states, agents, pending, inDoubt, overdue }) => [
      definition,
      String(version),
      status,
      condition === 'ended' ? '' : condition,
      states.join(' '),
      ...[agents, pending, inDoubt, overdue].map(String),
    ]),
  )
}

function writtenTable(rows: readonly Written[]): string {
  const head = ['DEFINITION', 'AGENTS', 'RECORDS', 'LAST-DAY', 'PER-DAY', 'BYTES/RECORD', 'LONGEST-SILENT', 'SINCE']
  return tableOf(
    head,
    rows.map(({ definition, agents, records, lastDay, perDay, bytesPerRecord, longestSilent }) => [
      definition,
      ...[agents, records, lastDay, perDay, bytesPerRecord].map(String),
      longestSilent?.agent ?? '',
      longestSilent === undefined ? '' : new Date(longestSilent.since).toISOString(),
    ]),
  )
}
