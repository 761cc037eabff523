/**
 * Upcasters: outside events of an older shape, as readers of today see them. The fold never asks for one: what an agent has
 * become is recorded, so no later code can change it.
 */
import { RefoldError } from '../errors.js'
import type { JsonValue } from '../json/json-value.js'
import { isPromised } from '../world/is-promised.js'

/** An outside event as it is read. */
export interface ReadableEvent {
  readonly type: string
  readonly data: JsonValue
}

/** Brings events of one type to today's shape. Runs for each reader, each time: it must be pure, and must not throw. */
export interface Upcaster {
  /** Of the stored event. */
  readonly type: string
  /** Only events of this definition's agents; absent: of all. */
  readonly definition?: string
  /** May give another type. What is of today's shape already is given back as it is. */
  upcast(event: ReadableEvent): ReadableEvent
}

/** The event after all upcasters that name its type, in their order. Throws `UPCAST_FAILED` with what one threw. */
export function upcast(upcasters: readonly Upcaster[], event: ReadableEvent, definition: string): ReadableEvent {
  let current = event
  for (const upcaster of upcasters) {
    if (upcaster.type !== current.type) continue
    if (upcaster.definition !== undefined && upcaster.definition !== definition) continue
    try {
      current = readable(upcaster.upcast(current))
    } catch (cause) {
      throw new RefoldError(
        'UPCAST_FAILED',
        `an upcaster of "${event.type}" of ${definition} threw, or gave no event`,
        {
          cause,
          facts: { type: event.type, definition },
          hint: 'An upcaster takes every shape that was ever stored under the type.',
        },
      )
    }
  }
  return current
}

function readable(given: ReadableEvent | undefined): ReadableEvent {
  if (isPromised(given)) throw new TypeError('an upcaster answers at once, and gives no promise')
  if (typeof given?.type !== 'string' || given.data === undefined)
    throw new TypeError('an upcaster gives { type, data }')
  return given
}
