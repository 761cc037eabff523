/** What effect bodies report beside their records. */
import type { EffectId } from '../record/state-document.js'

/** A chunk that a body reported beside its stream: tokens, percentages. Never stored. */
export interface Progress {
  readonly effect: EffectId
  readonly src: string
  /** From 1, as the body was told it: the one that runs again after a failure has the next number. */
  readonly attempt: number
  /**
   * When this run of the body began, epoch milliseconds. An attempt that was interrupted runs again, here or in another process, under
   * the same number: what a reader has gathered of an earlier run is to be thrown away.
   */
  readonly beganAt: number
  readonly chunk: unknown
}
