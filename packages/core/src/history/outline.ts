/** What is kept in memory of every record of a history: some dozens of bytes for each, in columns or as its store gave them. */
import type { RecordLines, ReplayedRecord } from '../record/replay.js'
import type { StoredEvent } from '../store/port.js'
import { readableHeader } from './damage.js'
import { textOf } from './history-record.js'
import { Lines, type Line } from './lines.js'

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

interface Part {
  readonly first: number
  length: number
  readonly records: RecordLines
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
  #length = 0
  /** In the order of revisions. */
  readonly #parts: Part[] = []
  readonly #owners: OwnerChange[] = []

  constructor({ first, at }: OutlineStart = { first: 0, at: 0 }) {
    this.first = first
    this.#start = at
  }

  get length(): number {
    return this.#length
  }

  /** The revision that the next record must have. */
  get next(): number {
    return this.first + this.length
  }

  add(event: Pick<StoredEvent, 'revision' | 'id' | 'type' | 'metadata'>): void {
    const header = readableHeader(event)
    this.hasRecord ||= header !== undefined
    this.#addLine({
      revision: Number(event.revision),
      id: event.id,
      type: event.type,
      kind: header?.input.kind ?? 'foreign',
      at: header?.at ?? this.#lastAt(),
      about: textOf(header?.input.effect ?? header?.input.timer),
      owner: header?.owner,
    })
  }

  /** A record that was taken apart: what its page has of it is put together when someone asks. */
  addReplayed(record: ReplayedRecord): void {
    const { revision, page } = record
    this.hasRecord = true
    const owner = record.owner()
    if (page !== undefined) this.#extendBy({ revision, owner }, page)
    else {
      const { id, type, kind, at } = record
      this.#addLine({ revision, id, type, kind, at, about: textOf(record.about()), owner })
    }
  }

  #addLine(line: Line): void {
    const last = this.#parts.at(-1)?.records
    const lines = last instanceof Lines ? last : new Lines(line.revision)
    lines.push(line)
    this.#extendBy(line, lines)
  }

  #extendBy({ revision, owner }: Pick<Line, 'revision' | 'owner'>, records: RecordLines): void {
    if (this.#length === 0) this.first = revision
    this.#length++
    const last = this.#parts.at(-1)
    if (last?.records === records) last.length++
    else this.#parts.push({ first: revision, length: 1, records })
    if (owner !== undefined) this.#owners.push({ revision, worker: textOf(owner) })
  }

  /** The records behind its last one. The other outline is spent. */
  extend(more: Outline): void {
    if (this.#length === 0) this.first = more.first
    this.hasRecord ||= more.hasRecord
    this.#length += more.#length
    for (const part of more.#parts) this.#parts.push(part)
    for (const owner of more.#owners) this.#owners.push(owner)
  }

  get(revision: number): RecordOutline | undefined {
    const records = this.#of(revision)
    if (records === undefined) return undefined
    const [type, kind, at] = [records.typeOf(revision), records.kindOf(revision), records.timeOf(revision)]
    const about = textOf(records.aboutOf(revision))
    const named = about === undefined ? undefined : kind === 'timer.fired' ? { timer: about } : { effect: about }
    return { revision, type, kind, at, ...named }
  }

  /** The newest at or before a time; `undefined`: there was none yet. */
  revisionAt(time: number): number | undefined {
    let low = this.first
    let high = this.next
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#of(middle)?.timeOf(middle) ?? 0) <= time) low = middle + 1
      else high = middle
    }
    return low === this.first ? undefined : low - 1
  }

  revisionOf(eventId: string): number | undefined {
    for (let at = this.#parts.length - 1; at >= 0; at--) {
      const revision = this.#parts[at]?.records.revisionOf(eventId)
      if (revision !== undefined) return revision
    }
    return undefined
  }

  /** Revisions from one to another, both included, of the records about an effect. */
  about(effect: string, { from, to }: { readonly from: number; readonly to: number }): readonly number[] {
    const found: number[] = []
    for (let revision = Math.max(from, this.first); revision <= to && revision < this.next; revision++)
      if (this.#of(revision)?.aboutOf(revision) === effect) found.push(revision)
    return found
  }

  /** The newest revision before one whose record is of this kind. */
  lastOfKind(kind: string, before: number): number | undefined {
    for (let revision = Math.min(before, this.next) - 1; revision >= this.first; revision--)
      if (this.#of(revision)?.kindOf(revision) === kind) return revision
    return undefined
  }

  /** Changes of owner up to a revision. */
  owners(to: number): readonly OwnerChange[] {
    return this.#owners.filter(({ revision }) => revision <= to)
  }

  #lastAt(): number {
    return this.#of(this.next - 1)?.timeOf(this.next - 1) ?? this.#start
  }

  /** Those that tell of the record at a revision. */
  #of(revision: number): RecordLines | undefined {
    let low = 0
    let high = this.#parts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#parts[middle] as Part).first <= revision) low = middle + 1
      else high = middle
    }
    const part = this.#parts[low - 1]
    return part !== undefined && revision < part.first + part.length ? part.records : undefined
  }
}
