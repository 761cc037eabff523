/**
 * Which parts of the state document are Refold's own objects, in which the order of keys means nothing, and where user
 * data begins, in which it does. The diff follows it.
 */

/** One of Refold's own objects. A member without a shape is user data, or has no members. */
export interface OwnShape {
  readonly members?: { readonly [key: string]: OwnShape }
  /** The shape of all other members: the object is a map that grows and shrinks. */
  readonly each?: OwnShape
  /** The member with user data that effects are often given: other parts of the document may copy from it. */
  readonly source?: string
}

const CHILDREN: { each?: OwnShape } = {}
const ACTOR: OwnShape = { members: { history: {}, refs: {}, children: CHILDREN }, source: 'context' }
CHILDREN.each = ACTOR // an actor's children are actors

/** The shape of `StateDocument`. */
export const STATE_SHAPE: OwnShape = {
  members: {
    agent: {},
    root: ACTOR,
    effects: { each: { members: { steps: {} } } },
    timers: { each: {} },
    unlisted: { each: { members: { actor: ACTOR } } },
    dedup: { each: { each: {} } },
    outbox: { members: { to: { each: {} } } },
    inbox: { each: {} },
    detachedChildren: { each: {} },
  },
}
