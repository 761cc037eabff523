/** What an operator is told. */
import type { RefoldErrorCode } from '../errors.js'

/** Something that needs a person, or that is no error of anyone's call. */
export interface Report {
  readonly code: RefoldErrorCode | 'IN_DOUBT' | 'FOREIGN_RECORD' | 'SLOTS_HELD'
  readonly message: string
  readonly agent?: { readonly name: string; readonly id: string }
  readonly facts?: Readonly<Record<string, unknown>>
}
