/** How a fleet is, as its supervisor knows it: from what its workers answer, asked at a pace of its own. */
import type { MetricFamily } from '@refold/core'
import { FleetMetrics } from './fleet-metrics.js'
import { readinessOf } from './readiness.js'
import type { Readiness, WorkerReadiness } from './readiness.js'
import type { Looked } from '../up/messages.js'

/** A worker's place, as it is asked. */
export interface Asked {
  readonly isWorking: boolean
  readonly readiness: WorkerReadiness
  look(options: { readonly agents: boolean }): void
}

export interface FleetHealthOptions {
  readonly places: () => readonly Asked[]
  /** `undefined`: never. */
  readonly everyMs: number | undefined
}

/** The agents of the whole store are asked after in every so many looks, by one worker. */
const AGENTS_EVERY = 8

export class FleetHealth {
  readonly #options: FleetHealthOptions
  readonly #metrics = new FleetMetrics()
  #timer: NodeJS.Timeout | undefined
  #looks = 0
  #deaths = 0
  #isDraining = false

  constructor(options: FleetHealthOptions) {
    this.#options = options
  }

  begin(): void {
    const { everyMs } = this.#options
    if (everyMs !== undefined) this.#timer = setInterval(() => this.#look(), everyMs)
  }

  end(): void {
    clearInterval(this.#timer)
  }

  drains(): void {
    this.#isDraining = true
  }

  died(): void {
    this.#deaths++
  }

  looked(worker: string, { metrics, agents }: Looked): void {
    this.#metrics.took(worker, metrics)
    if (agents !== undefined) this.#metrics.tookAgents(agents)
  }

  /** The process of this worker is gone. */
  gone(worker: string): void {
    this.#metrics.ended(worker)
  }

  get readiness(): Readiness {
    const workers = this.#options.places().map(({ readiness }) => readiness)
    return readinessOf(workers, { isDraining: this.#isDraining })
  }

  get metrics(): readonly MetricFamily[] {
    const places = this.#options.places()
    const ready = places.filter(({ readiness }) => readiness.isReady).length
    return [
      single('refold_fleet_workers', { type: 'gauge', help: 'Workers that the fleet keeps.', value: places.length }),
      single('refold_fleet_workers_ready', { type: 'gauge', help: 'Workers that can do their work.', value: ready }),
      single('refold_fleet_worker_deaths_total', {
        type: 'counter',
        help: 'Worker processes that ended without being asked to.',
        value: this.#deaths,
      }),
      ...this.#metrics.read({ withAgents: ready > 0 }),
    ]
  }

  #look(): void {
    const isForAgents = this.#looks++ % AGENTS_EVERY === 0
    const working = this.#options.places().filter(({ isWorking }) => isWorking)
    const teller = working.find(({ readiness }) => readiness.isReady) ?? working[0]
    for (const place of working) place.look({ agents: isForAgents && place === teller })
    if (isForAgents && working.length === 0) this.#looks = 0 // no one has told of them yet
  }
}

function single(
  name: string,
  { value, ...described }: Pick<MetricFamily, 'type' | 'help'> & { readonly value: number },
): MetricFamily {
  return { name, ...described, samples: [{ labels: {}, value }] }
}
