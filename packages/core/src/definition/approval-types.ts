/** The `approvals` of a definition, at type level. */
import type { EventObject } from 'xstate'
import type { OfType } from './machine-types.js'
import type { ActorPointer, Outside } from './shown-types.js'

/** By event type, what `approvals` may give. */
export type ApprovalPayloads<E extends EventObject> = Partial<Record<E['type'], unknown>>

/** Members of an event that tell several questions of its type apart: `{ call: 'c2' }`. */
export type About<E extends EventObject, K> = Partial<Omit<OfType<E, K>, 'type'>>

/**
 * By event type, what a person approves by that event: what they are shown, made of the context as readers see it, with nothing in it `undefined` (`null` asks for a yes alone). Without an approval such
 * an event is refused, and with one of something else, or of an earlier question, too. Where several questions of one type
 * are open, `about` says which is asked, as it was given to `agent.approval`; empty when none was named. The second half is
 * there for the compiler: it names what is no event.
 */
export type Approvals<E extends EventObject, C, P> = {
  [K in keyof P]: (asked: { readonly context: Outside<C, ActorPointer>; readonly about: About<E, K> }) => P[K]
} & { [K in E['type']]?: unknown }
