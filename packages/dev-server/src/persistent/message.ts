/** An event on its way to a consumer. */
import { invariant } from '@refold/core/store'
import type { RecordedEvent } from '../log/event.js'
import type { ResolvedEvent } from '../log/resolve-link.js'

/** Where an event stands in the row of those that a group has read. */
export interface Order {
  readonly sequence: number
  readonly place: number
  /** Place of the one before; `undefined`: there was none. */
  readonly previous: number | undefined
}

export interface Message {
  /** By which it is acknowledged: the id of the link, where there is one. */
  readonly id: string
  readonly resolved: ResolvedEvent
  /** `undefined`: it was parked, and is delivered again. */
  readonly order: Order | undefined
  /** How often it was delivered in vain. */
  retries: number
}

/** The event as it stands in what the group reads. */
export function originalOf({ event, link }: ResolvedEvent): RecordedEvent {
  const original = link ?? event
  invariant(original !== undefined, 'a resolved event has an event or a link')
  return original
}

export function messageOf(resolved: ResolvedEvent, order: Order | undefined): Message {
  return { id: originalOf(resolved).id, resolved, order, retries: 0 }
}
