/**
 * Live equals folded: a value that a transition computed becomes the value that hydration would give. It is JSON,
 * deep-frozen, without `undefined` members, errors as data, and with references to actors where they stood.
 */
import { RefoldError } from '../errors.js'
import { fromJson } from '../json/from-json.js'
import type { JsonContainer, JsonValue } from '../json/json-value.js'
import { standingOf } from '../json/accepted.js'
import { separateCopy } from '../json/separate-copy.js'
import type { Copies } from '../json/separate-copy.js'
import type { Given } from '../json/json-walk.js'
import { jsonOf, stateJson, toJson } from '../json/to-json.js'
import type { ActorRefs } from '../json/to-json.js'
import type { ActorId } from '../record/state-document.js'

/** The actors that a value may refer to. */
export interface RefPort {
  /** The id of the actor, if the value refers to one of this tree. */
  readonly refOf: (value: object) => ActorId | undefined
  readonly refTo: (id: ActorId) => unknown
  /** What was copied in the step under way. */
  readonly given?: Given | undefined
}

export interface Normalized {
  readonly json: JsonValue | undefined
  /** Actor references by their place (`/context/child`); each stands in `json` as `null`. */
  readonly refs: ActorRefs | undefined
  /** The value itself when it was such a value already. */
  readonly live: unknown
}

export interface NormalizeOptions {
  readonly port: RefPort
  /** The live value that stood here before: what both share is not looked at again. */
  readonly previous?: unknown
  /** Where the value stands: `/context`. */
  readonly at: string
  /**
   * What it shares with another place of the state becomes a copy, and stands here with its original. Absent: what the
   * value shares, it may share, as no chart can see it.
   */
  readonly copies?: Copies
}

/** Throws `NOT_SERIALIZABLE` with the path. */
export function normalize(value: unknown, { port, previous, at, copies }: NormalizeOptions): Normalized {
  const inState = copies === undefined ? undefined : { copies }
  const { json, refs, same } = toJson(value, { path: at, previous, refOf: port.refOf, inState, given: port.given })
  if (same) return { json, refs, live: value }
  return { json, refs, live: refs === undefined ? json : denormalize(json, refs, { port, at }) }
}

/** Stored JSON as a live value: with its references, and frozen before user code sees it. */
export function denormalize(
  json: JsonValue | undefined,
  refs: ActorRefs | undefined,
  { port, at }: { port: Pick<RefPort, 'refTo'>; at: string },
): unknown {
  return json === undefined ? undefined : fromJson(json, refs, { resolve: port.refTo, path: at })
}

/** Freezes JSON that stands in a state and holds no references. */
export function freezeState<T extends JsonValue | undefined>(value: T): T {
  if (value !== undefined) stateJson(value)
  return value
}

/** The JSON of an input, frozen: nothing of it stands in the state before the chart puts it there. */
export function freezeInput<T extends JsonValue | undefined>(value: T, copies: Copies): T {
  if (typeof value !== 'object' || value === null) return value
  const json = jsonOf(value) as T & JsonContainer
  return standingOf(json) === 'loose' ? json : (separateCopy(json, copies, 'loose') as T)
}

/** JSON without references: what leaves the tree. Throws `NOT_SERIALIZABLE` with the path, for a reference too. */
export function plainJson(value: unknown, at: string): JsonValue {
  return jsonOf(value, { path: at })
}

/** Of what a chart sends: a record, or a state, would hold what no one can take. */
export function notAnEvent(what: string, path: string): RefoldError {
  const hint = 'Events are objects with a `type`.'
  return new RefoldError('INVALID_EVENT', `${what} is no event`, { hint, facts: { path } })
}
