/** What is kept in memory of every record of a history: in columns, some dozens of bytes for each. */
import { headerOf } from '../record/header.js'
import type { StoredEvent } from '../store/port.js'
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

export class Outline {
  /** Of the first record: above 0 where the store has lost those before. */
  first = 0
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

  get length(): number {
    return this.#types.length
  }

  /** The revision that the next record must have. */
  get next(): number {
    return this.first + this.length
  }

  add(event: StoredEvent): void {
    if (this.length === 0) this.first = Number(event.revision)
    const header = headerOf(event.metadata)
    this.hasRecord ||= header !== undefined
    this.#ids.push(event.id)
    this.#types.push(this.#word(event.type))
    this.#kinds.push(this.#word(header?.input.kind ?? 'foreign'))
    this.#at.push(header?.at ?? this.#at.at(-1) ?? 0)
    this.#about.push(textOf(header?.input.effect) ?? textOf(header?.input.timer))
    if (header?.owner !== undefined)
      this.#owners.push({ revision: Number(event.revision), worker: textOf(header.owner) })
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
