/** Pointers in the places of references to actors, from documents alone. */
import type { ActorPointer } from '../definition/shown-types.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { parsePointer } from '../json/pointer.js'
import type { Delivery } from '../record/record.js'
import type { ActorDocument, ActorId, EffectId, StateDocument } from '../record/state-document.js'

type Refs = ActorDocument['refs']
type PointerTo = (actor: ActorId) => ActorPointer

/** A reference, and the keys that lead to it. */
export interface Placed {
  readonly keys: readonly string[]
  readonly pointer: ActorPointer
}

export interface PointedValues {
  /** Of any actor of the state. */
  member(actor: ActorDocument, name: 'context' | 'output'): unknown
  /** What an effect is given. */
  input(effect: EffectId): unknown
  /** An event with its references beside it, as timers have them. */
  event(event: JsonObject, refs: Refs): unknown
}

type Pointed = Pick<StateDocument, 'agent' | 'root' | 'unlisted' | 'effects'>

/** What one state holds, with pointers. `show`: how they are put into a value. */
export function pointedValues(
  state: Pointed,
  show: (json: JsonValue | undefined, placed: readonly Placed[]) => unknown = withPointers,
): PointedValues {
  let index: ReadonlyMap<ActorId, Found> | undefined
  const find = (actor: ActorId): Found | undefined => (index ??= indexOf(state)).get(actor)
  const pointerTo: PointerTo = (actor) => find(actor)?.pointer ?? unknownPointer(actor)
  return {
    member: (actor, name) => show(actor[name], placedBelow(actor.refs, name, pointerTo)),
    input: (effect) => show(state.effects[effect]?.input, placedBelow(find(effect)?.refs, 'input', pointerTo)),
    event: (event, refs) => show(event, placedIn(refs, pointerTo)),
  }
}

/** An event that was sent to an effect, by its record alone: what is known of the actors is their names. */
export function pointedDelivery({ effect, event, refs }: Delivery): Pick<Delivery, 'effect' | 'event'> {
  return { effect, event: withPointers(event, placedIn(refs, unknownPointer)) as JsonObject } // an object stays one
}

/** XState lists a child that was spawned without an id under another name than its own. */
export function ownId(listed: string, { sid, unnamed }: ActorDocument): string {
  return unnamed === true ? sid : listed
}

/** A copy along the ways to the references; all else is shared. */
export function withPointers(json: JsonValue | undefined, placed: readonly Placed[]): unknown {
  if (json === undefined || placed.length === 0) return json
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

interface Found {
  readonly pointer: ActorPointer
  readonly refs: Refs
}

function indexOf({ agent, root, unlisted }: Pointed): ReadonlyMap<ActorId, Found> {
  const index = new Map<ActorId, Found>()
  const add = (document: ActorDocument, own: string, src: string): void => {
    const pointer = Object.freeze({ actor: document.sid, id: own, src })
    index.set(document.sid, { pointer, refs: document.refs })
    for (const [id, child] of Object.entries(document.children ?? {})) add(child, ownId(id, child), child.src ?? '')
  }
  for (const { id, actor } of Object.values(unlisted)) add(actor, ownId(id, actor), actor.src ?? '')
  add(root, agent.id, agent.definition)
  return index
}

function unknownPointer(actor: ActorId): ActorPointer {
  return Object.freeze({ actor, id: actor })
}

function placedBelow(refs: Refs, name: string, pointerTo: PointerTo): readonly Placed[] {
  return placedIn(refs, pointerTo).flatMap(({ keys: [first, ...keys], pointer }) =>
    first === name ? [{ keys, pointer }] : [],
  )
}

function placedIn(refs: Refs, pointerTo: PointerTo): readonly Placed[] {
  return Object.entries(refs ?? {}).map(([place, actor]) => ({ keys: parsePointer(place), pointer: pointerTo(actor) }))
}
