/** A directory entry as columns of the table `stream`, and back. */
import { RefoldError } from '@refold/core/store'
import type { AgentStatus, Condition, DirectoryEntry } from '@refold/core/store'
import type { SqliteConnection, SqlValue } from '../driver/driver.js'
import { InternTable } from './intern-table.js'
import { RecentMap } from './recent-map.js'

/** In the order of the columns. */
export const DIRECTORY_COLUMNS = [
  'version',
  'status',
  'condition',
  'active',
  'owner',
  'epoch',
  'pending',
  'in_doubt',
  'next_due',
] as const
export type DirectoryColumn = (typeof DIRECTORY_COLUMNS)[number]

/** Numbers in the file: never change them. */
const STATUS_CODES: Readonly<Record<AgentStatus, number>> = { active: 0, done: 1, error: 2, stopped: 3 }
export const CONDITION_CODES: Readonly<Record<Condition, number>> = {
  running: 0,
  paused: 1,
  blocked: 2,
  'in-doubt': 3,
  suspected: 4,
}
const STATUSES = Object.keys(STATUS_CODES) as readonly AgentStatus[]
const CONDITIONS = Object.keys(CONDITION_CODES) as readonly Condition[]

/** What many agents have in common: queries look for it once, and not in each agent. */
export interface Situation {
  readonly definition: string
  readonly status: AgentStatus
  /** One array for all agents that are in these states. */
  readonly active: readonly string[]
}

/** A chart has few sets of active states, and there are few workers; beyond any bound they would still be right. */
const UNBOUNDED = Number.MAX_SAFE_INTEGER

export class DirectoryColumns {
  readonly #situations: InternTable
  readonly owners: InternTable
  readonly #parsed = new RecentMap<number, Situation>({ keep: 5_000 })

  constructor(connection: SqliteConnection) {
    this.#situations = new InternTable(connection, { table: 'active_set', maxTexts: UNBOUNDED })
    this.owners = new InternTable(connection, { table: 'owner', maxTexts: UNBOUNDED })
  }

  /** What the number in the column `active` stands for. Throws `UNREADABLE` where that is not there, or is none. */
  situation(id: number): Situation {
    let situation = this.#parsed.get(id)
    if (situation === undefined) {
      situation = parsedSituation(this.#situations.text(id))
      this.#parsed.set(id, situation)
    }
    return situation
  }

  /** Whether what is kept in memory still is what the file says. */
  get isInPlace(): boolean {
    return this.#situations.isInPlace && this.owners.isInPlace
  }

  /** What was numbered in the transaction stays. */
  committed(): void {
    this.#situations.committed()
    this.owners.committed()
  }

  /** What was numbered in the transaction is not there. */
  rolledBack(): void {
    this.#situations.rolledBack()
    this.owners.rolledBack()
    this.#parsed.clear()
  }

  /** The columns' values. Inside a transaction only. */
  toRow(entry: DirectoryEntry): readonly SqlValue[] {
    return [
      entry.version,
      STATUS_CODES[entry.status],
      CONDITION_CODES[entry.condition],
      this.#situations.intern(JSON.stringify([entry.definition, entry.status, ...entry.active])) ?? null,
      entry.owner === undefined ? null : (this.owners.intern(entry.owner) ?? null),
      entry.epoch,
      entry.pending,
      entry.inDoubt,
      entry.nextDueAt ?? null,
    ]
  }

  /** The values of those columns that differ. Inside a transaction only. */
  changed(
    before: DirectoryEntry | undefined,
    after: DirectoryEntry,
  ): readonly (readonly [DirectoryColumn, SqlValue])[] {
    const row = this.toRow(after)
    if (before === undefined) return DIRECTORY_COLUMNS.map((column, at) => [column, row[at] ?? null])
    const old = this.toRow(before)
    const changed: [DirectoryColumn, SqlValue][] = []
    for (const [at, column] of DIRECTORY_COLUMNS.entries())
      if (old[at] !== row[at]) changed.push([column, row[at] ?? null])
    return changed
  }

  /** `undefined` when the stream is no agent's. Throws `UNREADABLE` for a row that is damaged. */
  fromRow(stream: string, row: readonly SqlValue[]): DirectoryEntry | undefined {
    const [version, status, condition, active, owner, epoch, pending, inDoubt, nextDueAt] = row as readonly (
      | number
      | null
      | undefined
    )[]
    if (version === null || version === undefined) return undefined
    const hyphen = stream.indexOf('-')
    return Object.freeze({
      stream,
      definition: stream.slice(0, hyphen),
      version,
      id: stream.slice(hyphen + 1),
      status: STATUSES[status ?? 0] ?? 'active',
      condition: CONDITIONS[condition ?? 0] ?? 'running',
      active: this.situation(active ?? 0).active,
      ...(owner !== null && owner !== undefined && { owner: this.owners.text(owner) }),
      epoch: epoch ?? 0,
      pending: pending ?? 0,
      inDoubt: inDoubt ?? 0,
      ...(nextDueAt !== null && nextDueAt !== undefined && { nextDueAt }),
    })
  }
}

/** As `toRow` wrote it. */
function parsedSituation(text: string): Situation {
  try {
    const [definition = '', status, ...active] = JSON.parse(text) as string[]
    return { definition, status: status as AgentStatus, active: Object.freeze(active) }
  } catch (cause) {
    throw new RefoldError('UNREADABLE', 'a set of active states in the directory is damaged', { cause })
  }
}
