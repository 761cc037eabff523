/**
 * The values of secret fields, taken out of what is to be shown: where they were given, and wherever their text went. A document
 * keeps its form, so that its records still fold.
 */
import { isJsonArray, isJsonObject } from '../json/json-value.js'
import type { JsonObject, JsonValue } from '../json/json-value.js'
import { parsePointer, toPointer } from '../json/pointer.js'

/** What is shorter may be a part of anything: it is replaced in its field, and where a value is equal to it as a whole. */
const MIN_TEXT = 4
const MIN_NUMBER = 1_000
/** A state document is written in these: they tell nothing, and without them it would be none. */
const WORDS = new Set(
  [
    'active done error stopped running machine transition promise callback observable xstate start report undelivered',
    'cancel agent root effects timers unlisted dedup outbox inbox definition version fingerprint incarnation epoch',
    'kind status context value nodes children sequence source target event type scheduledBy actor parent sentBy output',
  ].flatMap((line) => line.split(' ')),
)

/** Secret values that were met, each with what stands in its place. */
export class SecretValues {
  /** `schemas` of the charts say these names: such a key tells nothing of a value. */
  readonly #names: ReadonlySet<string>
  readonly #texts = new Map<string, string>()
  readonly #numbers = new Set<number>()
  /** What is too short to be looked for in texts. */
  readonly #wholes = new Set<string | number>()
  #pattern: RegExp | undefined

  constructor(names: ReadonlySet<string>) {
    this.#names = names
  }

  /** Notes what stands in these fields of a value. `*` in a pointer stands for every item or member. */
  note(value: JsonValue | undefined, pointers: readonly string[]): void {
    for (const pointer of pointers) for (const found of valuesAt(value, parsePointer(pointer))) this.#note(found)
  }

  /** The value without anything that was noted, whatever its length in its own field. */
  without(value: JsonValue, pointers: readonly string[] = []): JsonValue {
    let changed = value
    for (const pointer of pointers) changed = changedAt(changed, parsePointer(pointer), (found) => this.#blank(found))
    return this.#replaced(changed)
  }

  /** A value of the user's: without what is equal to it as a whole, whatever its length. */
  withoutWhole(value: string | number): string | number {
    if (!this.#wholes.has(value)) return value
    return typeof value === 'string' ? '[secret]' : 0
  }

  /** A pointer without anything that was noted. */
  withoutIn(pointer: string): string {
    return toPointer(parsePointer(pointer).map((key) => this.#text(key)))
  }

  #note(value: JsonValue): void {
    if (typeof value === 'string') this.#noteText(value)
    else if (typeof value === 'number') (Math.abs(value) >= MIN_NUMBER ? this.#numbers : this.#wholes).add(value)
    else if (isJsonArray(value)) for (const item of value) this.#note(item)
    else if (isJsonObject(value))
      for (const [key, member] of Object.entries(value)) {
        if (!this.#names.has(key)) this.#noteText(key)
        this.#note(member)
      }
  }

  #noteText(text: string): void {
    if (isTelling(text)) this.#place(text)
    else if (text !== '') this.#wholes.add(text)
  }

  #place(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const place = `[secret ${this.#texts.size + 1}]`
    this.#texts.set(text, place)
    this.#pattern = undefined
    return place
  }

  #blank(value: JsonValue): JsonValue {
    if (typeof value === 'string') return isTelling(value) ? this.#place(value) : '[secret]'
    if (typeof value === 'number') return 0
    if (typeof value === 'boolean') return false
    if (isJsonArray(value)) return value.map((item) => this.#blank(item))
    return value === null ? null : eachMember(value, (member) => this.#blank(member))
  }

  #replaced(value: JsonValue): JsonValue {
    if (typeof value === 'string') return this.#text(value)
    if (typeof value === 'number') return this.#numbers.has(value) ? 0 : value
    if (isJsonArray(value)) return value.map((item) => this.#replaced(item))
    if (!isJsonObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [this.#text(key), this.#replaced(member)]))
  }

  #text(text: string): string {
    if (this.#texts.size === 0 || text.length < MIN_TEXT) return text
    // The longest first: one secret may be a part of another.
    this.#pattern ??= new RegExp(
      [...this.#texts.keys()]
        .toSorted((one, other) => other.length - one.length)
        .map(escaped)
        .join('|'),
      'g',
    )
    return text.replace(this.#pattern, (found) => this.#place(found))
  }
}

function isTelling(text: string): boolean {
  return text.length >= MIN_TEXT && !WORDS.has(text)
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}

function* valuesAt(value: JsonValue | undefined, [key, ...rest]: readonly string[]): Generator<JsonValue> {
  if (value === undefined) return
  if (key === undefined) return yield value
  if (!isJsonArray(value) && !isJsonObject(value)) return
  const members = value as { readonly [key: string]: JsonValue }
  for (const name of key === '*' ? Object.keys(members) : [key])
    if (Object.hasOwn(members, name)) yield* valuesAt(members[name], rest)
}

type Change = (value: JsonValue) => JsonValue

function changedAt(value: JsonValue, [key, ...rest]: readonly string[], change: Change): JsonValue {
  if (key === undefined) return change(value)
  const isMeant = (name: string): boolean => key === '*' || key === name
  if (isJsonArray(value)) return value.map((item, at) => (isMeant(String(at)) ? changedAt(item, rest, change) : item))
  if (!isJsonObject(value)) return value
  return eachMember(value, (member, name) => (isMeant(name) ? changedAt(member, rest, change) : member))
}

function eachMember(value: JsonObject, change: (member: JsonValue, name: string) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member, name)]))
}
