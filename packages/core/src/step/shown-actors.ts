/**
 * The actors of an agent for readers of its state: plain data, from documents alone. A live reference belongs to the process that
 * decides; outside there is only what it points to.
 */
import type { ActorPointer } from '../definition/shown-types.js'
import type { JsonValue } from '../json/json-value.js'
import type { ActorDocument, EffectId, StateDocument } from '../record/state-document.js'
import { ownId, pointedValues, withPointers } from './actor-pointers.js'
import type { Placed, PointedValues } from './actor-pointers.js'
import { byCreation } from './creation-order.js'
import { freezeState } from './normalize.js'

/** A child as it stands, with those below it. What its kind of logic does not have is absent. */
export interface ShownChild extends ActorPointer {
  readonly src: string
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly value?: unknown
  readonly context?: unknown
  readonly output?: unknown
  readonly error?: JsonValue | undefined
  readonly children: ShownChildren
}

/** By their ids, in XState's order. */
export type ShownChildren = Readonly<Record<string, ShownChild | undefined>>

export interface ShownActors {
  readonly children: ShownChildren
  /** A member of the root, with pointers in place of references. Frozen, and the same again as long as it says the same. */
  member(name: 'context' | 'output'): unknown
  /** What an effect is given, the same way. */
  input(effect: EffectId): unknown
}

/** Of one state. */
export function shownActors(state: Pick<StateDocument, 'agent' | 'root' | 'unlisted' | 'effects'>): ShownActors {
  const values = pointedValues(state, shownValue)
  return {
    get children() {
      return childrenOf(state.root, values)
    },
    member: (name) => values.member(state.root, name),
    input: (effect) => values.input(effect),
  }
}

function childrenOf({ children = {}, sequence }: ActorDocument, values: PointedValues): ShownChildren {
  const inOrder =
    sequence ??
    Object.entries(children)
      .toSorted(([, one], [, other]) => byCreation(one, other))
      .map(([id]) => id)
  const shown: Record<string, ShownChild> = {}
  for (const id of inOrder) {
    const child = children[id]
    if (child !== undefined) shown[ownId(id, child)] = childOf(ownId(id, child), child, values)
  }
  return Object.freeze(shown)
}

function childOf(id: string, document: ActorDocument, values: PointedValues): ShownChild {
  const { sid, src = '', status = 'active', value, context, output, error } = document
  return Object.freeze({
    actor: sid,
    id,
    src,
    status,
    ...(value === undefined ? undefined : { value: freezeState(value) }),
    ...(context === undefined ? undefined : { context: values.member(document, 'context') }),
    ...(output === undefined ? undefined : { output: values.member(document, 'output') }),
    ...(error === undefined ? undefined : { error: freezeState(error) }),
    children: childrenOf(document, values),
  })
}

/** What was shown last of a value with references: selectors compare by identity. */
const shownBefore = new WeakMap<object, { readonly said: string; readonly shown: unknown }>()

function shownValue(json: JsonValue | undefined, placed: readonly Placed[]): unknown {
  if (json === undefined || placed.length === 0) return freezeState(json)
  if (typeof json !== 'object' || json === null) return placed[0]?.pointer
  const said = JSON.stringify(placed)
  const before = shownBefore.get(json)
  if (before?.said === said) return before.shown
  const shown = withPointers(freezeState(json), placed)
  shownBefore.set(json, { said, shown })
  return shown
}
