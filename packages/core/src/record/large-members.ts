/**
 * Large maps as members of the parts of a state. Who reads the member gets a plain object, which the next version then copies;
 * who asks for the map here costs it nothing.
 */
import { entriesOf, entryOf, LargeMap, type Entries, type EntryChange, type StateMap } from './large-map.js'
import type { EffectDocument, EffectId, StateDocument, TimerDocument, TimerId } from './state-document.js'

type EffectsPart = Pick<StateDocument, 'effects'>

/** Members of parts of a state that may be large maps. */
export type MapMember = 'effects' | 'timers' | 'children' | 'steps' | 'inbox' | 'to' | 'detachedChildren'

/** The map of a member, as a part holds it. */
type MapOf<O, M extends keyof O> = NonNullable<O[M]> extends Entries<infer V> ? StateMap<V> : never

export type LargeMembers = { readonly [member in MapMember]?: LargeMap<never> | undefined }

const LARGE = Symbol('large members')

interface Owner {
  readonly [LARGE]?: LargeMembers
}

/** Shared by all owners, so that they have one hidden class. */
const ACCESSORS: { readonly [member in MapMember]: PropertyDescriptor } = {
  effects: accessorOf('effects'),
  timers: accessorOf('timers'),
  children: accessorOf('children'),
  steps: accessorOf('steps'),
  inbox: accessorOf('inbox'),
  to: accessorOf('to'),
  detachedChildren: accessorOf('detachedChildren'),
}

function accessorOf(member: MapMember): PropertyDescriptor {
  return {
    enumerable: true,
    configurable: true,
    get(this: Owner) {
      return this[LARGE]?.[member]?.entries()
    },
  }
}

/** The map that stands there, without giving its entries away. */
export function mapIn<O extends object, M extends MapMember & keyof O>(owner: O, member: M): MapOf<O, M> {
  return ((owner as Owner)[LARGE]?.[member] ?? owner[member] ?? NO_ENTRIES) as MapOf<O, M>
}

/** Of a map that holds nothing. */
export const NO_ENTRIES: Entries<never> = Object.freeze({})

/** One effect of a state. */
export function effectIn(state: EffectsPart, id: EffectId): EffectDocument | undefined {
  return entryOf(mapIn(state, 'effects'), id)
}

/** Whether the effects of both states are the same. */
export function isSameEffects(before: EffectsPart | undefined, after: EffectsPart): boolean {
  return before !== undefined && isSameMap(before, after, 'effects')
}

/** Effects that differ between two states: first those that were there, then the new ones. */
export function effectChanges(
  before: EffectsPart | undefined,
  after: EffectsPart,
): readonly EntryChange<EffectDocument>[] {
  return changesOf(before === undefined ? NO_ENTRIES : mapIn(before, 'effects'), mapIn(after, 'effects'))
}

/** One timer of a state. */
export function timerIn(state: Pick<StateDocument, 'timers'>, id: TimerId): TimerDocument | undefined {
  return entryOf(mapIn(state, 'timers'), id)
}

/** Puts a map into a part that is being made. */
export function putMap<O extends object, M extends MapMember & keyof O>(owner: O, member: M, map: MapOf<O, M>): void {
  const isLarge = map instanceof LargeMap
  const before = largeMembers(owner)
  if (!isLarge && before?.[member] === undefined) owner[member] = map as O[M]
  else {
    const value = { ...before, [member]: isLarge ? map : undefined }
    const property = isLarge ? ACCESSORS[member] : { value: map, enumerable: true, configurable: true, writable: true }
    Object.defineProperty(owner, LARGE, { value, configurable: true })
    Object.defineProperty(owner, member, property)
  }
}

/** The part with another map. */
export function withMap<O extends object, M extends MapMember & keyof O>(owner: O, member: M, map: MapOf<O, M>): O {
  const next = copyOf(owner)
  putMap(next, member, map)
  return next
}

/** Gives a part that is being made a member of another, without giving the entries of a map away. */
export function putMember(owner: object, key: string, from: object): void {
  const map = largeMembers(from)?.[key as MapMember]
  const parts = owner as Record<string, unknown>
  if (map === undefined) parts[key] = (from as Record<string, unknown>)[key]
  else putMap(parts as { [member in MapMember]: Entries<unknown> }, key as MapMember, map)
}

/** The large maps of a part; `undefined`: it has none. */
export function largeMembers(owner: object): LargeMembers | undefined {
  return (owner as Owner)[LARGE]
}

/** A copy that shares the maps. */
export function copyOf<T extends object>(owner: T): T {
  const large = (owner as Owner)[LARGE]
  if (large === undefined) return { ...owner }
  const copy: Record<string, unknown> = {}
  for (const key in owner) putMember(copy, key, owner)
  return copy as T
}

/** Whether both hold the same map. */
export function isSameMap<O extends object>(one: O, other: O, member: MapMember & keyof O): boolean {
  const [map, otherMap] = [largeMembers(one)?.[member], largeMembers(other)?.[member]]
  return map !== undefined && otherMap !== undefined ? map === otherMap : one[member] === other[member]
}

function changesOf<V>(before: StateMap<V>, after: StateMap<V>): readonly EntryChange<V>[] {
  const known = after instanceof LargeMap ? after.changesSince(before) : undefined
  return known ?? lookedFor(before, after)
}

function lookedFor<V>(before: StateMap<V>, after: StateMap<V>): EntryChange<V>[] {
  const [old, now] = [entriesOf(before), entriesOf(after)]
  const found: EntryChange<V>[] = []
  if (old === now) return found
  for (const key in old) if (old[key] !== now[key]) found.push({ key, before: old[key], after: now[key] })
  for (const key in now) if (old[key] === undefined) found.push({ key, before: undefined, after: now[key] })
  return found
}
