/** The one pass over a live value that checks it, freezes it and copies what is not JSON already. Used by `toJson`. */
import { RefoldError } from '../errors.js'
import { accept, acceptedAs, acceptJson, heightOf, markOf } from './accepted.js'
import type { ActorRefs, Conversion, RefOf, Standing } from './accepted.js'
import { errorToJson } from './error-data.js'
import type { JsonContainer, JsonValue } from './json-value.js'
import { arrayPlainnessOf, MAX_DEPTH, plainnessOf } from './plain.js'
import { escapeToken, isForbiddenKey } from './pointer.js'
import { separateCopy, type Copies } from './separate-copy.js'

/** Thrown by a walk, and made once: an error's stack costs more than the walk. `explainRefusal` finds out the rest. */
export const REFUSED = new RefoldError('NOT_SERIALIZABLE', 'The value is not JSON.')

/** The JSON of what is no object; `undefined` when there is none. */
export function primitiveToJson(value: unknown): JsonValue | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return value === 0 ? 0 : value // -0
}

/** What is known of a container while its members are visited. */
interface Level {
  readonly depth: number
  height: number
  refs: Record<string, string> | undefined
  same: boolean
  /** Nothing below stands in a state. */
  loose: boolean
}

/** For values that stand in an agent's state, or come to. */
export interface InState {
  /** What stands elsewhere already becomes a copy. Absent: all stands where it is to stand. */
  readonly copies?: Copies
}

/** A value that stood in the same place before and is JSON itself: what it shares with the new one is JSON too. */
interface Before {
  readonly value: object
  readonly height: number
}

/** After `run`, the fields tell about the whole value; during it, about the part visited last. */
export class JsonWalk {
  json: JsonValue = null
  height = 0
  refs: ActorRefs | undefined = undefined
  same = true
  #loose = true
  #afresh = false
  readonly #refOf: RefOf | undefined
  readonly #inState: InState | undefined

  constructor(refOf: RefOf | undefined, inState?: InState) {
    this.#refOf = refOf
    this.#inState = inState
  }

  /** `afresh` looks at everything again, since remembered heights may be too high. Throws `REFUSED`, or what user code throws. */
  run(value: object, options: { readonly previous?: unknown; readonly afresh?: true }): this {
    this.#afresh = options.afresh === true
    this.json = this.#visit(value, options.previous, 0)
    return this
  }

  #visit(value: object, previous: unknown, depth: number): JsonValue {
    const known = this.#afresh ? undefined : markOf(value)
    if (known === undefined) return this.#visitNew(value, previous, depth)
    if (typeof known !== 'number') return this.#visitConverted(value, { previous, known, depth })
    const inState = this.#inState
    if (inState === undefined) {
      this.#tell(heightOf(known), undefined, true)
      this.#loose = known < 0 && Number.isInteger(known)
      return value as JsonContainer
    }
    if (known < 0) return this.#visitNew(value, previous, depth) // from now on it stands here, with each of its parts
    const isSecond = value !== previous && inState.copies !== undefined
    this.#tell(known, undefined, !isSecond)
    return isSecond ? separateCopy(value as JsonContainer, inState.copies, 'state') : (value as JsonContainer)
  }

  /** What is no JSON itself, and was turned into it before. */
  #visitConverted(
    value: object,
    { previous, known, depth }: { previous: unknown; known: Conversion; depth: number },
  ): JsonValue {
    if (this.#inState !== undefined && value !== previous) {
      const json = this.#visitNew(value, previous, depth)
      this.same = false // it may stand elsewhere as it is
      return json
    }
    if (known.refs !== undefined && this.#refOf === undefined) throw REFUSED
    this.#tell(known.height, known.refs, known.same)
    this.#loose = false
    return known.json
  }

  #visitNew(value: object, previous: unknown, depth: number): JsonValue {
    const actor = this.#refOf?.(value)
    if (actor !== undefined) {
      this.#tell(0, { '': actor }, true)
      this.#loose = true
      return null
    }
    if (depth >= MAX_DEPTH) throw REFUSED
    if (Array.isArray(value)) return this.#visitArray(value, previous, depth)
    if (!(value instanceof Error)) return this.#visitObject(value, previous, depth)
    const json = this.#visitObject(errorToJson(value), undefined, depth)
    this.same = false
    return json
  }

  #visitArray(value: readonly unknown[], previous: unknown, depth: number): JsonValue {
    const plainness = arrayPlainnessOf(value)
    if (plainness === 'refused') throw REFUSED
    const level: Level = { depth, height: 0, refs: undefined, same: plainness === 'exact', loose: true }
    let copy: JsonValue[] | undefined = this.#isCopied(level) ? [] : undefined
    const before = this.#before(previous)
    const old = Array.isArray(previous) ? (previous as readonly unknown[]) : undefined
    let at = before !== undefined && old !== undefined && copy === undefined ? commonHead(value, old) : 0
    if (at > 0 && before !== undefined) level.height = before.height - 1
    if (at > 0) level.loose = false // what stood before stands in a state
    const moved = old === undefined || this.#inState?.copies === undefined ? undefined : new MovedItems(old, at)
    for (; at < value.length; at++) {
      const item = value[at]
      const json = this.#member(level, item, moved === undefined ? old?.[at] : moved.before(value, at), at) ?? null
      if (copy === undefined && !Object.is(json, item)) copy = value.slice(0, at) as JsonValue[] // all JSON up to here
      copy?.push(json)
    }
    return this.#settle(level, value, copy)
  }

  #visitObject(value: object, previous: unknown, depth: number): JsonValue {
    const keys = Object.keys(value)
    const plainness = plainnessOf(value, keys)
    if (plainness === 'refused') throw REFUSED
    const level: Level = { depth, height: 0, refs: undefined, same: plainness === 'exact', loose: true }
    let copy: Record<string, JsonValue> | undefined = this.#isCopied(level) ? {} : undefined
    const old =
      typeof previous !== 'object' || previous === null || Array.isArray(previous)
        ? undefined
        : (previous as { readonly [key: string]: unknown })
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as string
      if (isForbiddenKey(key)) throw REFUSED
      const descriptor = Object.getOwnPropertyDescriptor(value, key)
      const isAccessor = descriptor?.get !== undefined
      const live: unknown = isAccessor ? (value as { readonly [key: string]: unknown })[key] : descriptor?.value
      const json = this.#member(level, live, old?.[key], key)
      if (isAccessor) level.same = false
      if (copy === undefined && (isAccessor || !Object.is(json, live) || live === undefined))
        copy = headOf(value, keys, at)
      if (copy !== undefined && json !== undefined) copy[key] = json
    }
    return this.#settle(level, value, copy)
  }

  /** What is no JSON itself; and all, when everything is looked at again and may stand elsewhere. */
  #isCopied(level: Level): boolean {
    if (this.#afresh && this.#inState?.copies !== undefined) level.same = false
    return !level.same
  }

  /** The JSON of one member, told to its level; `undefined` for `undefined`. */
  #member(level: Level, live: unknown, old: unknown, key: string | number): JsonValue | undefined {
    if (typeof live === 'object' && live !== null) {
      const json = this.#visit(live, old, level.depth + 1)
      if (this.height > level.height) level.height = this.height
      if (this.refs !== undefined)
        join((level.refs ??= {}), this.refs, typeof key === 'number' ? `/${key}` : `/${escapeToken(key)}`)
      if (!this.same) level.same = false
      if (!this.#loose) level.loose = false
      return json
    }
    const json = primitiveToJson(live)
    if (json === undefined && live !== undefined) throw REFUSED
    if (!Object.is(json, live) || live === undefined) level.same = false
    return json
  }

  /** Freezes and remembers a container whose members were visited. Without a copy it is JSON itself. */
  #settle(level: Level, value: object, copy: JsonContainer | undefined): JsonValue {
    const height = level.height + 1
    if (level.depth + height > MAX_DEPTH) throw REFUSED
    this.#tell(height, level.refs, level.same)
    this.#loose = this.#inState === undefined && level.loose
    const standing: Standing = this.#inState !== undefined ? 'state' : level.loose ? 'loose' : 'mixed'
    if (copy === undefined) {
      acceptJson(value, height, standing)
      return Object.freeze(value) as JsonContainer
    }
    acceptJson(copy, height, standing)
    if (typeof markOf(value) !== 'number') accept(value, { json: copy, refs: level.refs, same: level.same, height })
    Object.freeze(value)
    return Object.freeze(copy)
  }

  #tell(height: number, refs: ActorRefs | undefined, same: boolean): void {
    this.height = height
    this.refs = refs
    this.same = same
  }

  #before(previous: unknown): Before | undefined {
    if (this.#afresh || typeof previous !== 'object' || previous === null) return undefined
    const height = acceptedAs(previous)
    return typeof height === 'number' ? { value: previous, height } : undefined
  }
}

/** What stood in an array before. An item may have been moved in it, but is to stand there once. */
class MovedItems {
  readonly #old: readonly unknown[]
  readonly #from: number
  /** Of the old array, the first that was not found yet: most arrays keep the order of what they keep. */
  #next: number
  /** Items that were not found yet, once one was found out of order. */
  #left: Set<unknown> | undefined

  constructor(old: readonly unknown[], from: number) {
    this.#old = old
    this.#from = from
    this.#next = from
  }

  /** What the item at this index was before: itself when this is its place now, else what stood at the index. */
  before(value: readonly unknown[], at: number): unknown {
    const item = value[at]
    if (typeof item !== 'object' || item === null) return undefined
    if (this.#left === undefined && item === this.#old[this.#next]) {
      this.#next++
      return item
    }
    const mark = markOf(item)
    const stood = mark !== undefined && (typeof mark !== 'number' || mark > 0)
    if (stood && this.#find(value, at)) return item
    return this.#old[at] === item ? undefined : this.#old[at]
  }

  #find(value: readonly unknown[], at: number): boolean {
    if (this.#left === undefined) {
      const found = this.#old.indexOf(value[at], this.#next)
      if (found >= 0) {
        this.#next = found + 1
        return true
      }
      this.#left = new Set(this.#old.slice(this.#from))
      for (let before = this.#from; before < at; before++) this.#left.delete(value[before])
    }
    return this.#left.delete(value[at])
  }
}

/** How many items both begin with. -0 is not JSON, although it equals 0. */
function commonHead(value: readonly unknown[], old: readonly unknown[]): number {
  const end = Math.min(value.length, old.length)
  let at = 0
  while (at < end && value[at] === old[at] && (value[at] !== 0 || Object.is(value[at], 0))) at++
  return at
}

/** The members before a key, which were JSON themselves. */
function headOf(value: object, keys: readonly string[], end: number): Record<string, JsonValue> {
  const head: Record<string, JsonValue> = {}
  for (let at = 0; at < end; at++)
    head[keys[at] as string] = (value as { readonly [key: string]: JsonValue })[keys[at] as string] as JsonValue
  return head
}

function join(into: Record<string, string>, refs: ActorRefs, prefix: string): void {
  for (const pointer of Object.keys(refs)) into[prefix + pointer] = refs[pointer] as string
}
