/**
 * Moves through a history, forwards by the patches of records and backwards by what takes them back. A long way is gone in bulk,
 * where the source can.
 *
 * Invariants: the state at a revision has the same text however it was reached; what a keyframe holds is never written; at
 * most `UNDO_RECORDS` records can be taken back without folding again, so memory does not grow with the history.
 */
import { changeOf, undo, type Change, type UndoStep } from '../json/undo.js'
import { Folder } from '../record/fold.js'
import type { StateDocument } from '../record/state-document.js'
import type { StoredEvent } from '../store/port.js'
import { addRecord } from './fold-record.js'
import type { Keyframe, Keyframes, KeyframesOptions } from './keyframes.js'
import type { StoredRecords } from './stored-records.js'

/** What a walk moves over. */
export interface Ground {
  readonly records: StoredRecords
  /** The newest kept state at or before a revision; `undefined`: fold from the first record. */
  before(revision: number): Keyframe | undefined
  /** A way in bulk. `undefined`: the source cannot, or something is not as it should be: record by record that is found. */
  inBulk(way: BulkWay): Promise<Arrival | undefined>
  readonly first: number
}

/** From behind a state (`undefined`: from the first record) to a revision, with the states that are kept on it. */
export interface BulkWay extends KeyframesOptions {
  readonly from: Keyframe | undefined
  readonly to: number
}

/** Where a way in bulk came to, and by what. */
export interface Arrival {
  readonly state: StateDocument
  readonly near: Keyframes
}

const UNDO_RECORDS = 256
/** A way that is longer is gone in bulk: setting it up costs as much as these records one by one. */
const LONG_WAY = 32
/** Records between the states that are kept of a way in bulk: from the nearest one those before it can be taken back. */
const NEAR = 128
/** Bytes that they hold, roughly. */
const MAX_NEAR_WEIGHT = 8 * 1024 * 1024

interface Taken {
  readonly changes: readonly Change[]
}

export class Walk {
  readonly #ground: Ground
  #folder: Folder | undefined
  #revision = -1
  /** Of the last records, the newest at the end. */
  #taken: Taken[] = []
  /** What the last long way came by. */
  #near: Keyframes | undefined

  constructor(ground: Ground) {
    this.#ground = ground
  }

  /** -1 before the first move. */
  get revision(): number {
    return this.#revision
  }

  /** As it stands now: the next move writes to it. */
  get view(): StateDocument | undefined {
    return this.#folder?.view('state') as StateDocument | undefined // what the patches of records build
  }

  /** The state; it stays as it is. */
  state(): StateDocument | undefined {
    return this.#folder?.result()
  }

  /** Goes to a revision, which must be there and foldable. After a throw it stands somewhere between. */
  async to(revision: number): Promise<void> {
    if (this.#folder !== undefined && revision <= this.#revision && this.#revision - revision <= this.#taken.length) {
      while (this.#revision > revision) this.#back()
      return
    }
    if (this.#revision - revision === 1) {
      await this.#again()
      this.#back()
      return
    }
    const frame = this.#before(revision)
    if (this.#folder === undefined || revision < this.#revision || (frame?.revision ?? -1) > this.#revision)
      this.#stand(frame)
    await this.#forward(revision)
  }

  /** What the record at this revision changed, the first change first. Goes back over it. `undefined`: there is none before. */
  async back(): Promise<readonly Change[] | undefined> {
    if (this.#revision < this.#ground.first) return undefined
    if (this.#taken.length === 0) await this.#again()
    return this.#back()
  }

  /** Stands where it stood, and can go back. */
  async #again(): Promise<void> {
    const revision = this.#revision
    const folder = this.#stand(this.#before(revision - 1))
    if (revision - this.#revision > UNDO_RECORDS) await this.#forward(revision - NEAR)
    await this.#oneByOne(this.#folder ?? folder, revision)
  }

  #before(revision: number): Keyframe | undefined {
    const [near, kept] = [this.#near?.before(revision), this.#ground.before(revision)]
    return near !== undefined && near.revision > (kept?.revision ?? -1) ? near : kept
  }

  #stand(frame: Keyframe | undefined): Folder {
    this.#folder = new Folder(frame?.state)
    this.#revision = frame?.revision ?? this.#ground.first - 1
    this.#taken = []
    return this.#folder
  }

  async #forward(revision: number): Promise<void> {
    const folder = this.#folder ?? this.#stand(undefined)
    if (revision - this.#revision > LONG_WAY && (await this.#inBulk(folder, revision))) return
    await this.#oneByOne(folder, revision)
  }

  async #inBulk(folder: Folder, revision: number): Promise<boolean> {
    const state = folder.result()
    const from = state === undefined ? undefined : { revision: this.#revision, state }
    const arrival = await this.#ground.inBulk({ from, to: revision, spacing: NEAR, maxWeight: MAX_NEAR_WEIGHT })
    if (arrival === undefined) return false
    this.#stand({ revision, state: arrival.state })
    this.#near = arrival.near
    return true
  }

  /** Where a record cannot be had it stands before that one. */
  async #oneByOne(folder: Folder, revision: number): Promise<void> {
    while (this.#revision < revision) {
      const event = await this.#ground.records.at(this.#revision + 1)
      this.#take(folder, event, { keeps: revision - this.#revision <= UNDO_RECORDS })
    }
  }

  #take(folder: Folder, event: StoredEvent, { keeps }: { readonly keeps: boolean }): void {
    const changes: Change[] = []
    const note = (operation: Change['operation']): void => {
      const change = changeOf(operation, (name) => folder.view(name))
      if (change !== undefined) changes.push(change)
    }
    try {
      addRecord(folder, event, keeps ? note : undefined)
    } catch (error) {
      this.#folder = undefined // it may stand within a record
      this.#taken = []
      throw error
    }
    this.#revision++
    if (keeps) this.#taken.push({ changes })
    if (this.#taken.length > UNDO_RECORDS) this.#taken.shift()
  }

  #back(): readonly Change[] {
    const taken = this.#taken.pop()
    if (taken === undefined || this.#folder === undefined) return []
    const steps: UndoStep[] = taken.changes.toReversed().flatMap((change) => change.undo)
    undo(this.#folder, steps)
    this.#revision--
    return taken.changes
  }
}
