/**
 * One stream, read to its end: the outline of every record, keyframes of the state, and where the fold ends if something is
 * damaged. It grows with the stream.
 */
import { isRefoldError } from '../errors.js'
import type { RefoldError } from '../errors.js'
import { isJsonObject } from '../json/json-value.js'
import type { JsonValue } from '../json/json-value.js'
import { checkState } from '../record/check-state.js'
import { Folder } from '../record/fold.js'
import { toRevision } from '../record/revision.js'
import type { StateDocument } from '../record/state-document.js'
import type { StoredEvent } from '../store/port.js'
import { systemClock } from '../world/system-clock.js'
import { BulkPast } from './bulk-past.js'
import type { BulkStates } from './bulk-states.js'
import { isOfRecords } from './fold-record.js'
import { cannotFold, isDamage, readableHeader, recordsGone, untilDamage } from './damage.js'
import { historyRecord, textOf } from './history-record.js'
import type { HistoryRecord } from './history-record.js'
import type { HistoryReader } from './history-reader.js'
import type { HistoryMoment, HistoryTrouble } from './history-types.js'
import { KeptStates } from './kept-states.js'
import { Keyframes } from './keyframes.js'
import type { Keyframe } from './keyframes.js'
import { withLateChart } from './late-chart.js'
import { momentOf, noSuchMoment } from './moments.js'
import { NotedSecrets } from './noted-secrets.js'
import { Outline } from './outline.js'
import { StoredRecords } from './stored-records.js'
import { Walk } from './walk.js'
import type { Arrival, BulkWay, Ground } from './walk.js'

type Origin = NonNullable<StateDocument['agent']['forked']>

export class PastLog implements Ground {
  readonly stream: string
  readonly outline = new Outline()
  readonly records: StoredRecords
  readonly #keyframes = new Keyframes()
  #folder = new Folder()
  readonly #reader: HistoryReader
  /** What is hidden in all that is shown of it. */
  #secrets: NotedSecrets | undefined
  /** The newest revision that was folded; -1: none. */
  #folded = -1
  #trouble: HistoryTrouble | undefined
  #origin: PastLog['origin']

  constructor(reader: HistoryReader, stream: string) {
    this.stream = stream
    this.records = new StoredRecords(reader.reader, stream)
    this.#reader = reader
  }

  get first(): number {
    return this.outline.first
  }

  /** Of the last record that is listed. */
  get last(): number {
    return this.outline.next - 1
  }

  get lastState(): number {
    return this.#folded
  }

  get trouble(): HistoryTrouble | undefined {
    return this.#trouble
  }

  /** Of a fork: where its life comes from. `event`: of the origin's record, as the fork names it. */
  get origin(): (Origin & { readonly event: string | undefined }) | undefined {
    return this.#origin
  }

  before(revision: number): Keyframe | undefined {
    return this.#keyframes.before(revision)
  }

  async inBulk({ from, to, ...kept }: BulkWay): Promise<Arrival | undefined> {
    const { revision, state: before } = from ?? { revision: this.first - 1, state: undefined }
    const states = new KeptStates({ first: revision + 1, state: before }, kept)
    if (!(await this.replayTo(to, states))) return undefined
    const state = states.result()
    return state === undefined ? undefined : { state, near: states.keyframes }
  }

  /** Replays a stretch up to a revision. `false`: the source cannot, or something is not as it should be. */
  async replayTo(revision: number, states: BulkStates): Promise<boolean> {
    const { replay } = this.#reader
    if (replay === undefined) return false
    try {
      await replay(this.stream, { from: toRevision(states.next), to: toRevision(revision) }, states)
    } catch (error) {
      if (isOfRecords(error)) return false
      throw error
    }
    return states.next > revision
  }

  walk(): Walk {
    return new Walk(this)
  }

  /** Whether it holds no record of an agent, and none that was damaged. */
  get isEmpty(): boolean {
    return this.#trouble === undefined && !this.outline.hasRecord
  }

  /**
   * Reads what the stream has got since, to its end. What is damaged ends the fold, and is no error of the call. Rejects with
   * `NOT_FOUND` where no one knows what is to be hidden.
   */
  async readOn(): Promise<void> {
    await this.#readInBulk()
    try {
      for await (const page of this.records.from(this.outline.next))
        for (const event of page) {
          if (this.#hasSecrets(event)) await this.#note(event)
          if (!this.take(event)) return
        }
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#stop(this.outline.next, error)
    }
  }

  /** The next record of those who follow: as `take`, and what came with it is hidden from then on. */
  async follow(event: StoredEvent): Promise<boolean> {
    if (this.#hasSecrets(event)) await withLateChart(event, () => this.#note(event), { clock: systemClock })
    return this.take(event)
  }

  #hasSecrets(event: StoredEvent): boolean {
    return this.#reader.hideSecrets && readableHeader(event)?.hasSecrets === true
  }

  /** Before it can be shown. The first time all that is stored is looked through, also behind it. */
  async #note(event: StoredEvent): Promise<void> {
    this.#secrets ??= await this.#allSecrets()
    await this.#secrets.note(event)
  }

  #allSecrets(): Promise<NotedSecrets> {
    const { reader } = this.#reader
    const read = (stream: string): AsyncIterable<readonly StoredEvent[]> => untilDamage(reader.read(stream))
    return NotedSecrets.of({ read }, [this.stream])
  }

  /** As it may be shown. */
  hide<T>(value: T): T {
    return this.#secrets === undefined ? value : (this.#secrets.hide(value as JsonValue) as T)
  }

  /** The same of a JSON pointer. */
  hideInPointer(pointer: string): string {
    return this.#secrets?.hideInPointer(pointer) ?? pointer
  }

  /** A record as it may be shown. Throws `UPCAST_FAILED`. */
  shown(event: StoredEvent): HistoryRecord | Promise<HistoryRecord> {
    const secrets = this.#secrets
    return secrets === undefined ? this.toRecord(event) : secrets.without(event).then((one) => this.toRecord(one))
  }

  /** Where the source cannot, something is not as it should be, or each record is to be looked at, nothing is read. */
  async #readInBulk(): Promise<void> {
    const { replay } = this.#reader
    const first = this.outline.next
    if (replay === undefined || this.#trouble !== undefined || this.#secrets !== undefined) return
    const past = new BulkPast({ first, at: this.outline.get(first - 1)?.at ?? 0, state: this.#folder.result() })
    try {
      await replay(this.stream, { from: toRevision(first), lists: true }, past)
    } catch (error) {
      if (isOfRecords(error)) return
      throw error
    }
    const { outline, keyframes } = past
    const state = past.result()
    if (state === undefined || outline.length === 0) return
    if (this.#reader.hideSecrets && state.agent.hasSecrets === true) this.#secrets ??= await this.#allSecrets()
    if (first === 0 && outline.get(0)?.kind === 'forked') this.#origin = originIn(await this.records.at(0), state)
    if (this.outline.next !== first) return // another reading was faster
    this.outline.extend(outline)
    this.#keyframes.extend(keyframes)
    this.#folder = new Folder(state)
    this.#folded = this.outline.next - 1
  }

  /** The next record. `false`: it is not the next, so nothing behind it can be placed. */
  take(event: StoredEvent): boolean {
    const revision = Number(event.revision)
    const isFirst = this.outline.length === 0
    if (isFirst && revision > 0) this.#stop(0, recordsGone(this.stream, { from: 0, to: revision - 1 }))
    if (!isFirst && revision < this.outline.next) return true // known
    if (!isFirst && revision > this.outline.next) {
      this.#stop(this.outline.next, recordsGone(this.stream, { from: this.outline.next, to: revision - 1 }))
      return false
    }
    this.outline.add(event)
    if (this.#trouble === undefined) this.#fold(event, revision)
    return true
  }

  /** The record at a revision that is listed. Throws `UPCAST_FAILED`. */
  async record(revision: number): Promise<HistoryRecord> {
    return this.toRecord(await this.records.at(revision))
  }

  toRecord(event: StoredEvent): HistoryRecord {
    const at = this.outline.get(Number(event.revision))?.at ?? 0
    return historyRecord(event, { upcast: this.#reader.reader.upcast, at })
  }

  /** The revision of a point that has a state. Throws `NOT_FOUND`, `INVALID_INPUT`, or why the fold ends before it. */
  resolve(given: HistoryMoment): number {
    const hasNone = this.#folded < this.first // and `lastState` names no record
    if (hasNone && this.#trouble !== undefined) throw this.#trouble.error
    const revision = this.listed(given)
    if (revision > this.#folded && this.#trouble !== undefined) throw this.#trouble.error
    return revision
  }

  /** The revision of a point that has a record, whether or not it can be folded. */
  listed(given: HistoryMoment): number {
    const moment = momentOf(given)
    const revision = typeof moment === 'bigint' ? Number(moment) : this.outline.revisionAt(moment.at)
    if (revision !== undefined && revision >= 0 && revision <= this.last) {
      if (revision >= this.first || this.#trouble === undefined) return revision
      throw this.#trouble.error
    }
    if (this.#trouble !== undefined && revision !== undefined && revision > this.last) throw this.#trouble.error
    const last = this.last < 0 ? undefined : this.last
    throw noSuchMoment(this.stream, { moment, last, began: this.outline.get(this.first)?.at })
  }

  /** The state after a record that was found foldable. Throws `UNREADABLE` where it is none that an agent can be in. */
  async stateAt(revision: number, walk: Walk = this.walk()): Promise<StateDocument> {
    await walk.to(revision)
    return this.checked(walk.state(), revision)
  }

  checked(state: StateDocument | undefined, revision: number): StateDocument {
    try {
      checkState(state as unknown as JsonValue)
      return state as StateDocument // so it was found
    } catch (cause) {
      throw cannotFold(this.stream, { revision, cause })
    }
  }

  #fold(event: StoredEvent, revision: number): void {
    try {
      this.#folder.add(event)
    } catch (thrown) {
      const cause = this.#reader.unread.get(event) ?? thrown
      this.#stop(revision, isRefoldError(cause, 'NEWER_FORMAT') ? cause : cannotFold(this.stream, { revision, cause }))
      return
    }
    this.#folded = revision
    if (this.outline.get(revision)?.kind === 'forked')
      this.#origin = originIn(event, this.#folder.view('state') as StateDocument | undefined)
    this.#keyframes.offer(revision, () => this.#folder.result())
  }

  #stop(revision: number, error: RefoldError): void {
    this.#trouble ??= { revision, error }
  }
}

function originIn({ metadata }: StoredEvent, state: StateDocument | undefined): PastLog['origin'] {
  const forked = state?.agent.forked
  const event = isJsonObject(metadata) ? textOf(metadata['$causationId']) : undefined
  return forked === undefined ? undefined : { ...forked, event }
}
