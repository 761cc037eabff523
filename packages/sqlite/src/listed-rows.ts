/**
 * What lists say of the rows of a page, in some dozens of bytes for each, put together when it is asked for: of most rows no one
 * ever asks, and the file may be closed by then.
 */
import type { JsonValue, RecordLines } from '@refold/core/store'
import type { Marks, RowRecord } from './replayed-rows.js'
import { idIn, lastWithId, NO_TIME, type RowMarks } from './row-marks.js'
import type { CompiledShape } from './shape/compile-shape.js'
import { TemplateReader } from './shape/read-record.js'
import type { PrefixTexts } from './table/event-id.js'

/** The columns of a page. */
export interface ListedColumns extends RowMarks {
  readonly first: number
  readonly firstId: string
  readonly shapes: Int32Array
}

/** What pages of one replay share. Prefixes and shapes are put in before a page that names them. */
export class ListedPages {
  readonly prefixes = new Map<number, string>()
  readonly compiled = new Map<number, CompiledShape>()

  /** Of rows whose records are taken apart. Throws for one that has no time. */
  page(columns: ListedColumns): ListedRows {
    const { shapes, times } = columns
    for (let index = 0; index < shapes.length; index++)
      if (Number.isNaN(times[index]) && this.compiled.has(shapes[index] as number)) throw new TypeError(NO_TIME)
    return new ListedRows(columns, this)
  }
}

export class ListedRows implements RecordLines, Marks {
  readonly #columns: ListedColumns
  readonly #pages: ListedPages
  readonly #prefixes: PrefixTexts
  /** Of rows that have a value of their own in it. */
  readonly #abouts: (JsonValue | undefined)[] = []

  /** Use `ListedPages.page`. */
  constructor(columns: ListedColumns, pages: ListedPages) {
    this.#columns = columns
    this.#pages = pages
    this.#prefixes = { text: (id) => pages.prefixes.get(id) ?? '' }
  }

  /** Before the values of a row are forgotten. */
  keep(index: number, { about }: CompiledShape, record: RowRecord): void {
    if (about?.isOfRow === true) this.#abouts[index] = record.about()
  }

  idOf(revision: number): string {
    return this.id(revision - this.#columns.first)
  }

  revisionOf(id: string): number | undefined {
    const index = lastWithId(this.#columns, id, this.#prefixes)
    return index < 0 ? undefined : this.#columns.first + index
  }

  typeOf(revision: number): string {
    return this.#shapeOf(revision)?.shape.type ?? ''
  }

  kindOf(revision: number): string {
    return this.#shapeOf(revision)?.kind ?? ''
  }

  timeOf(revision: number): number {
    return this.at(revision - this.#columns.first)
  }

  aboutOf(revision: number): JsonValue | undefined {
    const { first, firstId } = this.#columns
    const about = this.#shapeOf(revision)?.about
    if (about === undefined || about.isOfRow) return this.#abouts[revision - first]
    const place = { revision, firstId, id: this.idOf(revision) }
    return new TemplateReader({ values: [], place, at: this.timeOf(revision), payload: null }).read(about.template)
  }

  id(index: number): string {
    return idIn(this.#columns, index, this.#prefixes)
  }

  at(index: number): number {
    return this.#columns.times[index] as number
  }

  #shapeOf(revision: number): CompiledShape | undefined {
    const { first, shapes } = this.#columns
    return this.#pages.compiled.get(shapes[revision - first] ?? 0)
  }
}
