/** The differences of one history while it is verified: each kind once, with how many records have it. */
import type { CountedDifference, HistoryDifference, UnsteadyPlace } from './verified.js'

/** Kinds that one history tells; of what comes beyond the records are counted. */
const MAX_KINDS = 64

export class DifferencesFound {
  /** Records that differ. */
  records = 0
  readonly #kinds = new Map<string, { readonly first: HistoryDifference; records: number }>()
  readonly #unsteady = new Map<string, { readonly type: string; readonly path: string; records: number }>()

  /** Whether the details of one of its kind are known. */
  count(group: string): boolean {
    this.records++
    const known = this.#kinds.get(group)
    if (known !== undefined) known.records++
    return known !== undefined || this.#kinds.size >= MAX_KINDS
  }

  /** The first of its kind. */
  add(group: string, first: HistoryDifference): void {
    this.#kinds.set(group, { first, records: 1 })
  }

  addUnsteady(type: string, path: string): void {
    const key = `${type} ${path}`
    const known = this.#unsteady.get(key)
    if (known !== undefined) known.records++
    else if (this.#unsteady.size < MAX_KINDS) this.#unsteady.set(key, { type, path, records: 1 })
  }

  get differences(): readonly CountedDifference[] {
    return [...this.#kinds].map(([group, { first, records }]) => ({ ...first, records, group }))
  }

  get unsteady(): readonly UnsteadyPlace[] {
    return [...this.#unsteady.values()]
  }
}
