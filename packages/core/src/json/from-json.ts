/** JSON back into live values: the way back of `toJson`. */
import { RefoldError } from '../errors.js'
import { accept, acceptedAs, type ActorRefs } from './accepted.js'
import { isContainer, isJsonArray, type JsonContainer, type JsonValue } from './json-value.js'
import { parsePointer, toPointer } from './pointer.js'
import { stateJson } from './to-json.js'

export interface FromJsonOptions {
  /** The actor that an id stands for. */
  readonly resolve: (actor: string) => unknown
  /** Where the value stands: only refs below it are put back. Default: `''`, all. */
  readonly path?: string
}

/** A reference, and the keys that lead to it from the container that is looked at. */
interface Placed {
  readonly keys: readonly string[]
  readonly actor: string
}

/**
 * Puts actor references back into JSON that stands in a state. Gives the same reference when there are none, and shares every subtree without
 * one. What comes out is deeply frozen, stopping at the references, and `toJson` gives the same `json` for it again.
 * Throws `UNREADABLE` for a ref that points nowhere, `NOT_SERIALIZABLE` for a key that no stored value may have.
 */
export function fromJson(json: JsonValue, refs: ActorRefs | undefined, options: FromJsonOptions): unknown {
  const frozen = stateJson(json)
  if (refs === undefined) return frozen
  const placed = placedBelow(refs, options.path ?? '')
  return placed.length === 0 ? frozen : put(frozen, placed, options.resolve)
}

function placedBelow(refs: ActorRefs, path: string): Placed[] {
  const above = parsePointer(path).length
  return Object.entries(refs)
    .filter(([pointer]) => pointer === path || pointer.startsWith(`${path}/`))
    .map(([pointer, actor]) => ({ keys: parsePointer(pointer).slice(above), actor }))
}

function put(json: JsonValue, placed: readonly Placed[], resolve: (actor: string) => unknown): unknown {
  const own = placed.find(({ keys }) => keys.length === 0)
  if (own !== undefined) return resolve(own.actor)
  if (!isContainer(json))
    throw new RefoldError('UNREADABLE', 'a reference points to where nothing stands', {
      facts: { refs: refsOf(placed) },
    })
  const live = isJsonArray(json) ? [...json] : { ...json }
  const members = live as { [key: string]: unknown } // an array takes its indexes as keys, too
  for (const [key, below] of byFirstKey(placed)) {
    if (!Object.hasOwn(json, key))
      throw new RefoldError('UNREADABLE', `a reference points to "${key}", which is not there`, {
        facts: { refs: refsOf(placed) },
      })
    members[key] = put((json as { readonly [key: string]: JsonValue })[key] as JsonValue, below, resolve)
  }
  return remember(live, json, placed)
}

function byFirstKey(placed: readonly Placed[]): Map<string, Placed[]> {
  const groups = new Map<string, Placed[]>()
  for (const { keys, actor } of placed) {
    const key = keys[0] as string
    const group = groups.get(key) ?? []
    group.push({ keys: keys.slice(1), actor })
    groups.set(key, group)
  }
  return groups
}

function remember(live: object, json: JsonContainer, placed: readonly Placed[]): object {
  const height = acceptedAs(json)
  if (typeof height === 'number') accept(live, { json, refs: refsOf(placed), height })
  return Object.freeze(live)
}

function refsOf(placed: readonly Placed[]): ActorRefs {
  return Object.fromEntries(placed.map(({ keys, actor }) => [toPointer(keys), actor]))
}
