/** The type of a record: one of the closed set of Refold's own, or that of an event that came from outside. */
import { RefoldError } from '../errors.js'
import type { OwnRecordType } from '../record/record.js'

declare const OUTSIDE: unique symbol

/** An outside event's type. Only `outsideType` makes one, so that no other place can write a type of its own. */
export type OutsideType = string & { readonly [OUTSIDE]: true }

/** Every type that a record can have. */
export type RecordType = OwnRecordType | OutsideType

/** What begins so is Refold's own, for ever. */
const OWN = 'refold.'

/** Whether only Refold may write records of this type. */
export function isOwnType(type: string): boolean {
  return type.startsWith(OWN)
}

/** The type of an event that came from outside. Throws `INVALID_EVENT` for one that begins as Refold's own do. */
export function outsideType(type: string): OutsideType {
  if (!isOwnType(type)) return type as OutsideType // the one place where the brand is given
  throw new RefoldError('INVALID_EVENT', `an event from outside must not have the type ${JSON.stringify(type)}`, {
    hint: 'Types that begin with `refold.` are kept for Refold.',
    facts: { type },
  })
}
