/** A part of a past in bulk: its outline, and states that are far from each other, since what is between them is replayed. */
import type { ReplayedEvent, ReplayedRecord } from '../record/replay.js'
import type { StretchStart } from './bulk-states.js'
import { KeptStates } from './kept-states.js'
import { Outline } from './outline.js'
import type { OutlineStart } from './outline.js'

/** As many records are replayed in two or three milliseconds. */
const SPACING = 2_048

export class BulkPast extends KeptStates {
  readonly outline: Outline

  constructor({ at, ...start }: OutlineStart & StretchStart) {
    super(start, { spacing: SPACING })
    this.outline = new Outline({ first: start.first, at })
  }

  override event(event: ReplayedEvent): void {
    super.event(event)
    this.outline.add(event)
  }

  override begin(record: ReplayedRecord): void {
    super.begin(record)
    this.outline.addReplayed(record)
  }
}
