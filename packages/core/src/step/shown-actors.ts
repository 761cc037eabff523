/**
 * The actors of an agent for readers of its state: plain data, from documents alone. A live reference belongs to the process that
 * decides; outside there is only what it points to.
 */
import type { JsonValue } from '../json/json-value.js'
import { parsePointer } from '../json/pointer.js'
import type { ActorRefs } from '../json/to-json.js'
import type { ActorDocument, ActorId, EffectId, StateDocument } from '../record/state-document.js'
import { byCreation } from './creation-order.js'
import { freezeState } from './normalize.js'

/** Stands where a context or an output holds a reference to an actor. */
export interface ActorPointer {
  /** Names the actor in the life of the agent; an effect has the same name in `effects`. */
  readonly actor: ActorId
  /** Its own id, under which its parent's `children` show it, unless it was stopped or another one has taken its place. */
  readonly id: string
  /** The name of its logic. Absent: nothing is known of it any more. */
  readonly src?: string
}

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
  let index: ReadonlyMap<ActorId, Found> | undefined
  const find = (actor: ActorId): Found | undefined => (index ??= indexOf(state)).get(actor)
  const pointerTo = (actor: ActorId): ActorPointer => find(actor)?.pointer ?? Object.freeze({ actor, id: actor })
  return {
    get children() {
      return childrenOf(state.root, pointerTo)
    },
    member: (name) => shownValue(state.root[name], placedBelow(state.root.refs, name, pointerTo)),
    input: (effect) => shownValue(state.effects[effect]?.input, placedBelow(find(effect)?.refs, 'input', pointerTo)),
  }
}

interface Found {
  readonly pointer: ActorPointer
  readonly refs: ActorRefs | undefined
}

type PointerTo = (actor: ActorId) => ActorPointer

function indexOf({ agent, root, unlisted }: Parameters<typeof shownActors>[0]): ReadonlyMap<ActorId, Found> {
  const index = new Map<ActorId, Found>()
  const add = (document: ActorDocument, own: string, src: string): void => {
    const pointer = Object.freeze({ actor: document.sid, id: own, src })
    index.set(document.sid, { pointer, refs: document.refs })
    for (const [id, child] of Object.entries(document.children ?? {})) add(child, idOf(id, child), child.src ?? '')
  }
  for (const { id, actor } of Object.values(unlisted)) add(actor, idOf(id, actor), actor.src ?? '')
  add(root, agent.id, agent.definition)
  return index
}

/** XState lists a child that was spawned without an id under another name than its own. */
function idOf(listed: string, { sid, unnamed }: ActorDocument): string {
  return unnamed === true ? sid : listed
}

function childrenOf({ children = {}, sequence }: ActorDocument, pointerTo: PointerTo): ShownChildren {
  const inOrder =
    sequence ??
    Object.entries(children)
      .toSorted(([, one], [, other]) => byCreation(one, other))
      .map(([id]) => id)
  const shown: Record<string, ShownChild> = {}
  for (const id of inOrder) {
    const child = children[id]
    if (child !== undefined) shown[idOf(id, child)] = childOf(idOf(id, child), child, pointerTo)
  }
  return Object.freeze(shown)
}

function childOf(id: string, document: ActorDocument, pointerTo: PointerTo): ShownChild {
  const { sid, src = '', status = 'active', value, context, output, error } = document
  const member = (name: 'context' | 'output'): unknown =>
    shownValue(document[name], placedBelow(document.refs, name, pointerTo))
  return Object.freeze({
    actor: sid,
    id,
    src,
    status,
    ...(value === undefined ? undefined : { value: freezeState(value) }),
    ...(context === undefined ? undefined : { context: member('context') }),
    ...(output === undefined ? undefined : { output: member('output') }),
    ...(error === undefined ? undefined : { error: freezeState(error) }),
    children: childrenOf(document, pointerTo),
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

interface Placed {
  readonly keys: readonly string[]
  readonly pointer: ActorPointer
}

function placedBelow(refs: ActorRefs | undefined, name: string, pointerTo: PointerTo): readonly Placed[] {
  return Object.entries(refs ?? {}).flatMap(([place, actor]) => {
    const [first, ...keys] = parsePointer(place)
    return first === name ? [{ keys, pointer: pointerTo(actor) }] : []
  })
}

/** A copy along the ways to the references; all else is shared. */
function withPointers(json: JsonValue, placed: readonly Placed[]): unknown {
  const own = placed.find(({ keys }) => keys.length === 0)
  if (own !== undefined) return own.pointer
  const copy = (Array.isArray(json) ? [...(json as readonly unknown[])] : { ...(json as object) }) as {
    [key: string]: unknown // an array takes its indexes as keys, too
  }
  for (const key of new Set(placed.map(({ keys }) => keys[0] as string))) {
    const below = placed
      .filter(({ keys }) => keys[0] === key)
      .map(({ keys, pointer }) => ({ keys: keys.slice(1), pointer }))
    copy[key] = withPointers((copy[key] ?? null) as JsonValue, below)
  }
  return Object.freeze(copy)
}
