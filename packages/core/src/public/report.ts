/** What an operator is told. */
import type { RefoldErrorCode } from '../errors.js'

/** Something that needs a person, or that is no error of anyone's call. */
export interface Report {
  /**
   * `NOT_BEGUN`: a deploy added an invoke or an `after` to a state in which agents wait. `PARKED`: a consumer set a record aside. `STALLED`: records wait, and who follows
   * them takes none; `ADVANCING`: it goes on. `DRAINED`: someone asked in the store that this process drains; it does, and closes.
   */
  readonly code:
    | RefoldErrorCode
    | 'IN_DOUBT'
    | 'FOREIGN_RECORD'
    | 'NOT_BEGUN'
    | 'SLOTS_HELD'
    | 'PARKED'
    | 'STALLED'
    | 'ADVANCING'
    | 'DRAINED'
  readonly message: string
  /** Absent where it is about more than one: `facts` then say which. */
  readonly agent?: { readonly name: string; readonly id: string }
  readonly facts?: Readonly<Record<string, unknown>>
}
