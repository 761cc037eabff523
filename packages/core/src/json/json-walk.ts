/**
 * The one pass over a live value that checks it and copies what is the user's own. Used by `toJson`.
 *
 * Invariant: only what is ours is frozen and marked, and what has a mark is JSON, or stands for it. All else may be written
 * to as soon as user code runs again, so that nothing of it is kept but the copy.
 */
import { RefoldError } from '../errors.js'
import { acceptedAs, acceptJson, heightOf, markOf, type Placed } from './accepted.js'
import type { ActorRefs, Conversion, RefOf, Standing } from './accepted.js'
import { errorToJson } from './error-data.js'
import { isContainer, isJsonArray, type JsonContainer, type JsonValue } from './json-value.js'
import { MovedItems } from './moved-items.js'
import { isPlain, MAX_DEPTH } from './plain.js'
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
  /** Nothing below stands in a state. */
  loose: boolean
}

/**
 * The copies of what user code gave, while none of it runs that could write to it: an object that it gave twice becomes one
 * copy, which a patch can copy.
 */
export type Given = Map<object, JsonContainer>

/** For values that stand in an agent's state, or come to. */
export interface InState {
  /** What stands elsewhere already becomes a copy. Absent: all of it is ours, and stands where it is to stand. */
  readonly copies?: Copies
}

/** A value that is not known to stand in a state with all that is below it. */
interface Unplaced {
  /** The live value that stood in the place before. */
  readonly previous: unknown
  readonly depth: number
  readonly isOurs: boolean
}

export interface WalkOptions {
  /** Without it actor references are refused. */
  readonly refOf?: RefOf | undefined
  /** The value comes to stand in an agent's state. */
  readonly inState?: InState | undefined
  /** Default: of this walk. */
  readonly given?: Given | undefined
}

/** After `run`, the fields tell about the whole value; during it, about the part visited last. */
export class JsonWalk {
  json: JsonValue = null
  height = 0
  refs: ActorRefs | undefined = undefined
  /** The value is ours, and is its own JSON but for references. */
  same = true
  #loose = true
  #afresh = false
  readonly #refOf: RefOf | undefined
  readonly #inState: InState | undefined
  /** Also what has no mark. */
  readonly #isOurs: boolean
  #given: Given | undefined

  constructor({ refOf, inState, given }: WalkOptions) {
    this.#refOf = refOf
    this.#inState = inState
    this.#given = given
    this.#isOurs = inState !== undefined && inState.copies === undefined
  }

  /** `afresh` looks at everything again, since remembered heights may be too high. Throws `REFUSED`, or what user code throws. */
  run(value: object, options: { readonly previous?: unknown; readonly afresh?: true }): this {
    this.#afresh = options.afresh === true
    this.json = this.#visit(value, options.previous, 0)
    return this
  }

  #visit(value: object, previous: unknown, depth: number): JsonValue {
    const known = this.#afresh ? undefined : markOf(value)
    if (known === undefined) return this.#visitUnknown(value, previous, depth)
    if (typeof known !== 'number') return this.#visitConverted(value, { previous, known, depth })
    const inState = this.#inState
    if (inState === undefined) {
      this.#tell(heightOf(known), undefined, true)
      this.#loose = known < 0 && Number.isInteger(known)
      return value as JsonContainer
    }
    if (known < 0) return this.#place(value as JsonContainer, { previous, known, depth })
    const isSecond = value !== previous && inState.copies !== undefined
    this.#tell(known, undefined, !isSecond)
    return isSecond ? separateCopy(value as JsonContainer, inState.copies, 'state') : (value as JsonContainer)
  }

  #visitUnknown(value: object, previous: unknown, depth: number): JsonValue {
    const copy = this.#given?.get(value)
    if (copy !== undefined) {
      const json = this.#visit(copy, previous, depth)
      this.same = false
      return json
    }
    return this.#visitNew(value, { previous, depth, isOurs: this.#isOurs })
  }

  /** From now on it stands here, with each of its parts. */
  #place(
    value: JsonContainer,
    { previous, known, depth }: { previous: unknown; known: Placed; depth: number },
  ): JsonValue {
    const isLoose = Number.isInteger(known)
    if (!isLoose || depth - known > MAX_DEPTH || !settleAll(value))
      return this.#visitNew(value, { previous, depth, isOurs: true })
    this.#tell(-known, undefined, true)
    this.#loose = false
    return value
  }

  /** What is no JSON itself, and was made from it. */
  #visitConverted(
    value: object,
    { previous, known, depth }: { previous: unknown; known: Conversion; depth: number },
  ): JsonValue {
    if (this.#inState !== undefined && value !== previous) {
      const json = this.#visitNew(value, { previous, depth, isOurs: false })
      this.same = false // it may stand elsewhere as it is
      return json
    }
    if (known.refs !== undefined && this.#refOf === undefined) throw REFUSED
    this.#tell(known.height, known.refs, true)
    this.#loose = false
    return known.json
  }

  #visitNew(value: object, at: Unplaced): JsonValue {
    const actor = this.#refOf?.(value)
    if (actor !== undefined) {
      this.#tell(0, { '': actor }, true)
      this.#loose = true
      return null
    }
    if (at.depth >= MAX_DEPTH) throw REFUSED
    if (value instanceof Error) return this.#visitObject(errorToJson(value), { ...at, isOurs: false })
    if (!isPlain(value)) throw REFUSED
    return Array.isArray(value) ? this.#visitArray(value, at) : this.#visitObject(value, at)
  }

  #visitArray(value: readonly unknown[], { previous, depth, isOurs }: Unplaced): JsonValue {
    const level: Level = { depth, height: 0, refs: undefined, loose: true }
    const before = this.#heightOf(previous)
    const old = Array.isArray(previous) ? (previous as readonly unknown[]) : undefined
    let at = before !== undefined && old !== undefined ? commonHead(value, old) : 0
    if (at > 0 && before !== undefined) level.height = before - 1
    if (at > 0) level.loose = false // what stood before stands in a state
    let copy = isOurs ? undefined : headItems(value, at)
    const moved = old === undefined || this.#inState?.copies === undefined ? undefined : new MovedItems(old, at)
    for (; at < value.length; at++) {
      const item = value[at]
      const json = this.#member(level, item, moved === undefined ? old?.[at] : moved.before(value, at), at) ?? null
      if (copy === undefined && !Object.is(json, item)) copy = headItems(value, at)
      copy?.push(json)
    }
    return this.#settle(level, value, copy)
  }

  #visitObject(value: object, { previous, depth, isOurs }: Unplaced): JsonValue {
    const members = value as { readonly [key: string]: unknown }
    const keys = Object.keys(value)
    const level: Level = { depth, height: 0, refs: undefined, loose: true }
    let copy: Record<string, JsonValue> | undefined = isOurs ? undefined : {}
    const old =
      typeof previous !== 'object' || previous === null || Array.isArray(previous)
        ? undefined
        : (previous as { readonly [key: string]: unknown })
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as string
      if (isForbiddenKey(key)) throw REFUSED
      const live = members[key] // once, as it may be an accessor
      const json = this.#member(level, live, old?.[key], key)
      if (copy === undefined && (!Object.is(json, live) || live === undefined)) copy = headOf(value, keys, at)
      if (copy !== undefined && json !== undefined) copy[key] = json
    }
    return this.#settle(level, value, copy)
  }

  /** The JSON of one member, told to its level; `undefined` for `undefined`. */
  #member(level: Level, live: unknown, old: unknown, key: string | number): JsonValue | undefined {
    if (typeof live === 'object' && live !== null) {
      const json = this.#visit(live, old, level.depth + 1)
      if (this.height > level.height) level.height = this.height
      if (this.refs !== undefined)
        join((level.refs ??= {}), this.refs, typeof key === 'number' ? `/${key}` : `/${escapeToken(key)}`)
      if (!this.#loose) level.loose = false
      return json
    }
    const json = primitiveToJson(live)
    if (json === undefined && live !== undefined) throw REFUSED
    return json
  }

  /** Freezes and remembers a container whose members were visited. Without a copy it is ours, and JSON itself. */
  #settle(level: Level, value: object, copy: JsonContainer | undefined): JsonValue {
    const height = level.height + 1
    if (level.depth + height > MAX_DEPTH) throw REFUSED
    const json = copy ?? (value as JsonContainer)
    this.#tell(height, level.refs, copy === undefined)
    this.#loose = this.#inState === undefined && level.loose
    const standing: Standing = this.#inState !== undefined ? 'state' : level.loose ? 'loose' : 'mixed'
    acceptJson(json, height, standing)
    const mayComeAgain = level.depth > 0 || this.#given !== undefined
    if (copy !== undefined && level.refs === undefined && mayComeAgain) (this.#given ??= new Map()).set(value, copy)
    return Object.freeze(json)
  }

  #tell(height: number, refs: ActorRefs | undefined, same: boolean): void {
    this.height = height
    this.refs = refs
    this.same = same
  }

  /** Of a value that stood in the same place before and is JSON itself: what it shares with the new one is JSON too. */
  #heightOf(previous: unknown): number | undefined {
    if (this.#afresh || typeof previous !== 'object' || previous === null) return undefined
    const height = acceptedAs(previous)
    return typeof height === 'number' ? height : undefined
  }
}

/** Of JSON that stands nowhere. `false`: a part of it is there twice, and stands where it was found first. */
function settleAll(value: JsonContainer): boolean {
  const mark = markOf(value) as Placed
  if (mark > 0) return false
  acceptJson(value, -mark, 'state')
  for (const part of isJsonArray(value) ? value : Object.values(value))
    if (isContainer(part) && !settleAll(part)) return false
  return true
}

/** How many items both begin with. -0 is not JSON, although it equals 0. */
function commonHead(value: readonly unknown[], old: readonly unknown[]): number {
  const end = Math.min(value.length, old.length)
  let at = 0
  while (at < end && value[at] === old[at] && (value[at] !== 0 || Object.is(value[at], 0))) at++
  return at
}

/** The items before an index, which were JSON themselves: an array of this realm, whatever the value is. */
function headItems(value: readonly unknown[], end: number): JsonValue[] {
  return Array.prototype.slice.call(value, 0, end) as JsonValue[]
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
