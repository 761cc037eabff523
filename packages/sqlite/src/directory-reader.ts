/** Queries of the directory. Each selective field has an index of its own; the first that applies leads. */
import type { DirectoryEntry, DirectoryQuery } from '@refold/core'
import { matchesQuery } from '@refold/core'
import type { SqliteStatement, SqlValue } from './driver/driver.js'
import type { LogFile } from './log-file.js'
import type { Guard } from './log-reader.js'
import { CONDITION_CODES, STATUS_CODES } from './table/directory-columns.js'

const PAGE_ENTRIES = 500

/** One condition of the query. */
interface Term {
  readonly sql: string
  readonly values?: readonly SqlValue[]
  /** An index finds what fulfils it, and that is few. */
  readonly selective?: true
}

export class DirectoryReader {
  readonly #file: LogFile
  readonly #statements = new Map<string, SqliteStatement>()
  readonly #activeSets: SqliteStatement

  constructor(file: LogFile) {
    this.#file = file
    this.#activeSets = file.connection.prepare('SELECT id, text FROM active_set')
  }

  get(stream: string): DirectoryEntry | undefined {
    this.#file.look() // what is cached may be older than another connection's last commit
    return this.#file.streams.find(stream)?.entry
  }

  /** The streams are found at once, their entries page by page: one that changed meanwhile is shown as it is now, or not at all. */
  async *find(query: DirectoryQuery, { guarded }: Guard): AsyncGenerator<readonly DirectoryEntry[], void, undefined> {
    const ids = await guarded(() => this.#find(query))
    for (let at = 0; at < ids.length; at += PAGE_ENTRIES) {
      const page = await guarded(() => this.#file.streams.entries(ids.slice(at, at + PAGE_ENTRIES)))
      const entries = page.filter((entry) => matchesQuery(entry, query))
      if (entries.length > 0) yield entries
    }
  }

  #find(query: DirectoryQuery): readonly number[] {
    const terms = this.#terms(query)
    const order = terms.some((term) => term.selective) ? '+name' : 'name' // with `+` the index of names leads nothing
    const where = ['version IS NOT NULL', ...terms.map((term) => term.sql)].join(' AND ')
    const sql = `SELECT id FROM stream WHERE ${where} ORDER BY ${order} LIMIT ?`
    const values = terms.flatMap((term) => term.values ?? [])
    return this.#prepare(sql)
      .all(...values, query.limit ?? -1)
      .map(([id]) => Number(id))
  }

  #terms(query: DirectoryQuery): readonly Term[] {
    const { definition, status, condition, state, owner, hasWork, pending, dueBefore } = query
    const terms: (Term | undefined)[] = [
      definition === undefined
        ? undefined
        : { sql: 'name >= ? AND name < ?', values: [`${definition}-`, `${definition}.`] }, // `.` follows `-`
      state === undefined ? undefined : this.#inState(state),
      owner === undefined ? undefined : this.#ownedBy(owner),
      status === undefined ? undefined : codeTerm('status', STATUS_CODES[status], { rareFrom: 2 }),
      condition === undefined ? undefined : codeTerm('condition', CONDITION_CODES[condition], { rareFrom: 1 }),
      hasWork === true ? { sql: `id IN (${PENDING} UNION ${DUE})`, selective: true } : undefined,
      hasWork === false ? { sql: 'pending = 0 AND next_due IS NULL' } : undefined,
      pending === true ? { sql: 'pending > 0', selective: true } : undefined,
      dueBefore === undefined
        ? undefined
        : { sql: 'next_due IS NOT NULL AND next_due <= ?', values: [dueBefore], selective: true },
    ]
    return terms.filter((term) => term !== undefined)
  }

  /** There are few sets of active states, and most agents share them. */
  #inState(state: string): Term {
    const ids = this.#activeSets
      .all()
      .flatMap(([id, text]) => ((JSON.parse(String(text)) as string[]).includes(state) ? [Number(id)] : []))
    return { sql: `active IN (${ids.join(', ')}) AND active IS NOT NULL`, selective: true }
  }

  #ownedBy(owner: string | null): Term {
    if (owner === null) return { sql: 'owner IS NULL' }
    return {
      sql: 'owner = ? AND owner IS NOT NULL',
      values: [this.#file.streams.columns.owners.find(owner) ?? -1],
      selective: true,
    }
  }

  /** State sets make different texts: bounded. */
  #prepare(sql: string): SqliteStatement {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      if (this.#statements.size >= 200) this.#statements.clear()
      this.#statements.set(sql, (statement = this.#file.connection.prepare(sql)))
    }
    return statement
  }
}

const PENDING = 'SELECT id FROM stream WHERE pending > 0'
const DUE = 'SELECT id FROM stream WHERE next_due IS NOT NULL'

/** Rare codes have a partial index, which SQLite uses only when the query repeats its condition. */
function codeTerm(column: string, code: number, { rareFrom }: { readonly rareFrom: number }): Term {
  if (code < rareFrom) return { sql: `${column} = ${code}` }
  return { sql: `${column} = ${code} AND ${column} > ${rareFrom - 1}`, selective: true }
}
