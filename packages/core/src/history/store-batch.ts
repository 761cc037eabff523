/** Events that another store has already, appended with the revisions that they have there. */
import { isRefoldError, mayPass, RefoldError } from '../errors.js'
import { advance, FIRST_REVISION } from '../record/revision.js'
import type { Expected, Revision } from '../record/revision.js'
import { notKnown } from '../store/not-known.js'
import type { NewEvent, Store, StoredEvent } from '../store/port.js'
import { newestEvent } from './stored-events.js'

/** A store that does not know whether it stored is asked so often by the identical append. */
const MAX_UNKNOWN = 10
const NOT_KNOWN = 'Begin again: it goes on after what is stored.'

/** The last event of a stream. */
export type Head = Pick<StoredEvent, 'revision' | 'id'>

/** `undefined`: the stream is not there. */
export async function headOf(store: Pick<Store, 'read'>, stream: string): Promise<Head | undefined> {
  const newest = await newestEvent(store, stream)
  return newest && { revision: newest.revision, id: newest.id }
}

export function next(head: Head | undefined): Revision {
  return head === undefined ? FIRST_REVISION : advance(head.revision)
}

export function toNew({ id, type, data, metadata }: StoredEvent): NewEvent {
  return { id, type, data, metadata }
}

/** One append behind the head. Throws `COPY_DIFFERS` where another event stands there, and what the store throws. */
export async function storeBatch(
  store: Pick<Store, 'append'>,
  stream: string,
  { events, head }: { readonly events: readonly NewEvent[]; readonly head: Head | undefined },
): Promise<void> {
  const decidedOn = { expected: head?.revision ?? ('no_stream' as const), expectedId: head?.id }
  let unknown: RefoldError | undefined
  for (let tries = 1; ; tries++) {
    try {
      const result = await store.append(stream, events, decidedOn)
      if (!result.ok) throw differs(stream, result.actual)
      return
    } catch (error) {
      if (isRefoldError(error, 'STORE_UNKNOWN') && tries < MAX_UNKNOWN) unknown ??= error
      else
        throw unknown === undefined || !mayPass(error) ? error : notKnown(stream, { cause: unknown, hint: NOT_KNOWN })
    }
  }
}

function differs(stream: string, actual: Expected): RefoldError {
  return new RefoldError('COPY_DIFFERS', `${stream} was written to while it was copied`, {
    hint: 'Stop what works on the target, and begin with a target that does not have the stream.',
    facts: { stream, actual: String(actual) },
  })
}
