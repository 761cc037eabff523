/** What is damaged in a stream, told with its place. */
import { isRefoldError, RefoldError } from '../errors.js'
import { OLDER_FORMAT } from '../record/check-state.js'
import { headerOf } from '../record/header.js'
import type { RecordHeader } from '../record/record.js'
import type { StoredEvent } from '../store/port.js'

/** Whether it is of what is stored, and not of the store. */
export function isDamage(error: unknown): error is RefoldError {
  return isRefoldError(error, 'UNREADABLE') || isRefoldError(error, 'NEWER_FORMAT')
}

/** What is damaged ends it, and is told by who reads the stream itself. */
export async function* untilDamage(
  pages: AsyncIterable<readonly StoredEvent[]>,
): AsyncGenerator<readonly StoredEvent[], void, undefined> {
  try {
    yield* pages
  } catch (error) {
    if (!isDamage(error)) throw error
  }
}

const DAMAGED = `The states before it can be shown. It, or one before it, was damaged, or was not written by Refold. ${OLDER_FORMAT}`

/** A state ends here, and why. */
export function cannotFold(
  stream: string,
  { revision, cause }: { readonly revision: number; readonly cause: unknown },
): RefoldError {
  const because = cause instanceof Error ? `: ${cause.message}` : ''
  return new RefoldError('UNREADABLE', `record ${revision} of ${stream} cannot be folded${because}`, {
    cause,
    facts: { stream, revision },
    hint: (isRefoldError(cause) ? cause.hint : undefined) ?? DAMAGED,
  })
}

/** Records that a whole stream has, from one to another, both included. */
export function recordsGone(stream: string, { from, to }: { readonly from: number; readonly to: number }): RefoldError {
  const what = from === to ? `record ${from}` : `the records ${from} to ${to}`
  return new RefoldError('UNREADABLE', `${what} of ${stream} are gone: deleted, or cut from the file`, {
    facts: { stream, revision: from },
    hint: 'A state is made of all records before it: put the stream back from a backup.',
  })
}

/** `undefined` also where it is damaged: the one who needs it is told. */
export function readableHeader(event: Pick<StoredEvent, 'metadata'>): RecordHeader | undefined {
  try {
    return headerOf(event.metadata)
  } catch {
    return undefined
  }
}
