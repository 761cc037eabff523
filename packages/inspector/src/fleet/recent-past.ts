/** What the newest records of agents tell: when they came where they are, and which edges they took. */
import { readState, recentRecords } from '@refold/core/history'
import type { HistoryRecord } from '@refold/core/history'
import type { FleetSource } from './fleet-source.js'
import { withParents } from './state-paths.js'

export interface RecentPastOptions {
  /** Of the chart whose edges are counted. */
  readonly fingerprint: string
  /** Records of each agent. */
  readonly limit: number
}

/** Since when an agent has been in a state, or longer: as far as its records were read. */
export interface Entered {
  readonly stream: string
  /** Epoch milliseconds. */
  readonly at: number
}

export class RecentPast {
  readonly #source: FleetSource
  readonly #options: RecentPastOptions
  /** By path of a state. */
  readonly entered = new Map<string, Entered[]>()
  /** By the id of an edge. */
  readonly taken = new Map<string, number>()
  records = 0
  /** Of each agent all records were read. */
  isWhole = true

  constructor(source: FleetSource, options: RecentPastOptions) {
    this.#source = source
    this.#options = options
  }

  async read(stream: string, isActive: boolean): Promise<void> {
    const { store, codecs = [] } = this.#source
    const { limit } = this.#options
    const stay = new Stay()
    const edges = new EdgesBack(this.#options.fingerprint)
    let first = Number.POSITIVE_INFINITY
    for await (const record of recentRecords(store, stream, { codecs, limit })) {
      this.records++
      first = record.revision
      stay.before(record)
      edges.before(record)
    }
    if (first > 0) this.isWhole = false
    if (edges.isOpen) edges.close(await this.#fingerprintNow(stream))
    for (const [edge, count] of edges.counted) this.taken.set(edge, (this.taken.get(edge) ?? 0) + count)
    if (!isActive) return
    for (const [path, at] of stay.entered) {
      const known = this.entered.get(path)
      if (known === undefined) this.entered.set(path, [{ stream, at }])
      else known.push({ stream, at })
    }
  }

  async #fingerprintNow(stream: string): Promise<string | undefined> {
    const { store, codecs = [] } = this.#source
    try {
      return (await readState(store, stream, { codecs })).document.agent.fingerprint
    } catch {
      return undefined // what is damaged is told where it is opened
    }
  }
}

/** Since when an agent is where it is, from its records, the newest first. */
class Stay {
  readonly entered = new Map<string, number>()
  /** States that it is in now, and that no record was seen to be outside of. */
  #open: Set<string> | undefined

  before({ active, at }: HistoryRecord): void {
    if (active === undefined) return
    const paths = withParents(active)
    this.#open ??= new Set(paths)
    for (const path of this.#open) {
      if (paths.has(path)) this.entered.set(path, at)
      else this.#open.delete(path)
    }
  }
}

/**
 * Edges of records, the newest first. A record says the chart only where it is another than before: of those behind the last
 * that says it, the chart is told in the end.
 */
class EdgesBack {
  readonly counted = new Map<string, number>()
  readonly #fingerprint: string
  #waiting: string[] = []
  /** No record has told the chart so far. */
  isOpen = true

  constructor(fingerprint: string) {
    this.#fingerprint = fingerprint
  }

  before({ path = [], fingerprint }: HistoryRecord): void {
    for (const edge of path) if (!edge.includes('/')) this.#waiting.push(edge) // in a child, it is of another chart
    if (fingerprint !== undefined) this.close(fingerprint)
  }

  /** The chart of what waits. */
  close(fingerprint: string | undefined): void {
    this.isOpen = false
    if (fingerprint === this.#fingerprint)
      for (const edge of this.#waiting) this.counted.set(edge, (this.counted.get(edge) ?? 0) + 1)
    this.#waiting = []
  }
}
