/** Which agents wait for a person: told from the stored chart of their definition, without any code of the project. */
import { readChart, readState, takenEvents } from '@refold/core/history'
import { headerOf } from '@refold/core/record'
import type { JsonObject } from '@refold/core/record'
import type { DirectoryEntry } from '@refold/core/store'
import { canAsk } from './concerns.js'
import type { FleetSource } from './fleet-source.js'

/** Of an agent, or of many that stand alike. */
export type Standing = Pick<DirectoryEntry, 'definition' | 'version' | 'status' | 'condition' | 'active'>

const NONE: readonly string[] = []
/** Before any were counted, the newest agent of a definition is looked for once in so long. */
const SAME_NEWEST_MS = 30_000
/** A chart that is not stored is looked for again after so long. */
const NOT_STORED_MS = 1_000

interface Known {
  /** Of the agent whose chart it is. */
  readonly stream: string
  readonly chart: Promise<JsonObject | undefined>
  readonly asked: Map<string, readonly string[]>
  /** It was not stored when it was looked for: at that time, by the monotonic clock. */
  notStoredAt?: number
}

/** By definition and version, as its newest agent has it. */
export class AskedEvents {
  readonly #source: FleetSource
  readonly #newest = new Map<string, string>()
  readonly #lookedFor = new Map<string, { readonly at: number; readonly stream: Promise<string | undefined> }>()
  readonly #known = new Map<string, Known>()

  constructor(source: FleetSource) {
    this.#source = source
  }

  /** Agents are seen in the order of their starts: the last one has the newest chart. */
  saw({ definition, version, stream }: DirectoryEntry): void {
    this.#newest.set(keyOf({ definition, version }), stream)
  }

  /** Types of the events that need an approval, and that agents take where they stand. None where the chart is not stored. */
  async of(standing: Standing): Promise<readonly string[]> {
    if (!canAsk(standing)) return NONE
    const { chart: reading, asked } = await this.#knownOf(standing)
    const key = standing.active.join('\n')
    const known = asked.get(key)
    if (known !== undefined) return known
    const chart = await reading
    const types = chart === undefined ? NONE : approvalsIn(chart, standing.active)
    asked.set(key, types)
    return types
  }

  async #knownOf(standing: Standing): Promise<Known> {
    const key = keyOf(standing)
    const stream = this.#newest.get(key) ?? (await this.#lookFor(standing, key))
    const before = this.#known.get(key)
    if (stream === undefined) return { stream: '', chart: Promise.resolve(undefined), asked: new Map() }
    if (before?.stream === stream && !isOld(before)) return before
    const chart = this.#chartOf(stream, key)
    const known: Known = { stream, chart, asked: new Map() }
    this.#known.set(key, known)
    chart.then(
      (found) => {
        if (found === undefined) known.notStoredAt = performance.now()
      },
      () => {
        if (this.#known.get(key) === known) this.#known.delete(key)
      },
    )
    return known
  }

  #lookFor(standing: Standing, key: string): Promise<string | undefined> {
    const before = this.#lookedFor.get(key)
    if (before !== undefined && performance.now() - before.at < SAME_NEWEST_MS) return before.stream
    const stream = newestOf(this.#source, standing)
    this.#lookedFor.set(key, { at: performance.now(), stream })
    stream.catch(() => this.#lookedFor.delete(key)) // the next one asks again
    return stream
  }

  async #chartOf(stream: string, agent: string): Promise<JsonObject | undefined> {
    const fingerprint = await fingerprintOf(this.#source, stream, agent)
    if (fingerprint === undefined) return undefined
    const { store, codecs = [] } = this.#source
    return readChart(store, fingerprint, { codecs })
  }
}

function isOld({ notStoredAt }: Known): boolean {
  return notStoredAt !== undefined && performance.now() - notStoredAt >= NOT_STORED_MS
}

/**
 * Of the chart that decides for an agent of `<definition>@<version>`: as its first record says, where that version decided it
 * already, else as its state says.
 */
export async function fingerprintOf(
  { store, codecs = [] }: FleetSource,
  stream: string,
  agent: string,
): Promise<string | undefined> {
  for await (const [first] of store.read(stream, { limit: 1 })) {
    const header = headerOf(first?.metadata)
    if (header?.agent === agent && header.fingerprint !== undefined) return header.fingerprint
  }
  try {
    return (await readState(store, stream, { codecs })).document.agent.fingerprint
  } catch {
    return undefined // what is damaged is told where it is opened
  }
}

/** The stream of the agent that was started last. */
async function newestOf({ store }: FleetSource, { definition, version }: Standing): Promise<string | undefined> {
  let newest: string | undefined
  for await (const page of store.directory.find({ definition, version })) newest = page.at(-1)?.stream ?? newest
  return newest
}

function approvalsIn(chart: JsonObject, active: readonly string[]): readonly string[] {
  return takenEvents(chart, active).flatMap(({ type, needsApproval }) => (needsApproval ? [type] : []))
}

/** As a record names them. */
export function keyOf({ definition, version }: Pick<Standing, 'definition' | 'version'>): string {
  return `${definition}@${version}`
}
