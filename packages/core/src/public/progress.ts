/** What effect bodies report beside their records. */
import type { EffectId } from '../record/state-document.js'

/** A chunk that a body reported beside its stream: tokens, percentages. Never stored. */
export interface Progress {
  readonly effect: EffectId
  readonly src: string
  readonly chunk: unknown
}
