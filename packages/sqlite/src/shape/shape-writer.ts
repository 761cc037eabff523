/**
 * One walk over a record that finds its shape and collects its values. Lossless for any JSON: where a guess about what
 * repeats is wrong, the shape is seen once only and never stored.
 */
import type { JsonValue } from '@refold/core/store'
import type { ShapeNode, ShapeTrie } from './shape-trie.js'
import { HOLE_PATTERN, HOLES, isCanonicalUuid, PREFIX_LENGTH, suffixOf, type RecordPlace } from './template.js'

const MAX_DEPTH = 7
const MAX_KEYS = 24
const MAX_CONSTANT = 64
/** Texts under these keys name something of the chart. */
const NAMES: ReadonlySet<string> = new Set(['kind', 'src', 'type', 'op'])
/** So does the state node of an effect, a timer or a child; users have nodes of their own, deeper down. */
const NODE = 'node'
const ID = /^(0|[1-9]\d{0,14})\.(t?\d{1,3})$/
const INDEX = /^(?:0|[1-9]\d{0,14})$/
/** A key that has one is most often one of many: the id of an order, of a tool call, of a spawned child. */
const DIGIT = /\d/
/** Where more pointers than these stood, their users' tokens (below `/state/root/context`) are keys of a map, whatever they are. */
const MAX_POINTERS = 64
const USERS_TOKENS = 4
/** XState's own id of an invoke: its index and its state node, which stand in the chart. */
const OF_INVOKE = /^\d+\./
/** Times around today, as epoch milliseconds. */
const [EARLIEST_TIME, LATEST_TIME] = [1e12, 4e12]
const HOLE = '0'

export class ShapeWriter {
  /** Where the walk stands. */
  node: ShapeNode
  /** The record cannot be written as a shape. */
  impossible = false
  readonly values: JsonValue[] = []
  /** The header's time. */
  readonly at: number | undefined
  readonly #trie: ShapeTrie
  readonly #place: RecordPlace
  readonly #own: string
  readonly #idPrefix: string | undefined

  constructor(trie: ShapeTrie, place: RecordPlace, { at }: { readonly at: number | undefined }) {
    this.at = at
    this.node = trie.begin()
    this.#trie = trie
    this.#place = place
    this.#own = `${place.revision}.`
    this.#idPrefix = isCanonicalUuid(place.id) ? place.id.slice(0, PREFIX_LENGTH) : undefined
  }

  /** A piece of the shape that stands for itself: a bracket, or a template as JSON. */
  mark(json: string): void {
    this.node = this.node.mark(json, this.#trie)
  }

  /** A member of the object that was opened; its value comes next. */
  key(key: string): void {
    if (key === '__proto__') this.impossible = true
    this.node = this.node.key(key, this.#trie)
  }

  /** A value that differs from record to record. */
  hole(value: JsonValue): void {
    this.values.push(value)
    this.mark(HOLE)
  }

  /** Something that is the same for all records of this shape, with everything in it. */
  constant(value: JsonValue): void {
    if (typeof value === 'string') this.node = this.node.constant(value, this.#trie)
    else if (typeof value !== 'object' || value === null) this.mark(JSON.stringify(`#${JSON.stringify(value)}`))
    else if (Array.isArray(value)) {
      this.mark('[')
      for (const inner of value) this.constant(inner as JsonValue)
      this.mark(']')
    } else {
      this.mark('{')
      for (const [key, inner] of Object.entries(value as object)) {
        if (inner === undefined) continue
        this.key(key)
        this.constant(inner)
      }
      this.mark('}')
    }
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
    else this.#object(value as { readonly [key: string]: JsonValue | undefined }, depth)
  }

  /** Objects that the record lists: events, actions. */
  list(value: JsonValue): void {
    if (!Array.isArray(value)) return this.value(value)
    this.mark('[')
    for (const inner of value) this.value(inner as JsonValue)
    this.mark(']')
  }

  /** The id of an actor, effect or timer. */
  id(value: JsonValue): void {
    if (value === '0') this.constant(value)
    else if (typeof value === 'string' && ID.test(value)) this.#template(this.#idTemplate(value))
    else this.value(value)
  }

  /** A JSON pointer: what counts or names one of many in it differs from record to record. `outsideKeyAt`: so does the token of this number. */
  pointer(value: JsonValue, outsideKeyAt: (path: string) => number): void {
    if (typeof value !== 'string') return this.hole(value)
    const known = this.node.knownConstant(value)
    if (known !== undefined) this.node = known
    else if (HOLE_PATTERN.test(value)) this.hole(value)
    else {
      const outside = outsideKeyAt(value)
      const isVaried = this.node.constants > MAX_POINTERS
      if (outside < 0 && !isVaried && !DIGIT.test(value)) return this.constant(value)
      const tokens = value.split('/')
      for (let at = 0; at < tokens.length; at++) {
        const token = tokens[at] as string
        const isAny = at === outside || (isVaried && at >= USERS_TOKENS)
        tokens[at] = isAny ? this.#filled('text', token) : this.#token(token)
      }
      const template = tokens.join('/')
      if (template === value) this.constant(value)
      else this.#template(template)
    }
  }

  /** An edge: `<node order>.<n>`, in a child `<actor>/<node order>.<n>`. */
  edge(value: JsonValue): void {
    const slash = typeof value === 'string' ? value.lastIndexOf('/') : -1
    if (typeof value !== 'string' || slash < 0 || HOLE_PATTERN.test(value)) return this.constant(value)
    const actor = value.slice(0, slash)
    this.#template((ID.test(actor) ? this.#idTemplate(actor) : actor) + value.slice(slash))
  }

  #object(value: { readonly [key: string]: JsonValue | undefined }, depth: number): void {
    const keys = Object.keys(value)
    if (keys.length > MAX_KEYS) return this.hole(value as JsonValue)
    this.mark('{')
    for (const key of keys) {
      const inner = value[key]
      if (inner === undefined) continue
      this.key(key)
      const isName = NAMES.has(key) || (key === NODE && depth === 0)
      if (isName && typeof inner === 'string' && inner.length <= MAX_CONSTANT) this.constant(inner)
      else this.value(inner, depth + 1)
    }
    this.mark('}')
  }

  #text(value: string): void {
    if (value.startsWith(this.#own) && ID.test(value)) this.mark(JSON.stringify(`@${value.slice(this.#own.length)}`))
    else if (value.length !== 36 || !isCanonicalUuid(value)) this.hole(value)
    else if (value === this.#place.id) this.mark('"&"')
    else if (value === this.#place.firstId) this.mark('"^"')
    else if (this.#idPrefix !== undefined && value.startsWith(this.#idPrefix)) {
      this.mark('"~"')
      this.values.push(suffixOf(this.#place.id) - suffixOf(value))
    } else this.hole(value)
  }

  #number(value: number): void {
    if (this.at === undefined || value < EARLIEST_TIME || value > LATEST_TIME || !Number.isInteger(value))
      return this.hole(value)
    this.mark('"+"')
    this.values.push(value - this.at)
  }

  #token(token: string): string {
    if (INDEX.test(token)) return this.#filled('number', Number(token))
    if (ID.test(token)) return this.#idTemplate(token)
    return DIGIT.test(token) && !OF_INVOKE.test(token) ? this.#filled('text', token) : token
  }

  #idTemplate(id: string): string {
    const dot = id.indexOf('.')
    if (id.startsWith(this.#own)) return HOLES.ownRevision + id.slice(dot)
    const back = this.#place.revision - Number(id.slice(0, dot))
    return (back === 1 ? HOLES.previousRevision : this.#filled('revisionsBack', back)) + id.slice(dot)
  }

  #template(text: string): void {
    this.mark(JSON.stringify(`%${text}`))
  }

  #filled(hole: keyof typeof HOLES, value: JsonValue): string {
    this.values.push(value)
    return HOLES[hole]
  }
}
