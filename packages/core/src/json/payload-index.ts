/**
 * Finds again, by reference, what came with the record's data, so that it is stored once: a patch copies it from
 * `/data/…`. Long strings are found by value. Built only as far as someone asks: the data itself and its members first.
 */
import { isContainer, isJsonArray, type JsonContainer, type JsonValue } from './json-value.js'
import { escapeToken } from './pointer.js'

/** Shorter strings are not worth looking for. */
const LONG_STRING = 24

/** Whether a value is looked for at all. */
export function isFindable(value: JsonValue | undefined): value is JsonContainer | string {
  return isContainer(value) || (typeof value === 'string' && value.length > LONG_STRING)
}

export interface PayloadIndexOptions {
  /** Where the data stands. Default: `/data`. */
  readonly path?: string
  /** The record's event id, which stands at `/id`. */
  readonly id?: string
}

/** The index over one record's data. */
export class PayloadIndex {
  readonly #data: JsonValue | undefined
  readonly #path: string
  readonly #id: string | undefined
  /** First pointer of each value below the data's members; made when looking through them again and again costs more. */
  #deep: ReadonlyMap<JsonValue, string> | undefined
  #scans = 0

  constructor(data: JsonValue | undefined, options: PayloadIndexOptions = {}) {
    this.#data = data
    this.#path = options.path ?? '/data'
    this.#id = options.id
  }

  /** Where the value stands in the data. */
  find(value: JsonContainer | string): string | undefined {
    if (value === this.#id) return '/id'
    if (this.#data === value) return this.#path
    if (!isContainer(this.#data)) return undefined
    const member = memberOf(this.#data, value)
    if (member !== undefined) return `${this.#path}/${member}`
    if (this.#deep === undefined && this.#scans++ < SCANS) {
      const found = findBelow(this.#data, value, { visits: VISITS })
      if (found !== 'too many') return found === undefined ? undefined : this.#path + found
    }
    this.#deep ??= deepIndex(this.#data, this.#path)
    return this.#deep.get(value)
  }
}

/** So often a small payload is looked through before an index of it is made: most steps ask once or twice. */
const SCANS = 4
const VISITS = 64

/** The first pointer below, in the order of an index. `'too many'`: the payload is not small. */
function findBelow(
  container: JsonContainer,
  value: JsonValue,
  budget: { visits: number },
): `/${string}` | 'too many' | undefined {
  for (const key of Object.keys(container)) {
    const inner = (container as { readonly [key: string]: JsonValue })[key] as JsonValue
    if (inner === value) return `/${escapeToken(key)}`
    if (--budget.visits < 0) return 'too many'
    if (!isContainer(inner)) continue
    const found = findBelow(inner, value, budget)
    if (found === 'too many') return found
    if (found !== undefined) return `/${escapeToken(key)}${found}`
  }
  return undefined
}

/** The token of the member that is the value. */
function memberOf(container: JsonContainer, value: JsonValue): string | undefined {
  if (isJsonArray(container)) {
    const at = container.indexOf(value)
    return at < 0 ? undefined : String(at)
  }
  for (const key in container) if (container[key] === value) return escapeToken(key)
  return undefined
}

const NOTHING_DEEP: ReadonlyMap<JsonValue, string> = new Map()

function deepIndex(data: JsonContainer, path: string): ReadonlyMap<JsonValue, string> {
  if (!holdsContainer(data)) return NOTHING_DEEP
  const index = new Map<JsonValue, string>()
  addBelow(index, data, path)
  return index
}

function holdsContainer(data: JsonContainer): boolean {
  if (isJsonArray(data)) return data.some(isContainer)
  for (const key in data) if (isContainer(data[key])) return true
  return false
}

function addBelow(index: Map<JsonValue, string>, container: JsonContainer, path: string): void {
  if (isJsonArray(container)) {
    for (let at = 0; at < container.length; at++) addTo(index, container[at] as JsonValue, `${path}/${at}`)
  } else {
    for (const key in container) addTo(index, container[key] as JsonValue, `${path}/${escapeToken(key)}`)
  }
}

function addTo(index: Map<JsonValue, string>, value: JsonValue, path: string): void {
  if (!isFindable(value) || index.has(value)) return
  index.set(value, path)
  if (isContainer(value)) addBelow(index, value, path)
}
