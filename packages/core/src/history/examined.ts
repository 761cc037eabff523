/** What a look through a store finds. */
import { isOutOfReach, isRefoldError } from '../errors.js'
import type { RefoldError } from '../errors.js'
import type { StoreFinding } from '../store/port.js'

/** What is wrong, by kind. `STORE` is told by the store: its file, or its server. */
export type ExaminedTrouble =
  | 'STORE'
  | 'LOG'
  | 'GAP'
  | 'LINEAGE'
  | 'UNREADABLE'
  | 'NEWER_FORMAT'
  | 'DIRECTORY'
  | 'FOREIGN'
  | 'ENCODED'

/** Something that was found in the store. */
export interface ExaminedFinding extends Omit<StoreFinding, 'trouble'> {
  readonly trouble: ExaminedTrouble
  /** The agent that it concerns. */
  readonly stream?: string
  /** From which of its records on. */
  readonly revision?: number
  /** How many of its records cannot be used for a state. */
  readonly lost?: number
}

/** Of a store that did not answer: nothing is known to be wrong in it. */
export function ofAway(error: RefoldError, stream?: string): ExaminedFinding | undefined {
  if (!isOutOfReach(error)) return undefined
  const { message, hint } = error
  const of = stream === undefined ? undefined : { stream }
  return { trouble: 'STORE', kind: 'wrong', ...of, message, remedy: hint ?? 'Look again when the store answers.' }
}

/** What the store refuses because someone closed it is no finding. */
export function assertNotClosed(error: unknown): unknown {
  if (isRefoldError(error, 'CLOSED')) throw error
  return error
}
