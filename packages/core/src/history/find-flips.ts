/** Looks through all states of a history for a condition. */
import { checkOptions, optionRule } from '../option-values.js'
import { saysYes } from '../coded.js'
import { RefoldError } from '../errors.js'
import { Folder } from '../record/fold.js'
import type { StateDocument } from '../record/state-document.js'
import { BulkStates } from './bulk-states.js'
import { addRecord } from './fold-record.js'
import { weightBeside } from './keyframes.js'
import type { PastLog } from './past-log.js'

/** A revision from which on a condition is true, or false, until the next flip. */
export interface HistoryFlip {
  readonly revision: number
  readonly becomes: boolean
}

/** A condition on a state. It must write nothing: what it is given is the fold's own, and only for the time of the call. */
export type StatePredicate = (state: StateDocument, at: { readonly revision: number }) => boolean

/** Of `find`. */
export interface FindFlipsOptions {
  /** Ends after so many flips. Default: all. */
  readonly limit?: number
}

/** Every flip, from the first record to the last that can be folded; before the first the condition is false. Costs one fold. */
export async function findFlips(
  log: PastLog,
  predicate: StatePredicate,
  options: FindFlipsOptions,
): Promise<readonly HistoryFlip[]> {
  const { limit = Number.POSITIVE_INFINITY } = options
  checkOptions(options, { limit: optionRule.limit })
  if (typeof predicate !== 'function') throw new RefoldError('INVALID_INPUT', 'predicate: must be a function')
  const { first, lastState } = log
  const flips = new Flips(predicate, limit)
  if (lastState < first || flips.areEnough) return flips.found
  const bulk = new FlipsInBulk(first, flips)
  await log.replayTo(lastState, bulk)
  flips.rethrow()
  const folder = new Folder(bulk.state)
  const start = bulk.shown + 1
  if (start > lastState || flips.areEnough) return flips.found
  for await (const page of log.records.from(start, lastState - start + 1)) {
    for (const event of page) {
      addRecord(folder, event)
      flips.look(folder.view('state') as StateDocument | undefined, Number(event.revision)) // what the patches of records build
      if (flips.areEnough) return flips.found
    }
  }
  return flips.found
}

/** What was found so far. */
class Flips {
  readonly found: HistoryFlip[] = []
  readonly #predicate: StatePredicate
  readonly #limit: number
  #holds = false
  #thrown: { readonly error: unknown } | undefined

  constructor(predicate: StatePredicate, limit: number) {
    this.#predicate = predicate
    this.#limit = limit
  }

  get areEnough(): boolean {
    return this.found.length >= this.#limit
  }

  look(state: StateDocument | undefined, revision: number): void {
    const becomes = state !== undefined && this.#asks(state, revision)
    if (becomes !== this.#holds) this.found.push({ revision, becomes })
    this.#holds = becomes
  }

  /** What the predicate threw, which is of no record. */
  rethrow(): void {
    if (this.#thrown !== undefined) throw this.#thrown.error
  }

  #asks(state: StateDocument, revision: number): boolean {
    try {
      return saysYes(this.#predicate(state, { revision }), 'predicate')
    } catch (error) {
      this.#thrown = { error }
      throw error
    }
  }
}

/** Each so many states it is looked how much of them is new. */
const SAMPLE = 64
/** Bytes that a record may change for its state to be made quickly; to change a large one in place is quicker. */
const MAX_CHANGE = 16 * 1024

/** Looks at the states of a stretch in bulk, until there are enough or a state is too large for it. */
class FlipsInBulk extends BulkStates {
  /** After the last record that was looked at. */
  state: StateDocument | undefined
  shown: number
  readonly #flips: Flips

  constructor(first: number, flips: Flips) {
    super({ first, state: undefined })
    this.shown = first - 1
    this.#flips = flips
  }

  protected override told(revision: number): void {
    const [before, state] = [this.state, this.result()]
    this.#flips.look(state, revision)
    this.state = state
    this.shown = revision
    const isSample = revision % SAMPLE === 0 && before !== undefined && state !== undefined
    const isLarge = isSample && weightBeside(before, state) > MAX_CHANGE
    if (isLarge || this.#flips.areEnough) throw new Error('no more in bulk') // from here on it is gone one by one, or not at all
  }
}
