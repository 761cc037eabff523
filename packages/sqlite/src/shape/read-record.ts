/** A record from its shape and its values: exactly what was written. */
import type { JsonValue } from '@refold/core/store'
import {
  HOLE_PATTERN,
  HOLES,
  PREFIX_LENGTH,
  suffixOf,
  uuidOf,
  VALUELESS,
  type RecordPlace,
  type Template,
} from './template.js'

const EACH_HOLE = new RegExp(HOLE_PATTERN, 'gu')

/** A shape as it is kept in memory. */
export interface Shape {
  readonly type: string
  readonly metadata: Template
  readonly data: Template
  /** How many values a row of it has. */
  readonly holes: number
}

/** What a row adds to its shape. */
export interface RowContent {
  readonly values: readonly JsonValue[]
  readonly place: RecordPlace
  readonly at: number | null
  readonly payload: string | null
}

export function parseShape(text: string): Shape {
  const [type, metadata, data] = JSON.parse(text) as [string, Template, Template]
  return { type: type.slice(1), metadata, data, holes: countHoles(metadata) + countHoles(data) }
}

/** Throws for a row that has more or fewer values than its shape takes: it is damaged, and each might stand in another's place. */
export function requireValues(values: readonly JsonValue[], { holes }: Shape): readonly JsonValue[] {
  if (values.length !== holes) throw new TypeError(`it has ${values.length} values, and its shape takes ${holes}`)
  return values
}

/** Fills a template. Holes of `data` come after those of `metadata` in the values: pass the cursor on. */
export class TemplateReader {
  readonly #row: RowContent
  #next: number

  constructor(row: RowContent, firstValue = 0) {
    this.#row = row
    this.#next = firstValue
  }

  read(template: Template): JsonValue {
    if (template === 0) return this.#value()
    if (template === 1) return JSON.parse(this.#row.payload ?? 'null')
    if (typeof template === 'string') return this.#text(template)
    if (Array.isArray(template)) return template.map((inner: Template) => this.read(inner))
    const object: Record<string, JsonValue> = {}
    for (const [key, inner] of membersOf(template as { readonly [key: string]: Template }))
      object[key] = this.read(inner)
    return object
  }

  /** Moves on as `read` does. */
  skip(template: Template): void {
    this.#next += countHoles(template)
  }

  #text(template: string): JsonValue {
    const { place } = this.#row
    const rest = template.slice(1)
    switch (template[0]) {
      case '=':
        return rest
      case '#':
        return JSON.parse(rest)
      case '@':
        return `${place.revision}.${rest}`
      case '%':
        return this.#filled(rest)
      case '^':
        return place.firstId || unreadable('the first event of its stream')
      case '&':
        return place.id
      case '~':
        return this.#earlierId(Number(this.#value()))
      case 't':
        return this.#row.at ?? unreadable('its time')
      case '+':
        return (this.#row.at ?? unreadable('its time')) + Number(this.#value())
      default:
        return unreadable(`a template that begins with ${template}`)
    }
  }

  #earlierId(idsBack: number): string {
    const { id } = this.#row.place
    return idsBack === 0 ? id : uuidOf(id.slice(0, PREFIX_LENGTH), suffixOf(id) - idsBack)
  }

  /** One flat text: one that is put together by `+` is copied again by the first who looks into it. */
  #filled(template: string): string {
    return template.replace(EACH_HOLE, (hole) => this.#inHole(hole))
  }

  #inHole(hole: string): string {
    const { revision } = this.#row.place
    if (hole === HOLES.ownRevision) return String(revision)
    if (hole === HOLES.previousRevision) return String(revision - 1)
    if (hole === HOLES.revisionsBack) return String(revision - Number(this.#value()))
    const value = this.#value()
    return typeof value === 'string' ? value : JSON.stringify(value)
  }

  #value(): JsonValue {
    return this.#row.values[this.#next++] ?? null
  }
}

const members = new WeakMap<object, readonly (readonly [string, Template])[]>()

/** Many records are read from one template. */
function membersOf(template: { readonly [key: string]: Template }): readonly (readonly [string, Template])[] {
  const known = members.get(template)
  if (known !== undefined) return known
  const entries = Object.entries(template)
  members.set(template, entries)
  return entries
}

const counts = new WeakMap<object, number>()

/** How many values a template takes. */
export function countHoles(template: Template): number {
  if (template === 0) return 1
  if (template === 1) return 0
  if (typeof template === 'string') return countInText(template)
  let count = counts.get(template)
  if (count === undefined) {
    count = 0
    for (const inner of Object.values(template as Record<string, Template>)) count += countHoles(inner)
    counts.set(template, count)
  }
  return count
}

function countInText(template: string): number {
  if (template === '~' || template === '+') return 1
  if (template[0] !== '%') return 0
  let count = 0
  for (const char of template) if (HOLE_PATTERN.test(char) && !VALUELESS.has(char)) count++
  return count
}

function unreadable(what: string): never {
  throw new TypeError(`a stored record needs ${what}`)
}
