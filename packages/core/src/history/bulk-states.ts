/**
 * States of a stretch of records in bulk, from the operations of its records, without building the records. They hold as long as
 * nothing is other than a whole stream has it; record by record that is then found and named.
 */
import { RefoldError } from '../errors.js'
import type { ReplayedEvent, ReplayedRecord } from '../record/replay.js'
import type { StateDocument } from '../record/state-document.js'
import { StateReplay } from '../record/state-replay.js'

/** Where a stretch begins. */
export interface StretchStart {
  /** Its first revision. */
  readonly first: number
  /** Before it. */
  readonly state: StateDocument | undefined
}

export abstract class BulkStates extends StateReplay {
  readonly #first: number
  #next: number

  constructor({ first, state }: StretchStart) {
    super(state)
    this.#first = first
    this.#next = first
  }

  /** The revision behind the last record. */
  get next(): number {
    return this.#next
  }

  /** All of the record at this revision was told: `result` is the state after it. */
  protected abstract told(revision: number): void

  override event(event: ReplayedEvent): void {
    this.#begin(Number(event.revision))
    super.event(event)
  }

  override begin(record: ReplayedRecord): void {
    this.#begin(record.revision)
    super.begin(record)
  }

  override end(): void {
    if (this.#next > this.#first) this.told(this.#next - 1)
    super.end()
  }

  #begin(revision: number): void {
    const next = this.#next
    if (revision !== next)
      throw new RefoldError('UNREADABLE', `record ${next} is missing`, { facts: { revision: next } })
    if (next > this.#first) this.told(next - 1)
    this.#next++
  }
}
