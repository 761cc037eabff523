/**
 * Live values into JSON. Everything that can be stored comes through here, live too: what an agent goes on with is what
 * a fold would give.
 *
 * Invariants:
 * - what comes out is deeply frozen JSON; a value that is JSON already comes out as the same reference, frozen, so that
 *   document and context share memory, and a write to it throws a TypeError in strict mode;
 * - the same live value gives the same JSON reference every time: the diff compares references;
 * - what stands in an agent's state stands in one place of it: put into another (`inState`), it becomes a copy there, as
 *   it does when records are folded;
 * - a refused value throws `NOT_SERIALIZABLE` with the exact pointer; parts of it may be frozen by then.
 *
 * What becomes what: `undefined` members are dropped, `undefined` items and holes become `null`, -0 becomes 0, errors
 * become `{name, message, code?, cause?}`, accessors are read once, members that are not enumerable are dropped, objects
 * without a prototype or of another realm are copied. Lone surrogates in strings survive: JSON text escapes them.
 * Refused: instances of classes (with `toJSON` too), functions, symbols, BigInts, numbers that are not finite, cycles,
 * more than 200 levels, and keys that reach for a prototype.
 */
import { acceptedAs, standingOf, type ActorRefs, type RefOf } from './accepted.js'
import { JsonWalk, primitiveToJson, REFUSED, type InState } from './json-walk.js'
import type { JsonContainer, JsonValue } from './json-value.js'
import { explainRefusal, notSerializable } from './refusal.js'

export type { ActorRefs, RefOf } from './accepted.js'

export interface ToJsonOptions {
  /** Where the value stands: the prefix of pointers in `refs` and in errors. Default: `''`. */
  readonly path?: string
  /** The live value that stood there before. Only saves time: what both share is not looked at again. */
  readonly previous?: unknown
  /** Without it actor references are refused. */
  readonly refOf?: RefOf
  /** The value comes to stand in an agent's state. */
  readonly inState?: InState
}

export interface JsonOutcome {
  /** `undefined` only for `undefined`. */
  readonly json: JsonValue | undefined
  /** The actor references; each stands in `json` as `null`. */
  readonly refs?: ActorRefs
  /**
   * Hydrating `json` and `refs` gives what the live value is: it may be gone on with. Otherwise something was dropped or
   * became plain data, and `fromJson` gives the value to go on with. (`json === value` only when there are no refs.)
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
    return new JsonWalk(options.refOf, options.inState).run(value, { previous: options.previous })
  } catch (cause) {
    const path = options.path ?? ''
    explainRefusal(value, { path, refOf: options.refOf })
    if (cause !== REFUSED) throw notSerializable(path, 'a value that threw while it was read', { cause })
    return new JsonWalk(options.refOf, options.inState).run(value, { afresh: true }) // a remembered height was too high: nothing is wrong
  }
}

function prefixed(refs: ActorRefs, path: string): ActorRefs {
  if (path === '') return refs
  return Object.fromEntries(Object.entries(refs).map(([pointer, actor]) => [path + pointer, actor]))
}
