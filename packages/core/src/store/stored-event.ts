/**
 * A stored event whose payload is parsed when someone looks at it. The members are its own, not a prototype's: copying
 * an event with `{...event}`, comparing or serialising it works as with any object.
 */
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { toPosition, toRevision } from '../record/revision.js'
import type { StoredEvent } from './port.js'

/** An event as a store has it: the payload is still text. */
export interface StoredText {
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly id: string
  readonly type: string
  readonly data: () => JsonValue
  readonly metadata: () => JsonValue
}

/** Each of `data` and `metadata` is called at most once. What they throw is `UNREADABLE` to who looks, with the place. */
export function storedEvent(stored: StoredText): StoredEvent {
  let data: JsonValue | undefined
  let metadata: JsonValue | undefined
  return {
    stream: stored.stream,
    revision: toRevision(stored.revision),
    position: toPosition(stored.position),
    id: stored.id,
    type: stored.type,
    get data() {
      return (data ??= readable(stored, stored.data))
    },
    get metadata() {
      return (metadata ??= readable(stored, stored.metadata))
    },
  }
}

function readable({ stream, revision }: StoredText, read: () => JsonValue): JsonValue {
  try {
    return read()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new RefoldError('UNREADABLE', `record ${revision} of ${stream} is damaged: ${message}`, {
      cause,
      facts: { stream, revision },
      hint: 'Its bytes are not those that were written. `refold doctor` tells what else is; put the stream back from a backup.',
    })
  }
}
