/** A worker looks at itself and at its store, when its supervisor asks. One look at a time: a slow store is not asked again. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { agentMetrics } from '@refold/core'
import type { MetricFamily, Metrics, Store, Worker } from '@refold/core'
import type { Looked } from '../up/messages.js'

export interface WorkerLooksOptions {
  readonly metrics: Metrics
  readonly directory: Store['directory']
  readonly tell: (looked: Looked) => void
}

/** How often the event loop is looked at; what is measured has it within. */
const RESOLUTION_MS = 10

export class WorkerLooks {
  readonly #options: WorkerLooksOptions
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  #worker: Worker | undefined
  #isLooking = false

  constructor(options: WorkerLooksOptions) {
    this.#options = options
    this.#delay.enable()
  }

  /** What the worker has in hand is looked at, too. */
  open(worker: Worker): void {
    this.#worker = worker
  }

  async look({ agents: isAsked }: { readonly agents: boolean }): Promise<void> {
    if (this.#worker === undefined || this.#isLooking) return
    this.#isLooking = true
    try {
      const agents = isAsked ? await agentMetrics(this.#options.directory) : undefined
      if (!isAsked) await this.#read()
      this.#options.tell({ metrics: this.#own(), ...(agents === undefined ? undefined : { agents }) })
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error)
      this.#options.tell({ metrics: this.#own(), trouble })
    }
    this.#isLooking = false
  }

  /** What was counted until the end. */
  last(): void {
    if (this.#worker !== undefined) this.#options.tell({ metrics: this.#own() })
  }

  async #read(): Promise<void> {
    for await (const _page of this.#options.directory.find({ limit: 1 })) return
  }

  #own(): readonly MetricFamily[] {
    const delayMs = this.#delay.percentile(99) / 1e6 - RESOLUTION_MS
    const value = delayMs > 0 ? delayMs / 1_000 : 0
    this.#delay.reset()
    const delay: MetricFamily = {
      name: 'refold_worker_event_loop_delay_seconds',
      type: 'gauge',
      help: 'The 99th percentile of how late the event loop of a worker was since the look before; of the latest worker.',
      merge: 'max',
      samples: [{ labels: {}, value }],
    }
    return [...this.#options.metrics.read(this.#worker?.load), delay]
  }
}
