/** Looks through all states of a history for a condition. */
import { checkMembers } from '../definition/check-members.js'
import { saysYes } from '../coded.js'
import { RefoldError } from '../errors.js'
import { Folder } from '../record/fold.js'
import type { StateDocument } from '../record/state-document.js'
import { addRecord } from './fold-record.js'
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
  checkMembers(options, { path: '', known: ['limit'] })
  if (typeof predicate !== 'function') throw new RefoldError('INVALID_INPUT', 'predicate: must be a function')
  const flips: HistoryFlip[] = []
  const folder = new Folder()
  let holds = false
  const { first, lastState } = log
  if (lastState < first || limit <= 0) return flips
  for await (const page of log.records.from(first, lastState - first + 1)) {
    for (const event of page) {
      const revision = Number(event.revision)
      addRecord(folder, event)
      const state = folder.view('state') as StateDocument | undefined // what the patches of records build
      const becomes = state !== undefined && saysYes(predicate(state, { revision }), 'predicate')
      if (becomes === holds) continue
      holds = becomes
      flips.push({ revision, becomes })
      if (flips.length >= limit) return flips
    }
  }
  return flips
}
