/**
 * The metrics of a fleet: those of its workers, as one.
 *
 * Invariant: a counter never goes backwards. What a worker process has counted stays when it ends, as it was told last.
 */
import type { MetricFamily, MetricSample } from '@refold/core'

/** A metric whose samples are found by what names them. */
interface Merged extends Omit<MetricFamily, 'samples'> {
  readonly samples: Map<string, MetricSample>
}
type ByName = Map<string, Merged>

export class FleetMetrics {
  readonly #now = new Map<string, readonly MetricFamily[]>()
  #gone: readonly MetricFamily[] = []
  #agents: readonly MetricFamily[] = []

  /** What a worker has counted, and has in hand now. */
  took(worker: string, families: readonly MetricFamily[]): void {
    this.#now.set(worker, families)
  }

  /** What one of them found in the store. */
  tookAgents(families: readonly MetricFamily[]): void {
    this.#agents = families
  }

  /** The process of this worker is gone: what it counted stays, what it had in hand does not. */
  ended(worker: string): void {
    const counted = (this.#now.get(worker) ?? []).filter(({ type }) => type !== 'gauge')
    this.#gone = merged([this.#gone, counted])
    this.#now.delete(worker)
  }

  /** `withAgents`: what was found in the store last, too; where no one can read it, that is nothing to tell. */
  read({ withAgents }: { readonly withAgents: boolean }): readonly MetricFamily[] {
    return merged([...this.#now.values(), this.#gone, withAgents ? this.#agents : []])
  }
}

/** In the order in which they come first, each once. */
function merged(sources: readonly (readonly MetricFamily[])[]): readonly MetricFamily[] {
  const found: ByName = new Map()
  for (const family of sources.flat()) add(family, found)
  return [...found.values()].map(({ samples, ...family }) => ({ ...family, samples: [...samples.values()] }))
}

function add({ samples, ...family }: MetricFamily, found: ByName): void {
  const into = found.get(family.name) ?? { ...family, samples: new Map<string, MetricSample>() }
  found.set(family.name, into)
  for (const sample of samples) {
    const key = `${sample.suffix ?? ''}\0${Object.entries(sample.labels).flat().join('\0')}`
    const known = into.samples.get(key)?.value
    const value = known === undefined ? sample.value : both(known, sample.value, family)
    into.samples.set(key, { ...sample, value })
  }
}

function both(one: number, other: number, { merge }: Pick<MetricFamily, 'merge'>): number {
  return merge === 'max' ? Math.max(one, other) : one + other
}
