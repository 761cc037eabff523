/**
 * A map of the state with many entries: its next version costs what changed, and not a copy.
 *
 * Invariants:
 * - what `entries` gave never changes, and each version gives what it always gave, the order of the keys included;
 * - a version is the entries at `base` and the first so many of the changes. The newest one also has them in hand, and the next
 *   writes to those, unless someone was given them.
 */
import { ownMember } from '../json/own-member.js'

export type Entries<V> = { readonly [key: string]: V }

/** An entry, as it was and as it is; `undefined`: there is none. */
export interface EntryChange<V> {
  readonly key: string
  readonly before: V | undefined
  readonly after: V | undefined
}

/** A map as a part of a state holds it. */
export type StateMap<V> = Entries<V> | LargeMap<V>

/** With more entries a map is a large one: a copy of fewer costs less than the changes that replace it. */
const MOST_COPIED = 64

interface History<V> {
  readonly base: Entries<V>
  readonly changes: EntryChange<V>[]
  /** The entries of the newest version. */
  readonly newest: Record<string, V>
  /** Someone has them: they are not written any more. */
  isGiven: boolean
}

/** One version. */
export class LargeMap<V> {
  readonly size: number
  readonly #history: History<V>
  /** So many of the changes are in it. */
  readonly #length: number
  #entries: Entries<V> | undefined

  private constructor(history: History<V>, length: number, size: number) {
    this.#history = history
    this.#length = length
    this.size = size
  }

  static from<V>(base: Entries<V>): LargeMap<V> {
    const newest: Record<string, V> = {}
    let size = 0
    for (const key in base) {
      newest[key] = base[key] as V
      size++
    }
    const first = new LargeMap({ base, changes: [], newest, isGiven: false }, 0, size)
    first.#entries = base
    return first
  }

  get(key: string): V | undefined {
    if (this.#entries !== undefined) return ownMember(this.#entries, key)
    const { changes, newest } = this.#history
    if (changes.length - this.#length > MOST_COPIED) return ownMember(this.entries(), key)
    for (let at = this.#length; at < changes.length; at++) if (changes[at]?.key === key) return changes[at]?.before
    return ownMember(newest, key)
  }

  /** The next version. An `undefined` value removes the entry; what is there already keeps its place. */
  with(values: ReadonlyMap<string, V | undefined>): LargeMap<V> {
    const history = this.#history
    if (!this.#isNewest || history.isGiven || history.changes.length > this.size + MOST_COPIED) {
      const fresh = LargeMap.from(this.entries())
      const next = fresh.with(values)
      return next === fresh ? this : next
    }
    let { size } = this
    const { newest } = history
    for (const [key, after] of values) {
      const before = ownMember(newest, key)
      if (before === after) continue
      history.changes.push({ key, before, after })
      write(newest, key, after)
      if (before === undefined) size++
      else if (after === undefined) size--
    }
    return history.changes.length === this.#length ? this : new LargeMap(history, history.changes.length, size)
  }

  keys(): readonly string[] {
    return Object.keys(this.#isNewest ? this.#history.newest : this.entries())
  }

  /** As a plain object, which stays as it is. */
  entries(): Entries<V> {
    return (this.#entries ??= this.#made())
  }

  /** What is not as in `before`, an entry once; `undefined`: it has to be looked for. */
  changesSince(before: StateMap<V>): readonly EntryChange<V>[] | undefined {
    const { base, changes } = this.#history
    if (before === this || before === this.#entries) return []
    let from: number | undefined
    if (!(before instanceof LargeMap)) from = before === base ? 0 : undefined
    else if (before.#history === this.#history) from = before.#length
    else if (before.#entries === base) from = 0
    if (from === undefined || from > this.#length) return undefined
    return joined(changes.slice(from, this.#length))
  }

  get #isNewest(): boolean {
    return this.#history.changes.length === this.#length
  }

  #made(): Entries<V> {
    const history = this.#history
    if (this.#isNewest) {
      history.isGiven = true
      return history.newest
    }
    const made: Record<string, V> = {}
    for (const key in history.base) made[key] = history.base[key] as V
    for (let at = 0; at < this.#length; at++) {
      const { key, after } = history.changes[at] as EntryChange<V>
      write(made, key, after)
    }
    return made
  }
}

/** The map with some entries set, or removed by `undefined`. */
export function changed<V>(map: StateMap<V>, values: ReadonlyMap<string, V | undefined>): StateMap<V> {
  if (values.size === 0) return map
  if (map instanceof LargeMap) {
    const next = map.with(values)
    return next.size > MOST_COPIED ? next : next.entries()
  }
  if (isLarge(map)) return LargeMap.from(map).with(values)
  const next = { ...map }
  for (const [key, value] of values) write(next, key, value)
  return next
}

export function entriesOf<V>(map: StateMap<V>): Entries<V> {
  return map instanceof LargeMap ? map.entries() : map
}

export function keysOf(map: StateMap<unknown>): readonly string[] {
  return map instanceof LargeMap ? map.keys() : Object.keys(map)
}

export function isEmpty(map: StateMap<unknown>): boolean {
  if (map instanceof LargeMap) return map.size === 0
  for (const _ in map) return false
  return true
}

export function entryOf<V>(map: StateMap<V>, key: string): V | undefined {
  return map instanceof LargeMap ? map.get(key) : ownMember(map, key)
}

/** Whether it has more entries than are copied. */
export function isLarge(map: Entries<unknown>): boolean {
  let count = 0
  for (const _ in map) if (++count > MOST_COPIED) return true
  return false
}

function write<V>(map: Record<string, V>, key: string, value: V | undefined): void {
  if (value === undefined) delete map[key]
  else map[key] = value
}

/** One change an entry. `undefined`: one was removed and came again, so that it has lost its place. */
function joined<V>(changes: readonly EntryChange<V>[]): readonly EntryChange<V>[] | undefined {
  if (changes.length < 2) return changes
  const byKey = new Map<string, EntryChange<V>>()
  for (const change of changes) {
    const earlier = byKey.get(change.key)
    if (earlier === undefined) byKey.set(change.key, change)
    else if (earlier.after === undefined && earlier.before !== undefined) return undefined
    else byKey.set(change.key, { ...change, before: earlier.before })
  }
  return [...byKey.values()].filter(({ before, after }) => before !== after)
}
