/**
 * Live values into JSON. Everything that can be stored comes through here, live too: what an agent goes on with is what
 * a fold would give.
 *
 * Invariants:
 * - what comes out is deeply frozen JSON of our own. What user code gave stays its own: it is copied, never frozen, and a
 *   later write to it changes nothing here;
 * - what came out once, and all that is below it, comes out as the same reference every time, so that document and context
 *   share memory: the diff compares references;
 * - what stands in an agent's state stands in one place of it: put into another (`inState`), it becomes a copy there, as
 *   it does when records are folded;
 * - a refused value throws `NOT_SERIALIZABLE` with the exact pointer.
 *
 * What becomes what: `undefined` members are dropped, `undefined` items and holes become `null`, -0 becomes 0, errors
 * become `{name, message, code?, cause?}`, accessors are read once, members that are not enumerable are dropped, objects
 * without a prototype or of another realm become ordinary ones. Lone surrogates in strings survive: JSON text escapes them.
 * Refused: instances of classes (with `toJSON` too), functions, symbols, BigInts, numbers that are not finite, cycles,
 * more than 200 levels, and keys that reach for a prototype.
 */
import { acceptedAs, standingOf, type ActorRefs } from './accepted.js'
import { JsonWalk, primitiveToJson, REFUSED, type WalkOptions } from './json-walk.js'
import type { JsonContainer, JsonValue } from './json-value.js'
import { explainRefusal, notSerializable } from './refusal.js'

export type { ActorRefs, RefOf } from './accepted.js'

export interface ToJsonOptions extends WalkOptions {
  /** Where the value stands: the prefix of pointers in `refs` and in errors. Default: `''`. */
  readonly path?: string
  /** The live value that stood there before. Only saves time: what both share is not looked at again. */
  readonly previous?: unknown
}

export interface JsonOutcome {
  /** `undefined` only for `undefined`. */
  readonly json: JsonValue | undefined
  /** The actor references; each stands in `json` as `null`. */
  readonly refs?: ActorRefs
  /**
   * The value is ours, and hydrating `json` and `refs` gives what it is: it may be gone on with. Otherwise `fromJson` gives
   * the value to go on with. (`json === value` only when there are no refs.)
   */
  readonly same: boolean
}

const NO_OPTIONS: ToJsonOptions = {}
const NOTHING: JsonOutcome = { json: undefined, same: true }

/** Turns a live value into JSON. See the top of the file for what becomes what. */
export function toJson(value: unknown, options: ToJsonOptions = NO_OPTIONS): JsonOutcome {
  if (value === undefined) return NOTHING
  if (typeof value !== 'object' || value === null) {
    const json = jsonOf(value, options)
    return { json, same: Object.is(json, value) }
  }
  const { json, refs, same } = walk(value, options)
  return refs === undefined ? { json, same } : { json, refs: prefixed(refs, options.path ?? ''), same }
}

/** The same for what has no actor references and must be there. Throws `NOT_SERIALIZABLE` for `undefined` too. */
export function jsonOf(value: unknown, options: Omit<ToJsonOptions, 'refOf'> = NO_OPTIONS): JsonValue {
  if (typeof value === 'object' && value !== null) {
    return typeof acceptedAs(value) === 'number' ? (value as JsonContainer) : walk(value, options).json
  }
  const json = primitiveToJson(value)
  if (json !== undefined) return json
  explainRefusal(value, { path: options.path ?? '' })
  throw notSerializable(options.path ?? '', String(value))
}

/**
 * JSON that stands in an agent's state as it is: what is put elsewhere later becomes a copy. Costs one lookup for what
 * was known to stand in a state. Throws `NOT_SERIALIZABLE`.
 */
export function stateJson(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null || standingOf(value) === 'state') return value
  return walk(value, { inState: {} }).json
}

function walk(value: object, options: ToJsonOptions): JsonWalk {
  try {
    return new JsonWalk(options).run(value, { previous: options.previous })
  } catch (cause) {
    const path = options.path ?? ''
    explainRefusal(value, { path, refOf: options.refOf })
    if (cause !== REFUSED) throw notSerializable(path, 'a value that threw while it was read', { cause })
    return new JsonWalk(options).run(value, { afresh: true }) // a remembered height was too high: nothing is wrong
  }
}

function prefixed(refs: ActorRefs, path: string): ActorRefs {
  if (path === '') return refs
  return Object.fromEntries(Object.entries(refs).map(([pointer, actor]) => [path + pointer, actor]))
}
