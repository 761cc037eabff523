/** Random JSON, and random edits of it as agents make them. For property tests. */
import fc from 'fast-check'
import { isJsonArray, isJsonObject, type JsonContainer, type JsonValue } from './json-value.js'

const KEYS = ['a', 'b', 'c/d', 'e~f', '1', '07', '10', 'xs', '~1', '', '-', 'toString'] as const

const key = fc.constantFrom(...KEYS)
const leaf: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.nat(4),
  fc.constantFrom<JsonValue[]>('', 'short', 'other', true, false, null, 0.5, -1, 1e21, '\ud800'),
  fc.nat(4).map((n) => `a string that is longer than twenty-four characters, and of its own kind: ${n}`),
)

/** JSON with keys that need escapes, whole numbers as keys, long strings. */
export const randomJson: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(key, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value

/** Draws the next of endless random numbers below a bound. */
export type Draw = (bound: number) => number

/** Numbers for edits. */
export const randomNumbers: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(2 ** 30), {
  minLength: 40,
  maxLength: 40,
})

export function drawFrom(numbers: readonly number[]): Draw {
  let at = 0
  return (bound) => (numbers[at++ % numbers.length] as number) % bound
}

/** All values inside a value, itself included. */
export function partsOf(value: JsonValue): JsonValue[] {
  if (isJsonArray(value)) return [value, ...value.flatMap(partsOf)]
  return isJsonObject(value) ? [value, ...Object.values(value).flatMap(partsOf)] : [value]
}

export interface EditSources {
  readonly draw: Draw
  /** What edits put in, by reference. */
  readonly parts: readonly JsonValue[]
}

/** Another value that shares with the given one what the edit left alone. */
export function randomEdit(value: JsonValue, sources: EditSources): JsonValue {
  const { draw, parts } = sources
  const kind = draw(12)
  if (kind === 0 || (!isJsonArray(value) && !isJsonObject(value))) return parts[draw(parts.length)] as JsonValue
  if (kind === 1) return clone(value)
  return isJsonArray(value) ? editArray(value, sources) : editObject(value, sources)
}

function clone(value: JsonContainer): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}

function editArray(value: readonly JsonValue[], sources: EditSources): JsonValue {
  const { draw, parts } = sources
  const part = (): JsonValue => parts[draw(parts.length)] as JsonValue
  const items = [...value]
  const at = draw(items.length + 1)
  switch (draw(9)) {
    case 0:
      return [...items, part()]
    case 1:
      return [...items.slice(1 + draw(2)), part(), part()]
    case 2:
      return [part(), ...items]
    case 3:
      return [...items.slice(0, at), part(), ...items.slice(at + draw(3))]
    case 4:
      return [...items.slice(0, at), ...items.slice(at + draw(3))]
    case 5:
      return [part()]
    case 6:
      return items.toReversed()
    case 7:
      return items.filter(() => draw(3) > 0)
    default:
      return items.map((item) => (draw(3) === 0 ? randomEdit(item, sources) : item))
  }
}

function editObject(value: { readonly [key: string]: JsonValue }, sources: EditSources): JsonValue {
  const { draw, parts } = sources
  const part = (): JsonValue => parts[draw(parts.length)] as JsonValue
  const entries = Object.entries(value)
  const some = KEYS[draw(KEYS.length)] as string
  switch (draw(9)) {
    case 0:
      return { ...value, [some]: part() }
    case 1:
      return { [some]: part(), ...value }
    case 2:
      return Object.fromEntries(entries.filter(() => draw(3) > 0))
    case 3:
      return Object.fromEntries(entries.toReversed())
    case 4:
      return renamed(entries, some, draw)
    case 5:
      return moved(value, some, draw)
    case 6:
      return { ...value, inner: value, [some]: part() }
    default:
      return Object.fromEntries(
        entries.map(([name, member]) => [name, draw(2) === 0 ? randomEdit(member, sources) : member]),
      )
  }
}

function renamed(entries: readonly [string, JsonValue][], name: string, draw: Draw): JsonValue {
  const chosen = draw(Math.max(1, entries.length))
  return Object.fromEntries(entries.map(([old, member], at) => [at === chosen ? name : old, member]))
}

/** An item or a member goes from one place to another, as tasks do between queues. */
function moved(value: { readonly [key: string]: JsonValue }, to: string, draw: Draw): JsonValue {
  const keys = Object.keys(value)
  const from = keys[draw(Math.max(1, keys.length))]
  const member = from === undefined ? null : (value[from] as JsonValue)
  if (from === undefined) return { ...value, [to]: null }
  const target = value[to]
  const gone = isJsonArray(member) ? member.slice(1) : null
  const item = isJsonArray(member) ? (member[0] ?? null) : member
  return { ...value, [from]: gone, [to]: isJsonArray(target) ? [...target, item] : item }
}
