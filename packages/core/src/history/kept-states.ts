/** States of a stretch of records in bulk, of which some are kept. */
import type { StateDocument } from '../record/state-document.js'
import { BulkStates, type StretchStart } from './bulk-states.js'
import { isOfRecords } from './fold-record.js'
import { Keyframes } from './keyframes.js'
import type { KeyframesOptions } from './keyframes.js'

export class KeptStates extends BulkStates {
  readonly keyframes: Keyframes

  constructor(start: StretchStart, kept: KeyframesOptions) {
    super(start)
    this.keyframes = new Keyframes(kept)
  }

  protected override told(revision: number): void {
    if (this.keyframes.wants(revision)) this.keyframes.offer(revision, () => this.#resultIfMade())
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
