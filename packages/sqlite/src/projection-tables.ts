/**
 * Documents of projections: a table for each build, made with it, and a row of the table `projection` that says how far it
 * is. All of it is made when the first projection is: a file without one has none of these tables.
 */
import type { BuildChange, BuildName, JsonValue, ProjectionBuild } from '@refold/core/store'
import type { CommitJob, Settle } from './commit/commit-job.js'
import type { SqliteConnection, SqliteStatement, SqlValue } from './driver/driver.js'
import type { Guard } from './log-reader.js'

const MAKE = `CREATE TABLE IF NOT EXISTS projection (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  state TEXT NOT NULL,
  checkpoint TEXT,
  members TEXT NOT NULL,
  at INTEGER NOT NULL,
  about TEXT NOT NULL,
  PRIMARY KEY (name, version, generation)
)`
const COLUMNS = 'name, version, generation, revision, state, checkpoint, members, at, about'
/** One whose documents were dropped by hand is no build any more: it is made again. */
const HAS_DOCUMENTS = `EXISTS (SELECT 1 FROM sqlite_schema
  WHERE type = 'table' AND sqlite_schema.name = 'projection_' || projection.name || '@' || version || '.' || generation)`
const PAGE_ENTRIES = 500
const PAGE_KEYS = 10_000

type Rows = ReturnType<SqliteStatement['all']>

interface DocumentStatements {
  readonly put: SqliteStatement
  readonly remove: SqliteStatement
  readonly get: SqliteStatement
  readonly page: SqliteStatement
}

export class ProjectionTables {
  readonly #connection: SqliteConnection
  readonly #hasTable: SqliteStatement
  /** Of tables that are there, by their names. */
  readonly #statements = new Map<string, DocumentStatements>()

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    this.#hasTable = connection.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?")
  }

  builds(projection?: string): readonly ProjectionBuild[] {
    if (!this.#isThere('projection')) return []
    const where = projection === undefined ? HAS_DOCUMENTS : `${HAS_DOCUMENTS} AND name = ?`
    const select = this.#connection.prepare(
      `SELECT ${COLUMNS} FROM projection WHERE ${where} ORDER BY name, version, generation`,
    )
    return (projection === undefined ? select.all() : select.all(projection)).map(toBuild)
  }

  get(build: BuildName, keys: readonly string[]): ReadonlyMap<string, JsonValue> {
    const documents = new Map<string, JsonValue>()
    for (let at = 0; at < keys.length; at += PAGE_KEYS) {
      const asked = JSON.stringify(keys.slice(at, at + PAGE_KEYS))
      for (const [key, text] of this.#rows(build, ({ get }) => get.all(asked)))
        documents.set(String(key), JSON.parse(String(text)))
    }
    return documents
  }

  async *entries(
    build: BuildName,
    { after = '', limit = Infinity, guarded }: { readonly after?: string; readonly limit?: number } & Guard,
  ): AsyncGenerator<ReadonlyArray<readonly [string, JsonValue]>, void, undefined> {
    for (let from = after, left = limit; left > 0;) {
      const asked = Math.min(left, PAGE_ENTRIES)
      const position = from
      const rows = await guarded(() => this.#rows(build, ({ page }) => page.all(position, asked)))
      const last = rows.at(-1)
      if (last === undefined) return
      yield rows.map(([key, text]) => [String(key), JSON.parse(String(text)) as JsonValue] as const)
      from = String(last[0])
      left -= rows.length
    }
  }

  commitJob(changes: readonly BuildChange[], { resolve, reject, deadline }: Settle<boolean>): CommitJob {
    const texts = changes.map((change) => ({ ...change, documents: textsOf(change) }))
    let isExpected = false
    return {
      run: () => {
        isExpected = changes.every(({ build, expected }) => (this.#build(build)?.revision ?? 0) === expected)
        if (isExpected) for (const change of texts) this.#apply(change)
      },
      succeed: () => resolve(isExpected),
      fail: reject,
      isStored: () =>
        !isExpected ||
        changes.every(({ build }) => {
          const found = this.#build(build)
          return found?.revision === build.revision && found.checkpoint === build.checkpoint && found.at === build.at
        }),
      deadline,
    }
  }

  removeJob(build: BuildName, { resolve, reject, deadline }: Settle<void>): CommitJob {
    return {
      run: () => this.#remove(build),
      succeed: () => resolve(),
      fail: reject,
      isStored: () => this.#build(build) === undefined,
      deadline,
    }
  }

  #build({ projection, version, generation }: BuildName): ProjectionBuild | undefined {
    return this.builds(projection).find((build) => build.version === version && build.generation === generation)
  }

  #apply({ build, expected, documents }: TextChange): void {
    const before = expected === 0 ? undefined : this.#build(build)
    const table = quoted(tableOf(build))
    if (expected === 0)
      this.#connection.exec(
        `${MAKE}; DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (key TEXT NOT NULL UNIQUE, document TEXT NOT NULL)`,
      )
    this.#connection
      .prepare(`INSERT OR REPLACE INTO projection (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(...toRow(build))
    const statements = this.#documents(build)
    for (const [key, text] of documents) {
      if (text === undefined) statements?.remove.run(key)
      else statements?.put.run(key, text)
    }
    const isNew = before?.state !== 'current' || String(before.members) !== String(build.members)
    if (build.state === 'current' && isNew) this.#connection.exec(viewOf(build))
  }

  #remove(build: BuildName): void {
    const found = this.#build(build)
    if (found === undefined) return
    const { projection, version, generation } = build
    if (found.state === 'current') this.#connection.exec(`DROP VIEW IF EXISTS ${quoted(viewName(projection))}`)
    this.#connection.exec(`DROP TABLE IF EXISTS ${quoted(tableOf(build))}`)
    this.#connection
      .prepare('DELETE FROM projection WHERE name = ? AND version = ? AND generation = ?')
      .run(projection, version, generation)
  }

  #isThere(table: string): boolean {
    return this.#hasTable.get(table) !== undefined
  }

  /** None of a build that another process removes meanwhile. */
  #rows(build: BuildName, read: (statements: DocumentStatements) => Rows): Rows {
    const statements = this.#documents(build)
    if (statements === undefined) return []
    try {
      return read(statements)
    } catch (error) {
      if (this.#isThere(tableOf(build))) throw error
      return []
    }
  }

  /** `undefined`: the build has no table. */
  #documents(build: BuildName): DocumentStatements | undefined {
    const name = tableOf(build)
    if (!this.#isThere(name)) {
      this.#statements.delete(name)
      return undefined
    }
    let statements = this.#statements.get(name)
    if (statements === undefined) this.#statements.set(name, (statements = this.#prepared(quoted(name))))
    return statements
  }

  #prepared(table: string): DocumentStatements {
    const prepare = (sql: string): SqliteStatement => this.#connection.prepare(sql)
    return {
      put: prepare(
        `INSERT INTO ${table} (key, document) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET document = excluded.document`,
      ),
      remove: prepare(`DELETE FROM ${table} WHERE key = ?`),
      get: prepare(`SELECT key, document FROM ${table} WHERE key IN (SELECT value FROM json_each(?))`),
      page: prepare(`SELECT key, document FROM ${table} WHERE key > ? ORDER BY key LIMIT ?`),
    }
  }
}

/** A change whose documents are text already: what the caller changes later changes nothing. */
interface TextChange extends Pick<BuildChange, 'build' | 'expected'> {
  readonly documents: ReadonlyArray<readonly [key: string, text: string | undefined]>
}

function textsOf({ documents }: BuildChange): TextChange['documents'] {
  return [...(documents ?? [])].map(([key, document]) => [
    key,
    document === undefined ? undefined : JSON.stringify(document),
  ])
}

/** `@` is in no name of a projection: no other table is called so. */
function tableOf({ projection, version, generation }: BuildName): string {
  return `projection_${projection}@${version}.${generation}`
}

function viewName(projection: string): string {
  return `projection_${projection}`
}

const COLUMN = /^[A-Za-z_]\w*$/

/** A column for each member that can be one. */
function viewOf(build: ProjectionBuild): string {
  const view = quoted(viewName(build.projection))
  const taken = new Set(['key', 'document'])
  const isFree = (member: string): boolean => {
    const name = member.toLowerCase()
    return COLUMN.test(member) && !taken.has(name) && taken.add(name).size > 0
  }
  const members = build.members.filter(isFree).map((member) => `document ->> '${member}' AS ${quoted(member)}`)
  const columns = ['key', 'document', ...members].join(', ')
  return `DROP VIEW IF EXISTS ${view}; CREATE VIEW ${view} AS SELECT ${columns} FROM ${quoted(tableOf(build))}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function toRow(build: ProjectionBuild): readonly SqlValue[] {
  const { projection, version, generation, revision, state, checkpoint, members, at, about } = build
  return [
    projection,
    version,
    generation,
    revision,
    state,
    checkpoint,
    JSON.stringify(members),
    at,
    JSON.stringify(about),
  ]
}

function toBuild(row: readonly SqlValue[]): ProjectionBuild {
  const [projection, version, generation, revision, state, checkpoint, members, at, about] = row
  return {
    projection: String(projection),
    version: Number(version),
    generation: Number(generation),
    revision: Number(revision),
    state: String(state) as ProjectionBuild['state'], // `toRow` wrote it
    checkpoint: checkpoint === null ? null : String(checkpoint),
    members: JSON.parse(String(members)),
    at: Number(at),
    about: JSON.parse(String(about)),
  }
}
