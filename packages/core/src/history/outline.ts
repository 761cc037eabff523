/** What is kept in memory of every record of a history: in columns, some dozens of bytes for each. */
import type { ReplayedRecord } from '../record/replay.js'
import type { StoredEvent } from '../store/port.js'
import { readableHeader } from './damage.js'
import { textOf } from './history-record.js'

/** A record in a few words, for lists of many. */
export interface RecordOutline {
  readonly revision: number
  readonly type: string
  /** Of its input: `effect.done`; `foreign` when it is no record of Refold. */
  readonly kind: string
  /** Epoch milliseconds, never decreasing; of a foreign record that of the record before. */
  readonly at: number
  readonly effect?: string
  readonly timer?: string
}

/** Who owned the agent from a revision on. */
export interface OwnerChange {
  readonly revision: number
  /** `undefined`: no one. */
  readonly worker: string | undefined
}

interface Line {
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly kind: string
  readonly at: number | undefined
  readonly about: unknown
  readonly owner: unknown
}

/** Behind which record an outline begins. */
export interface OutlineStart {
  /** Its first revision. */
  readonly first: number
  /** Time of the record before. */
  readonly at: number
}

export class Outline {
  /** Of the first record: above 0 where the store has lost those before, or where others stand before it. */
  first: number
  readonly #start: number
  /** Whether one of them is a record of Refold. */
  hasRecord = false
  readonly #ids: string[] = []
  readonly #types: string[] = []
  readonly #kinds: string[] = []
  readonly #at: number[] = []
  /** The effect or the timer that it is about. */
  readonly #about: (string | undefined)[] = []
  readonly #owners: OwnerChange[] = []
  readonly #words = new Map<string, string>()

  constructor({ first, at }: OutlineStart = { first: 0, at: 0 }) {
    this.first = first
    this.#start = at
  }

  get length(): number {
    return this.#types.length
  }

  /** The revision that the next record must have. */
  get next(): number {
    return this.first + this.length
  }

  add(event: Pick<StoredEvent, 'revision' | 'id' | 'type' | 'metadata'>): void {
    const header = readableHeader(event)
    this.hasRecord ||= header !== undefined
    this.#push({
      revision: Number(event.revision),
      id: event.id,
      type: event.type,
      kind: header?.input.kind ?? 'foreign',
      at: header?.at,
      about: header?.input.effect ?? header?.input.timer,
      owner: header?.owner,
    })
  }

  /** A record that was taken apart. */
  addReplayed(record: ReplayedRecord): void {
    const { revision, id, type, kind, at } = record
    this.hasRecord = true
    this.#push({ revision, id, type, kind, at, about: record.about(), owner: record.owner() })
  }

  #push({ revision, id, type, kind, at, about, owner }: Line): void {
    if (this.length === 0) this.first = revision
    this.#ids.push(id)
    this.#types.push(this.#word(type))
    this.#kinds.push(this.#word(kind))
    this.#at.push(at ?? this.#at.at(-1) ?? this.#start)
    this.#about.push(textOf(about))
    if (owner !== undefined) this.#owners.push({ revision, worker: textOf(owner) })
  }

  /** The records behind its last one. */
  extend(more: Outline): void {
    if (this.length === 0) this.first = more.first
    this.hasRecord ||= more.hasRecord
    for (let at = 0; at < more.length; at++) {
      this.#ids.push(more.#ids[at] as string)
      this.#types.push(this.#word(more.#types[at] as string))
      this.#kinds.push(this.#word(more.#kinds[at] as string))
      this.#at.push(more.#at[at] as number)
      this.#about.push(more.#about[at])
    }
    for (const owner of more.#owners) this.#owners.push(owner)
  }

  get(revision: number): RecordOutline | undefined {
    const at = revision - this.first
    const kind = this.#kinds[at]
    if (kind === undefined) return undefined
    const about = this.#about[at]
    const named = about === undefined ? undefined : kind === 'timer.fired' ? { timer: about } : { effect: about }
    return { revision, type: this.#types[at] as string, kind, at: this.#at[at] as number, ...named }
  }

  /** The newest at or before a time; `undefined`: there was none yet. */
  revisionAt(time: number): number | undefined {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#at[middle] as number) <= time) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : this.first + low - 1
  }

  revisionOf(eventId: string): number | undefined {
    const at = this.#ids.lastIndexOf(eventId)
    return at < 0 ? undefined : this.first + at
  }

  /** Revisions from one to another, both included, of the records about an effect. */
  about(effect: string, { from, to }: { readonly from: number; readonly to: number }): readonly number[] {
    const found: number[] = []
    for (let at = Math.max(0, from - this.first); at <= to - this.first && at < this.length; at++)
      if (this.#about[at] === effect) found.push(this.first + at)
    return found
  }

  /** The newest revision before one whose record is of this kind. */
  lastOfKind(kind: string, before: number): number | undefined {
    const at = before - this.first <= 0 ? -1 : this.#kinds.lastIndexOf(kind, before - this.first - 1)
    return at < 0 ? undefined : this.first + at
  }

  /** Changes of owner up to a revision. */
  owners(to: number): readonly OwnerChange[] {
    return this.#owners.filter(({ revision }) => revision <= to)
  }

  #word(text: string): string {
    const known = this.#words.get(text)
    if (known !== undefined) return known
    this.#words.set(text, text)
    return text
  }
}
