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
  return new TextEvent(stored)
}

/** A class whose accessors are the same for all events: of an object literal with accessors each would get a layout of its own. */
class TextEvent implements StoredEvent {
  readonly stream: string
  readonly revision: StoredEvent['revision']
  readonly position: StoredEvent['position']
  readonly id: string
  readonly type: string
  declare readonly data: JsonValue
  declare readonly metadata: JsonValue
  readonly #stored: StoredText
  #data: JsonValue | undefined
  #metadata: JsonValue | undefined

  static readonly #accessors = {
    data: accessor((event) => (event.#data ??= readable(event.#stored, event.#stored.data))),
    metadata: accessor((event) => (event.#metadata ??= readable(event.#stored, event.#stored.metadata))),
  }

  constructor(stored: StoredText) {
    this.stream = stored.stream
    this.revision = toRevision(stored.revision)
    this.position = toPosition(stored.position)
    this.id = stored.id
    this.type = stored.type
    this.#stored = stored
    Object.defineProperties(this, TextEvent.#accessors)
  }
}

// It is shown, and compared, as the plain object that it is.
Object.defineProperty(TextEvent.prototype, 'constructor', { value: Object })

function accessor(get: (event: TextEvent) => JsonValue): PropertyDescriptor {
  return {
    enumerable: true,
    configurable: true,
    get(this: TextEvent) {
      return get(this)
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
