/**
 * Queries of the directory. What leads is an index that gives its agents in the order of their numbers, which is that of
 * their streams' beginning: a page then costs what it holds, however many agents match.
 */
import type { DirectoryEntry, DirectoryQuery } from '@refold/core/store'
import { matchesQuery } from '@refold/core/store'
import type { SqliteStatement, SqlValue } from './driver/driver.js'
import { readable } from './failure.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { CONDITION_CODES } from './table/directory-columns.js'
import type { Situation } from './table/directory-columns.js'

/** What is alive while the memory is swept grows with it, and all that the process takes of the machine grows with that. */
const PAGE_ENTRIES = 100

/** One condition of the query. */
interface Term {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/** The numbers that are asked for: behind one, and so many. */
interface Range {
  readonly after: number
  readonly limit: number
}

export class DirectoryReader {
  readonly #file: LogFile
  readonly #statements = new Map<string, SqliteStatement>()
  readonly #situationIds: SqliteStatement
  readonly #named: SqliteStatement
  readonly #beyond: SqliteStatement
  readonly #lostIds: SqliteStatement

  constructor(file: LogFile) {
    this.#file = file
    this.#named = file.connection.prepare(
      `SELECT 1 FROM stream WHERE owner = (SELECT id FROM owner WHERE text = ?) AND (status = 0 OR pending > 0) LIMIT 1`,
    )
    this.#situationIds = file.connection.prepare('SELECT id FROM active_set ORDER BY id')
    const named = 'SELECT active FROM stream WHERE active IS NOT NULL AND active'
    this.#beyond = file.connection.prepare(`${named} < ? UNION ALL ${named} > ?`)
    this.#lostIds = file.connection.prepare(`${named} NOT IN (SELECT id FROM active_set) GROUP BY active`)
  }

  /** Whether an agent that has not ended, or has something left to deliver, names this owner. */
  isNamed(owner: string): boolean {
    return this.#named.get(owner) !== undefined
  }

  get(stream: string): DirectoryEntry | undefined {
    this.#file.look() // what is cached may be older than another connection's last commit
    return this.#file.streams.find(stream)?.entry
  }

  /** The streams are found at once, their entries page by page: one that changed meanwhile is shown as it is now, or not at all. */
  async *find(query: DirectoryQuery, { guarded }: Guard): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
    for (let rest = query; ;) {
      const ids = await guarded(() => this.#find(rest))
      let given = 0
      for (let at = 0; at < ids.length; at += PAGE_ENTRIES) {
        const page = await guarded(() => this.#file.streams.entries(ids.slice(at, at + PAGE_ENTRIES)))
        const entries = page.filter((entry) => matchesQuery(entry, query))
        given += entries.length
        if (entries.length > 0) yield entries
      }
      const { limit = Infinity } = rest
      const last = ids.at(-1)
      if (last === undefined || ids.length < limit || given === limit) return
      const after = await guarded(() => this.#file.streams.name(last).name)
      rest = { ...query, after, limit: limit - given } // in the place of those that are otherwise by now
    }
  }

  #find(query: DirectoryQuery): readonly number[] {
    const after = query.after === undefined ? 0 : this.#file.streams.find(query.after)?.id
    if (after === undefined) return []
    const { limit = Infinity } = query
    const range = { after, limit: limit === Infinity ? -1 : limit }
    const { definition, status, state, owner } = query
    const bySituation = definition !== undefined || status !== undefined || state !== undefined
    const situations = bySituation ? this.#situations(query) : []
    if (bySituation && situations.length === 0) return []
    const rest = this.#residual(query)
    const rare = rareTerm(query)
    if (rare === undefined && state === undefined && typeof owner === 'string')
      return this.#select([this.#ownedBy(owner), ...rest, ...oneOf(situations, bySituation)], range)
    if (rare === undefined && bySituation) return this.#bySituation(situations, rest, range)
    return this.#select([rare ?? ALL, ...rest, ...oneOf(situations, bySituation)], range)
  }

  /** Each has its agents in the index, in order. */
  #bySituation(situations: readonly number[], rest: readonly Term[], range: Range): readonly number[] {
    const found = situations.flatMap((id) =>
      this.#select([{ sql: 'active = ? AND active IS NOT NULL', values: [id] }, ...rest], range),
    )
    if (situations.length > 1) found.sort((one, other) => one - other)
    return range.limit < 0 ? found : found.slice(0, range.limit)
  }

  #select(terms: readonly Term[], { after, limit }: Range): number[] {
    const where = terms.map((term) => term.sql).join(' AND ')
    // As one text: a row for each of a hundred thousand costs several times as much.
    const sql = `SELECT json_group_array(id) FROM (SELECT id FROM stream WHERE ${where} AND id > ? ORDER BY id LIMIT ?)`
    const row = this.#prepare(sql).get(...terms.flatMap((term) => term.values), after, limit)
    return JSON.parse(String(row?.[0] ?? '[]')) as number[] // as the query made it
  }

  /**
   * There are few situations, and most agents share them. Those that cannot be read, or that rows name and that are not there, may be
   * any: what their agents are is told by their entries.
   */
  #situations({ definition, status, state }: DirectoryQuery): readonly number[] {
    const { columns } = this.#file.streams
    const matches = (situation: Situation): boolean =>
      (definition === undefined || situation.definition === definition) &&
      (status === undefined || situation.status === status) &&
      (state === undefined || situation.active.includes(state))
    const ids = this.#situationIds.all().map(([id]) => Number(id))
    const found = ids.filter((id) => {
      const situation = readable(() => columns.situation(id))
      return situation === undefined || matches(situation)
    })
    const last = ids.at(-1) ?? 0
    // Numbers are given in order: in a file that is whole none is missing, and no row has another one.
    const isWhole = ids.length === last && this.#beyond.get(1, last) === undefined
    return isWhole ? found : [...found, ...this.#lostIds.all().map(([id]) => Number(id))]
  }

  /** What is looked up in each agent that the index gave. With `+` no other index takes the lead. */
  #residual({ version, condition, owner, hasWork, pending, dueBefore }: DirectoryQuery): readonly Term[] {
    const terms: (Term | undefined)[] = [
      version === undefined ? undefined : { sql: '+version = ?', values: [version] },
      condition === undefined ? undefined : { sql: '+condition = ?', values: [CONDITION_CODES[condition]] },
      owner === null ? { sql: `(+owner IS NULL OR ${LOST_OWNER})`, values: [] } : undefined,
      typeof owner === 'string' ? { sql: `(+owner = ? OR ${LOST_OWNER})`, values: [this.#ownerId(owner)] } : undefined,
      hasWork === undefined
        ? undefined
        : { sql: `(+pending > 0 OR +next_due IS NOT NULL) = ${Number(hasWork)}`, values: [] },
      pending === undefined ? undefined : { sql: '+pending > 0', values: [] },
      dueBefore === undefined ? undefined : { sql: '+next_due <= ?', values: [dueBefore] },
    ]
    return terms.filter((term) => term !== undefined)
  }

  #ownedBy(owner: string): Term {
    return { sql: 'owner = ? AND owner IS NOT NULL', values: [this.#ownerId(owner)] }
  }
  #ownerId(owner: string): number {
    return this.#file.streams.columns.owners.find(owner) ?? -1
  }

  #prepare(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) this.#statements.set(sql, (statement = this.#file.connection.prepare(sql)))
    return statement
  }
}

/** It has one, and its name is not in the file. */
const LOST_OWNER = '(+owner IS NOT NULL AND +owner NOT IN (SELECT id FROM owner))'
const ALL: Term = { sql: 'version IS NOT NULL', values: [] }
const PENDING = 'SELECT id FROM stream WHERE pending > 0'
const DUE = 'SELECT id FROM stream WHERE next_due IS NOT NULL'

/** What few agents fulfil has a partial index, which SQLite uses only when the query repeats its condition. */
function rareTerm({ pending, dueBefore, hasWork, condition }: DirectoryQuery): Term | undefined {
  if (pending === true) return { sql: 'pending > 0', values: [] }
  if (dueBefore !== undefined) return { sql: 'next_due IS NOT NULL AND next_due <= ?', values: [dueBefore] }
  if (hasWork === true) return { sql: `id IN (${PENDING} UNION ${DUE})`, values: [] }
  if (condition === undefined || condition === 'running') return undefined
  return { sql: 'condition = ? AND condition > 0', values: [CONDITION_CODES[condition]] }
}

function oneOf(situations: readonly number[], bySituation: boolean): readonly Term[] {
  if (!bySituation) return []
  return [{ sql: '+active IN (SELECT value FROM json_each(?))', values: [JSON.stringify(situations)] }]
}
