/** The `approvals` of a definition, at type level. */
import type { EventObject } from 'xstate'

/** By event type, what `approvals` may give. */
export type ApprovalPayloads<E extends EventObject> = Partial<Record<E['type'], unknown>>

/**
 * By event type, what a person approves by that event: what they are shown, made of the context. Without an approval such
 * an event is refused, and with one of something else, or of an earlier question, too. The second half is there for the
 * compiler: it names what is no event.
 */
export type Approvals<E extends EventObject, C, P> = {
  [K in keyof P]: (asked: { readonly context: C }) => P[K]
} & { [K in E['type']]?: unknown }
