/**
 * States of a stretch of records in bulk, from the operations of its records, without building the records. They hold as long as
 * nothing is other than a whole stream has it; record by record that is then found and named.
 */
import { RefoldError } from '../errors.js'
import type { ReplayedEvent, ReplayedRecord } from '../record/replay.js'
import type { StateDocument } from '../record/state-document.js'
import { StateReplay } from '../record/state-replay.js'
import { isOfRecords } from './fold-record.js'
import { Keyframes } from './keyframes.js'
import type { KeyframesOptions } from './keyframes.js'

/** Where a stretch begins. */
export interface StretchStart {
  /** Its first revision. */
  readonly first: number
  /** Before it. */
  readonly state: StateDocument | undefined
}

export class BulkStates extends StateReplay {
  readonly keyframes: Keyframes
  readonly #first: number
  #next: number

  constructor({ first, state }: StretchStart, kept: KeyframesOptions) {
    super(state)
    this.keyframes = new Keyframes(kept)
    this.#first = first
    this.#next = first
  }

  /** The revision behind the last record. */
  get next(): number {
    return this.#next
  }

  override event(event: ReplayedEvent): void {
    this.#begin(Number(event.revision))
    super.event(event)
  }

  override begin(record: ReplayedRecord): void {
    this.#begin(record.revision)
    super.begin(record)
  }

  override end(): void {
    this.#keep()
    super.end()
  }

  /** All of the record before was told. */
  #begin(revision: number): void {
    const next = this.#next
    if (revision !== next)
      throw new RefoldError('UNREADABLE', `record ${next} is missing`, { facts: { revision: next } })
    this.#keep()
    this.#next++
  }

  #keep(): void {
    const revision = this.#next - 1
    if (revision < this.#first || !this.keyframes.wants(revision)) return
    this.keyframes.offer(revision, () => this.#resultIfMade())
  }

  /** A state with something that cannot be made is not kept: those behind it may be without it. */
  #resultIfMade(): StateDocument | undefined {
    try {
      return this.result()
    } catch (error) {
      if (isOfRecords(error)) return undefined
      throw error
    }
  }
}
