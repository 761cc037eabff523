/** One row of a page of the log, as projections look at it: all that it is made of came with the page. */
import type { JsonValue, Position, Revision, ScannedEvent } from '@refold/core/store'
import { toPosition, toRevision } from '@refold/core/store'
import type { ContentColumns } from './shape/parse-columns.js'
import { countHoles, TemplateReader, type RowContent, type Shape } from './shape/read-record.js'
import type { RecordPlace, Template } from './shape/template.js'

/** Rows of a page, column by column. */
export interface ScannedColumns extends ContentColumns {
  readonly positions: readonly number[]
  readonly names: readonly string[]
  readonly revisions: readonly number[]
  readonly shapes: readonly number[]
  /** NaN: none. */
  readonly times: ArrayLike<number>
}

export interface RowParts {
  readonly index: number
  readonly shape: Shape
  readonly id: string
  /** Event id of the stream's first event, where the shape names it. */
  readonly firstId: string | undefined
}

/** One row with a shape; a class, since there are very many. */
export class ScannedRow implements ScannedEvent, RowContent {
  readonly id: string
  readonly firstId: string | undefined
  readonly stream: string
  readonly type: string
  readonly values: readonly JsonValue[]
  readonly at: number | null
  readonly #columns: ScannedColumns
  readonly #index: number
  readonly #shape: Shape
  #header: JsonValue | undefined

  constructor(columns: ScannedColumns, { index, shape, id, firstId }: RowParts) {
    const at = columns.times[index] as number
    this.id = id
    this.firstId = firstId
    this.stream = columns.names[index] as string
    this.values = columns.values[index] as readonly JsonValue[]
    this.at = Number.isNaN(at) ? null : at
    this.type = shape.type
    this.#columns = columns
    this.#index = index
    this.#shape = shape
  }

  get revision(): Revision {
    return toRevision(this.#columns.revisions[this.#index] as number)
  }

  get position(): Position {
    return toPosition(this.#columns.positions[this.#index] as number)
  }

  get payload(): string | null {
    return this.#columns.data[this.#index] || null // no JSON is an empty text
  }

  get data(): JsonValue {
    const reader = new TemplateReader(this)
    reader.skip(this.#shape.metadata)
    return reader.read(this.#shape.data)
  }

  get header(): JsonValue | undefined {
    return (this.#header ??= readHeader(this.#shape.metadata, this))
  }

  /** What templates of this row are relative to. */
  get place(): RecordPlace {
    const { id, firstId } = this
    return { id, firstId, revision: this.#columns.revisions[this.#index] as number }
  }
}

const firsts = new WeakMap<Shape, boolean>()

/** Whether what a projection sees of a record of this shape has the id of its stream's first event in it. */
export function namesFirst(shape: Shape): boolean {
  let named = firsts.get(shape)
  if (named === undefined) {
    const metadata = membersOf(shape.metadata)
    const refold = membersOf(metadata?.['refold'])
    const { body, ...header } = refold ?? {}
    const seen = refold === undefined ? shape.metadata : [header, membersOf(body)?.['emit'] ?? []]
    named = JSON.stringify([seen, shape.data]).includes('"^"')
    firsts.set(shape, named)
  }
  return named
}

type Members = { readonly [key: string]: Template }

/** `metadata.refold` of a row, and of its body what was emitted. */
function readHeader(metadata: Template, row: RowContent): JsonValue | undefined {
  const members = membersOf(metadata)
  const refold = membersOf(members?.['refold'])
  if (members === undefined || refold === undefined) return refoldIn(new TemplateReader(row).read(metadata))
  let first = 0
  for (const [key, template] of Object.entries(members)) {
    if (key === 'refold') break
    first += countHoles(template)
  }
  const reader = new TemplateReader(row, first)
  const header: Record<string, JsonValue> = {}
  for (const key in refold) {
    const template = refold[key] as Template
    const body = key === 'body' ? membersOf(template) : undefined
    if (key !== 'body') header[key] = reader.read(template)
    else if (body?.['emit'] === undefined) reader.skip(template)
    else header['body'] = emittedIn(body, reader)
  }
  return header
}

function emittedIn(body: Members, reader: TemplateReader): JsonValue {
  let emit: JsonValue = null
  for (const [key, template] of Object.entries(body)) {
    if (key === 'emit') emit = reader.read(template)
    else reader.skip(template)
  }
  return { emit }
}

function membersOf(template: Template | undefined): Members | undefined {
  return typeof template === 'object' && !Array.isArray(template) ? (template as Members) : undefined
}

function refoldIn(metadata: JsonValue): JsonValue | undefined {
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
    ? (metadata as { readonly refold?: JsonValue }).refold
    : undefined
}
