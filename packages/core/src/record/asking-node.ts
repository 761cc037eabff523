/** Which state node asked for a child: read from its document, without the machine. */
import type { ActorDocument } from './state-document.js'

/** The node in an id that XState makes for an invocation without one: `<n>.<node>`. */
const UNNAMED_INVOCATION = /^\d+\.(.+)$/s

/** The id of the state node that invoked the child of this id; `undefined` when an action spawned it. */
export function nodeOf(id: string, { node, spawned }: Pick<ActorDocument, 'node' | 'spawned'>): string | undefined {
  return spawned === true ? undefined : (node ?? nodeNamedBy(id))
}

/** The node that the id of an invocation names by itself. */
export function nodeNamedBy(id: string): string | undefined {
  return UNNAMED_INVOCATION.exec(id)?.[1]
}
