/**
 * Texts that come again and again, stored once and named by a number: shapes, id prefixes, sets of active states, owners.
 *
 * Invariants: a number is given inside the transaction that uses it first, and forgotten when that is rolled back; what
 * was committed never changes, so that a cached text needs no check, also when other processes add texts.
 */
import { RefoldError } from '@refold/core/store'
import type { SqliteConnection, SqliteStatement } from '../driver/driver.js'

/** What to do with a text that is to be stored: use its number, give it one in the transaction, or store it whole. */
export type Sight = number | 'intern' | 'whole'

export interface InternOptions {
  readonly table: string
  /** A text is stored whole when there are as many already. */
  readonly maxTexts: number
}

/** Texts remembered that were seen once only. */
const MAX_SEEN = 4096
/** Texts kept in memory; beyond, they are looked up again. */
const MAX_CACHED = 20_000

export class InternTable {
  readonly #idOf = new Map<string, number>()
  readonly #textOf = new Map<number, string>()
  readonly #seen = new Set<string>()
  #newest: { readonly id: number; readonly text: string } | undefined
  /** Given in the open transaction. */
  readonly #fresh: string[] = []
  readonly #maxTexts: number
  readonly #find: SqliteStatement
  readonly #read: SqliteStatement
  readonly #add: SqliteStatement
  readonly #count: SqliteStatement

  constructor(connection: SqliteConnection, { table, maxTexts }: InternOptions) {
    this.#maxTexts = maxTexts
    this.#find = connection.prepare(`SELECT id FROM ${table} WHERE text = ?`)
    this.#read = connection.prepare(`SELECT text FROM ${table} WHERE id = ?`)
    this.#add = connection.prepare(`INSERT INTO ${table} (id, text) VALUES (?, ?)`)
    this.#count = connection.prepare(`SELECT coalesce(max(id), 0) FROM ${table}`)
  }

  /** A text is worth a number from its second sight on. */
  sight(text: string): Sight {
    const known = this.#idOf.get(text)
    if (known !== undefined) return known
    if (this.#seen.has(text)) return 'intern'
    const stored = this.#lookUp(text)
    if (stored !== undefined) return stored
    if (this.#seen.size >= MAX_SEEN) this.#seen.clear()
    this.#seen.add(text)
    return 'whole'
  }

  /** The number of a text, given now when it has none; `undefined` when there are too many. Inside a transaction only. */
  intern(text: string): number | undefined {
    const known = this.#idOf.get(text) ?? this.#lookUp(text)
    if (known !== undefined) return known
    const id = Number(this.#count.get()?.[0]) + 1
    if (id > this.#maxTexts) return undefined
    this.#add.run(id, text)
    this.#fresh.push(text)
    this.#remember(id, text)
    return id
  }

  /** The number of a text that may have none. */
  find(text: string): number | undefined {
    return this.#idOf.get(text) ?? this.#lookUp(text)
  }

  /** The text of a number that stands in a row. Throws `UNREADABLE` where it is not there: the row is damaged, and no other. */
  text(id: number): string {
    const cached = this.#textOf.get(id)
    if (cached !== undefined) return cached
    const text = this.#read.get(id)?.[0]
    if (typeof text !== 'string') throw damagedRow(id)
    this.#remember(id, text)
    return text
  }

  /**
   * Whether what is kept in memory still is what the file says. Numbers are given in order and never taken back, so that
   * the newest one that is known here stands for all.
   */
  get isInPlace(): boolean {
    return this.#newest === undefined || this.#read.get(this.#newest.id)?.[0] === this.#newest.text
  }

  /** The transaction was committed: what it gave stays. */
  committed(): void {
    this.#fresh.length = 0
  }

  /** The transaction was rolled back: what it gave is not there. */
  rolledBack(): void {
    if (this.#fresh.length > 0) this.#newest = undefined
    for (const text of this.#fresh) {
      const id = this.#idOf.get(text)
      this.#idOf.delete(text)
      if (id !== undefined) this.#textOf.delete(id)
    }
    this.#fresh.length = 0
  }

  #lookUp(text: string): number | undefined {
    const id = this.#find.get(text)?.[0]
    if (typeof id !== 'number') return undefined
    this.#remember(id, text)
    return id
  }

  #remember(id: number, text: string): void {
    if (this.#idOf.size >= MAX_CACHED && this.#fresh.length === 0) {
      this.#idOf.clear()
      this.#textOf.clear()
    }
    if (id > (this.#newest?.id ?? 0)) this.#newest = { id, text }
    this.#idOf.set(text, id)
    this.#textOf.set(id, text)
  }
}

/** Whether the file is another one than this process has read is known before a row is looked at. */
function damagedRow(id: number): RefoldError {
  return new RefoldError('UNREADABLE', `it names text ${id}, which is not in the file`, { facts: { text: id } })
}
