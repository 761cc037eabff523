/**
 * A part of a past in bulk: its outline and its keyframes from the operations of its records, without building the records. It
 * holds until something is not as a whole stream has it; record by record that is then found and named.
 */
import { RefoldError } from '../errors.js'
import type { StateDocument } from '../record/state-document.js'
import { StateReplay } from '../record/state-replay.js'
import type { ReplayedEvent, ReplayedOperation, ReplayedRecord, ReplayTarget } from '../record/replay.js'
import type { JsonValue } from '../json/json-value.js'
import { Keyframes } from './keyframes.js'
import { Outline } from './outline.js'
import type { OutlineStart } from './outline.js'

/** What records behind a state are, as far as none is damaged. */
export class BulkPast implements ReplayTarget {
  readonly outline: Outline
  readonly keyframes = new Keyframes()
  readonly #replay: StateReplay
  readonly #start: number

  constructor({ state, ...start }: OutlineStart & { readonly state: StateDocument | undefined }) {
    this.outline = new Outline(start)
    this.#replay = new StateReplay(state)
    this.#start = start.first
  }

  /** After its last record. */
  get state(): StateDocument | undefined {
    return this.#replay.result()
  }

  event(event: ReplayedEvent): void {
    this.#next(Number(event.revision))
    this.outline.add(event)
    this.#replay.event(event)
  }

  begin(record: ReplayedRecord): void {
    this.#next(record.revision)
    this.outline.addReplayed(record)
    this.#replay.begin(record)
  }

  operation(operation: ReplayedOperation, value: JsonValue | undefined, later?: unknown): void {
    this.#replay.operation(operation, value, later)
  }

  end(): void {
    this.#next(this.outline.next)
    this.#replay.end()
  }

  /** All of the record before was told. */
  #next(revision: number): void {
    const { next } = this.outline
    if (revision !== next)
      throw new RefoldError('UNREADABLE', `record ${next} is missing`, { facts: { revision: next } })
    if (next > this.#start) this.keyframes.offer(next - 1, () => this.#replay.result())
  }
}
