/**
 * One walk over a record that writes its shape and collects its values. Lossless for any JSON: where a guess about what
 * repeats is wrong, the shape is seen once only and never stored.
 */
import type { JsonValue } from '@refold/core'
import { HOLE_PATTERN, HOLES, isCanonicalUuid, PREFIX_LENGTH, suffixOf, type RecordPlace } from './template.js'

const MAX_DEPTH = 7
const MAX_KEYS = 24
const MAX_CONSTANT = 64
/** Texts under these keys name something of the chart. */
const NAMES: ReadonlySet<string> = new Set(['kind', 'src', 'type', 'op'])
const ID = /^(0|[1-9]\d{0,14})\.(t?\d{1,3})$/
const INDEX = /^(?:0|[1-9]\d{0,14})$/
/** Times around today, as epoch milliseconds. */
const [EARLIEST_TIME, LATEST_TIME] = [1e12, 4e12]

const quoted = new Map<string, string>()

/** JSON text of a text that comes again and again. */
export function quote(text: string): string {
  let result = quoted.get(text)
  if (result === undefined) {
    if (quoted.size >= 8192) quoted.clear()
    quoted.set(text, (result = JSON.stringify(text)))
  }
  return result
}

export class ShapeWriter {
  /** The shape so far. */
  text = ''
  /** The record cannot be written as a shape. */
  impossible = false
  readonly values: JsonValue[] = []
  /** The header's time. */
  readonly at: number | undefined
  readonly #place: RecordPlace
  readonly #own: string
  readonly #idPrefix: string | undefined

  constructor(place: RecordPlace, { at }: { readonly at: number | undefined }) {
    this.at = at
    this.#place = place
    this.#own = `${place.revision}.`
    this.#idPrefix = isCanonicalUuid(place.id) ? place.id.slice(0, PREFIX_LENGTH) : undefined
  }

  /** An object whose members are written one by one; what is `undefined` is not there. */
  object(value: object, member: (key: string, value: JsonValue) => void): void {
    let separator = '{'
    for (const [key, inner] of Object.entries(value)) {
      if (inner === undefined) continue
      if (key === '__proto__') this.impossible = true
      this.text += `${separator}${quote(key)}:`
      separator = ','
      member(key, inner as JsonValue)
    }
    this.text += separator === '{' ? '{}' : '}'
  }

  array(value: readonly JsonValue[], element: (value: JsonValue) => void): void {
    this.text += '['
    for (let index = 0; index < value.length; index++) {
      if (index > 0) this.text += ','
      element(value[index] ?? null)
    }
    this.text += ']'
  }

  /** A value that differs from record to record. */
  hole(value: JsonValue): void {
    this.values.push(value)
    this.text += '0'
  }

  /** Something that is the same for all records of this shape, with everything in it. */
  constant(value: JsonValue): void {
    if (typeof value === 'string') this.text += quote(`=${value}`)
    else if (typeof value !== 'object' || value === null) this.text += quote(`#${JSON.stringify(value)}`)
    else if (Array.isArray(value)) this.array(value, (inner) => this.constant(inner))
    else this.object(value, (_, inner) => this.constant(inner))
  }

  /** A number that is small for nearly all records. */
  count(value: JsonValue): void {
    if (typeof value === 'number' && value >= 0 && value <= 9) this.constant(value)
    else this.value(value)
  }

  /** The user's data, or anything of which nothing is known. */
  value(value: JsonValue, depth = 0): void {
    if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value !== 'object' || value === null || Array.isArray(value) || depth >= MAX_DEPTH) this.hole(value)
    else if (Object.keys(value).length > MAX_KEYS) this.hole(value)
    else {
      this.object(value, (key, inner) => {
        if (typeof inner === 'string' && inner.length <= MAX_CONSTANT && NAMES.has(key)) this.constant(inner)
        else this.value(inner, depth + 1)
      })
    }
  }

  /** Objects that the record lists: events, actions. */
  list(value: JsonValue): void {
    if (Array.isArray(value)) this.array(value, (inner) => this.value(inner))
    else this.value(value)
  }

  /** The id of an actor, effect or timer. */
  id(value: JsonValue): void {
    if (value === '0') this.constant(value)
    else if (typeof value === 'string' && ID.test(value)) this.text += quote(`%${this.#idTemplate(value)}`)
    else this.value(value)
  }

  /** A JSON pointer: ids and indexes in it differ from record to record. `anyKeyAt`: and so does the token of this number. */
  pointer(value: JsonValue, { anyKeyAt = -1 }: { readonly anyKeyAt?: number } = {}): void {
    if (typeof value !== 'string' || HOLE_PATTERN.test(value)) return this.hole(value)
    if (anyKeyAt < 0 && !/\/\d/.test(value)) {
      this.text += quote(`=${value}`)
      return
    }
    const tokens = value.split('/')
    this.text += JSON.stringify(`%${tokens.map((token, index) => (index === anyKeyAt ? this.#filled('text', token) : this.#token(token))).join('/')}`)
  }

  /** An edge: `<node order>.<n>`, in a child `<actor>/<node order>.<n>`. */
  edge(value: JsonValue): void {
    const slash = typeof value === 'string' ? value.lastIndexOf('/') : -1
    if (typeof value !== 'string' || slash < 0 || HOLE_PATTERN.test(value)) return this.constant(value)
    const actor = value.slice(0, slash)
    this.text += quote(`%${ID.test(actor) ? this.#idTemplate(actor) : actor}${value.slice(slash)}`)
  }

  #text(value: string): void {
    if (value.startsWith(this.#own) && ID.test(value)) this.text += quote(`@${value.slice(this.#own.length)}`)
    else if (value.length !== 36 || !isCanonicalUuid(value)) this.hole(value)
    else if (value === this.#place.firstId) this.text += '"^"'
    else if (this.#idPrefix !== undefined && value.startsWith(this.#idPrefix)) {
      this.text += '"~"'
      this.values.push(suffixOf(this.#place.id) - suffixOf(value))
    } else this.hole(value)
  }

  #number(value: number): void {
    if (this.at === undefined || value < EARLIEST_TIME || value > LATEST_TIME || !Number.isInteger(value)) return this.hole(value)
    this.text += '"+"'
    this.values.push(value - this.at)
  }

  #token(token: string): string {
    if (INDEX.test(token)) return this.#filled('number', Number(token))
    return ID.test(token) ? this.#idTemplate(token) : token
  }

  #idTemplate(id: string): string {
    const dot = id.indexOf('.')
    if (id.startsWith(this.#own)) return HOLES.ownRevision + id.slice(dot)
    return this.#filled('revisionsBack', this.#place.revision - Number(id.slice(0, dot))) + id.slice(dot)
  }

  #filled(hole: keyof typeof HOLES, value: JsonValue): string {
    this.values.push(value)
    return HOLES[hole]
  }
}
