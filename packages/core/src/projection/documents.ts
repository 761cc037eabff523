/**
 * The documents of one build that are under way in this process: those that were read, and those that are to be stored.
 *
 * Invariant: what stands here is what the store has, and after it the records that were taken since. When someone else has
 * changed the build, all of it is forgotten.
 */
import type { JsonValue } from '../json/json-value.js'
import { jsonOf } from '../json/to-json.js'
import type { BuildName, Projections } from '../store/projection-port.js'

export type Changes = ReadonlyMap<string, JsonValue | undefined>

/** Documents that are kept in memory at least, from one commit to the next. */
const KEPT = 5_000

export class Documents {
  readonly #projections: Pick<Projections, 'get'>
  readonly #build: BuildName
  readonly #known = new Map<string, JsonValue | undefined>()
  #changes = new Map<string, JsonValue | undefined>()

  constructor(projections: Pick<Projections, 'get'>, build: BuildName) {
    this.#projections = projections
    this.#build = build
  }

  /** What is to be stored. */
  get changes(): Changes {
    return this.#changes
  }

  /** Reads those that are not here yet. */
  async load(keys: ReadonlySet<string>): Promise<void> {
    const missing = [...keys].filter((key) => !this.#known.has(key))
    if (missing.length === 0) return
    const found = await this.#projections.get(this.#build, missing)
    for (const key of missing) {
      const document = found.get(key)
      this.#known.set(key, document === undefined ? undefined : jsonOf(document))
    }
  }

  /** One that was loaded. */
  get(key: string): JsonValue | undefined {
    return this.#known.get(key)
  }

  /** Frozen JSON, or nothing in its place. */
  put(key: string, document: JsonValue | undefined): void {
    if (this.#known.get(key) === document) return
    this.#known.set(key, document)
    this.#changes.set(key, document)
  }

  /** The changes are stored. */
  stored(): void {
    this.#changes = new Map()
    if (this.#known.size > KEPT) this.#known.clear()
  }

  forget(): void {
    this.#known.clear()
    this.#changes.clear()
  }
}
