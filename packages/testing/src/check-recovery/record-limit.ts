/** Ends a run that never comes to rest: of an agent that loops at one instant there is no other end. */
import type { Simulation } from '../simulation/simulation.js'

export interface RecordLimitOptions {
  readonly simulation: Simulation
  /** Of the agents whose records count. */
  readonly names: readonly string[]
  readonly most: number
  /** With the record that is the last. */
  readonly onReached: () => void
}

export class RecordLimit {
  readonly #options: RecordLimitOptions
  /** By stream. */
  readonly #records = new Map<string, number>()
  readonly #appends = new Map<string, number>()

  constructor(options: RecordLimitOptions) {
    this.#options = options
    options.simulation.disk.watch(({ stream, revision }) => this.#stored(stream, Number(revision) + 1))
  }

  get isReached(): boolean {
    let sum = 0
    for (const records of this.#records.values()) sum += records
    return sum >= this.#options.most
  }

  /** An append may hold several records. */
  appendsTo(stream: string): number {
    return this.#appends.get(stream) ?? 0
  }

  #stored(stream: string, records: number): void {
    const { names, onReached } = this.#options
    if (!names.includes(stream.slice(0, stream.indexOf('-')))) return
    this.#records.set(stream, records)
    this.#appends.set(stream, this.appendsTo(stream) + 1)
    if (this.isReached) onReached()
  }
}
