/**
 * Rows of a stream that came as one row of texts, and each of them as a record. What most folds never ask for, ids and payloads,
 * stays in the file until one asks: row by row at first, and then all of the page.
 */
import type { JsonValue, RecordLines, ReplayedRecord } from '@refold/core/store'
import { NO_TIME } from './row-marks.js'
import type { CompiledShape, CompiledValue } from './shape/compile-shape.js'
import { requireValues, TemplateReader, type RowContent } from './shape/read-record.js'
import type { RecordPlace } from './shape/template.js'

/** Rows from a revision on; each other one's is the next. */
export interface Rows {
  readonly first: number
  readonly values: readonly (readonly JsonValue[])[]
  /** Of the stream's first event. */
  readonly firstId: string
  readonly marks: Marks
  /** JSON text; empty: none. */
  readonly payloads: Pick<Rare<string>, 'at'>
  readonly page: RecordLines | undefined
}

/** Ids and times by the place among the rows. */
export interface Marks {
  id(index: number): string
  /** NaN: none. */
  at(index: number): number
}

/** So many are read by themselves, until the whole column is read. */
const FEW = 8

/** A column that few ask for. */
export class Rare<T> {
  readonly #one: (index: number) => T
  readonly #all: () => (index: number) => T
  #asked = 0
  #column: ((index: number) => T) | undefined

  constructor({ one, all }: { readonly one: (index: number) => T; readonly all: () => (index: number) => T }) {
    this.#one = one
    this.#all = all
  }

  at(index: number): T {
    if (this.#column === undefined && this.#asked++ >= FEW) this.#column = this.#all()
    return (this.#column ?? this.#one)(index)
  }
}

/** One row as the target and the templates see it; a class, since there are very many. */
export class RowRecord implements ReplayedRecord, RowContent, RecordPlace {
  readonly revision: number
  readonly values: readonly JsonValue[]
  readonly page: RecordLines | undefined
  readonly #rows: Rows
  readonly #index: number
  readonly #compiled: CompiledShape

  /** `own`: its values, where they are not with those of the others. */
  constructor(rows: Rows, index: number, compiled: CompiledShape, own?: readonly JsonValue[]) {
    this.revision = rows.first + index
    this.values = requireValues(own ?? rows.values[index] ?? [], compiled.shape)
    this.page = own === undefined ? rows.page : undefined
    this.#rows = rows
    this.#index = index
    this.#compiled = compiled
  }

  get place(): RecordPlace {
    return this
  }

  get firstId(): string {
    return this.#rows.firstId
  }

  get id(): string {
    return this.#rows.marks.id(this.#index)
  }

  get type(): string {
    return this.#compiled.shape.type
  }

  get kind(): string {
    return this.#compiled.kind
  }

  get at(): number {
    const at = this.#rows.marks.at(this.#index)
    if (Number.isNaN(at)) throw new TypeError(NO_TIME) // its shape says that there is one
    return at
  }

  about(): JsonValue | undefined {
    return this.#compiled.about && this.make(this.#compiled.about)
  }

  owner(): JsonValue | undefined {
    return this.#compiled.owner && this.make(this.#compiled.owner)
  }

  get payloadKey(): string | undefined {
    return this.#compiled.payloadKey
  }

  get payload(): string | null {
    return this.#rows.payloads.at(this.#index) || null // no JSON is an empty text
  }

  data(): JsonValue {
    const reader = new TemplateReader(this)
    reader.skip(this.#compiled.shape.metadata)
    return reader.read(this.#compiled.shape.data)
  }

  makePayload(): JsonValue {
    return JSON.parse(this.payload ?? 'null')
  }

  make({ template, firstValue, isInRow, afterRevision }: CompiledValue): JsonValue {
    if (isInRow) return this.values[firstValue] ?? null
    if (afterRevision !== undefined) return `${this.revision}.${afterRevision}`
    return new TemplateReader(this, firstValue).read(template)
  }
}
