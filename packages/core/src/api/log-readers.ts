/** What reads the log in this process beside the agents: who follows it, consumers, projections. */
import type { AgentDefinition } from '../definition/agent-types.js'
import { RefoldError } from '../errors.js'
import { followAgents, lagAt } from '../history/follow-agents.js'
import { StallWatch } from '../history/stall-watch.js'
import { openProjection, type OpenProjection } from '../projection/open-projection.js'
import type { Cursor, Followed, FollowOptions, Lag, LagOptions } from '../public/follow.js'
import type { Projection, ProjectionDefinition, ProjectOptions } from '../public/projection.js'
import type { WorkerRuntime } from '../runtime/worker/worker-runtime.js'
import { Consumers } from './consumers.js'
import { checkFollowOptions, checkLagOptions } from './follow-options.js'
import { checkProjectOptions } from './project-options.js'

export interface LogReadersOptions {
  readonly runtime: WorkerRuntime
  /** Shows that this process lives, from then on. */
  readonly live: () => Promise<void>
}

export class LogReaders {
  readonly consumers: Consumers
  readonly #runtime: WorkerRuntime
  readonly #stalls: StallWatch
  readonly #projections = new Set<OpenProjection>()
  #isClosed = false

  constructor({ runtime, live }: LogReadersOptions) {
    this.#runtime = runtime
    const { log, world, events } = runtime
    this.#stalls = new StallWatch({ log, world, report: (report) => events.tell({ kind: 'report', report }) })
    this.consumers = new Consumers({ runtime, stalls: this.#stalls, live })
  }

  follow<D extends AgentDefinition>(options: FollowOptions<D>): AsyncIterable<Followed<D>> {
    checkFollowOptions(options)
    const { log, world } = this.#runtime
    return followAgents({ log, world, stalls: this.#stalls }, options)
  }

  async lag<D extends AgentDefinition>(cursor: Cursor | undefined, options: LagOptions<D>): Promise<Lag> {
    checkLagOptions(options)
    return lagAt(this.#runtime, cursor, options)
  }

  async project<S>(definition: ProjectionDefinition<S>, options: ProjectOptions): Promise<Projection<S>> {
    checkProjectOptions(options)
    const { log, world, settings } = this.#runtime
    const { projections } = settings.projections
    const opened = await openProjection({ log, world, projections }, definition, options)
    this.#projections.add(opened)
    void opened.ended.then(() => this.#projections.delete(opened))
    if (this.#isClosed) {
      await opened.close()
      throw new RefoldError('CLOSED', 'the runtime was closed while the projection was opened')
    }
    return opened as unknown as Projection<S> // its documents are what `evolve` gives
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([this.consumers, ...this.#projections].map((reader) => reader.close()))
    this.#stalls.close()
  }
}
