/** The agents of one run, as their process holds them: the checked one, and those that were started by it. */
import type { AnyAgent, StoredEvent } from '@refold/core'
import type { DirectoryEntry } from '@refold/core/store'
import type { SimulatedProcess } from '../simulation/simulated-process.js'
import type { Simulation } from '../simulation/simulation.js'
import type { Cast } from './cast.js'

export interface PlayedAgentsOptions {
  readonly simulation: Simulation
  readonly process: SimulatedProcess
  readonly cast: Cast
  /** The checked agent. */
  readonly stream: string
}

export class PlayedAgents {
  readonly #options: PlayedAgentsOptions
  readonly #handles = new Map<string, AnyAgent>()

  constructor(options: PlayedAgentsOptions) {
    this.#options = options
  }

  /** `undefined` while its process is down. */
  get checked(): AnyAgent | undefined {
    return this.#handles.get(this.#options.stream)
  }

  /** Those that were looked at. */
  get known(): ReadonlyMap<string, AnyAgent> {
    return this.#handles
  }

  /** The process has started it, or found it. */
  started(agent: AnyAgent): void {
    this.#handles.set(this.#options.stream, agent)
  }

  /** Their process died. */
  clear(): void {
    this.#handles.clear()
  }

  /** By stream, the checked one first. Rejects with `ProcessDiedError`. */
  async all(): Promise<ReadonlyMap<string, AnyAgent>> {
    const { simulation, process } = this.#options
    if (this.checked !== undefined)
      for (const { stream, definition, id } of await this.entries())
        if (!this.#handles.has(stream))
          this.#handles.set(stream, await simulation.until(process.attach(definition, id)))
    return this.#handles
  }

  /** Of the directory, in the order in which they began. */
  async entries(): Promise<readonly DirectoryEntry[]> {
    const { simulation, cast, stream } = this.#options
    const { directory } = await simulation.disk.admin()
    if (cast.members.length === 1) return [await directory.get(stream)].filter((entry) => entry !== undefined)
    const entries: DirectoryEntry[] = []
    for await (const page of directory.find()) entries.push(...page)
    return entries
  }

  /** By stream. */
  async records(): Promise<ReadonlyMap<string, readonly StoredEvent[]>> {
    const records = new Map<string, readonly StoredEvent[]>()
    for (const { stream } of await this.entries()) records.set(stream, await this.#options.simulation.records(stream))
    return records
  }
}
