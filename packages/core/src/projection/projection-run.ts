/**
 * Keeps the documents of one projection up, as long as it is open.
 *
 * Invariants:
 * 1. A commit has the documents of all records up to its checkpoint, and of none behind it. It is made on the revision of the
 *    build that this process knows; a commit that fails means that another process has gone on, and then this one follows.
 * 2. `reached` is told of a place only when it is stored, or when nothing up to it changes a document.
 * 3. Whatever fails, the next attempt begins from what the store has.
 */
import { isRefoldError, mayPass, RefoldError, withCode } from '../errors.js'
import { addressOf } from '../definition/agent-address.js'
import { cursorOf, positionAt } from '../history/log-cursor.js'
import type { AgentLog } from '../log/agent-log.js'
import type { ParkedProjection } from '../public/projection.js'
import { toErrorData } from '../record/error-data.js'
import type { ProjectionBuild, Projections, ScannedEvent } from '../store/projection-port.js'
import { backoffMs } from '../world/backoff.js'
import type { World } from '../world/world.js'
import { isSameBuild, newBuild, notesIn, servingBuild, unfinishedBuild } from './builds.js'
import { watchCurrent } from './current-watch.js'
import type { ProjectionInternals } from './define-projection.js'
import { Documents } from './documents.js'
import { evolvePage } from './evolve-page.js'
import { interruptible } from './interruptible.js'
import { Keeper } from './keeper.js'
import type { ProjectionState } from './projection-state.js'
import { recordPages } from './record-pages.js'
import type { RecordPage } from './record-pages.js'

export interface RunOptions {
  readonly definition: ProjectionInternals
  readonly projections: Projections
  readonly log: AgentLog
  readonly world: World
  readonly state: ProjectionState
}

const LOOK_EVERY_MS = 100
/** How often it is looked whether records wait: that asks the agents' store, which may be far away. */
const LOOK_AT_LOG_EVERY_MS = 1_000
/** After this time without progress of the process that keeps it up, another one does. */
const TAKEOVER_AFTER_MS = 3_000
const BACKOFF = { delayMs: 100, factor: 2, maxDelayMs: 10_000, jitter: true }

/** Why an attempt has ended. */
type Ended = 'overtaken' | 'parked' | 'interrupted'

export class ProjectionRun {
  readonly #options: RunOptions
  #attempt = new AbortController()
  #isClosed = false
  /** A build beside the one that answers is gone on with. */
  #rebuilds = true
  readonly ended: Promise<void>

  constructor(options: RunOptions) {
    this.#options = options
    this.ended = this.#run()
  }

  /** Begins again from what the store has. */
  interrupt({ rebuilds = this.#rebuilds }: { readonly rebuilds?: boolean } = {}): void {
    this.#rebuilds = rebuilds
    this.#attempt.abort()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#attempt.abort()
    await this.ended
  }

  async #run(): Promise<void> {
    const { state, world } = this.#options
    for (let failures = 0; !this.#isClosed;) {
      this.#attempt = new AbortController()
      const { signal } = this.#attempt
      const began = world.clock.monotonicNow()
      try {
        const ended = await this.#work(signal)
        failures = 0
        if (ended !== 'interrupted') await this.#follow(signal)
      } catch (thrown) {
        const error = withCode(thrown, 'the projection failed')
        if (this.#isClosed) break
        if (!mayPass(error)) return state.stop(error) // no later attempt gets past it
        state.wait(error)
        if (world.clock.monotonicNow() - began > BACKOFF.maxDelayMs) failures = 0 // it went well until now
        await interruptible(world.clock, signal, backoffMs(++failures, BACKOFF, world.random))
      }
    }
    state.stop(new RefoldError('CLOSED', 'the projection is closed'))
  }

  /** Takes records until it is interrupted, parked, or another process has gone on. */
  async #work(signal: AbortSignal): Promise<Ended> {
    const { definition, projections, log, world, state } = this.#options
    const build = await this.#open()
    const after = build.checkpoint === null ? undefined : await positionAt(log, build.checkpoint)
    state.begin(build, (await log.newest())?.position)
    const keeper = new Keeper({ projections, log, world, state, build, documents: new Documents(projections, build) })
    const unwatch = watchCurrent(build, { projections, world, state })
    try {
      const { definitions } = definition
      for await (const page of recordPages(log, { after, definitions, signal, clock: world.clock })) {
        await keeper.settled()
        const ended = await this.#take(page, keeper)
        if (ended !== undefined) return ended
      }
    } catch (error) {
      await keeper.settled() // what is stored later would say that it stands no more
      if (!isRefoldError(error, 'UNREADABLE')) throw error
      return await keeper.park(parkedAt(undefined, { error, at: world.clock.now() }))
    } finally {
      unwatch()
    }
    await keeper.settled()
    return (await keeper.store()) ? 'interrupted' : 'overtaken'
  }

  async #take(page: RecordPage, keeper: Keeper): Promise<Ended | undefined> {
    const { definition, log, world } = this.#options
    const { events, last, isEnd } = page
    const { taken, failure } = await evolvePage(events, { definition, log, documents: keeper.documents })
    if (failure !== undefined) {
      const before = events[failure.at - 1]
      keeper.passed(before && cursorOf(before), taken)
      return keeper.park(parkedAt(events[failure.at], { error: failure.error, at: world.clock.now() }))
    }
    keeper.passed(last && cursorOf(last), taken)
    if (!isEnd) return !keeper.isFull || (await keeper.store()) ? undefined : 'overtaken'
    return (await keeper.caughtUp()) ? undefined : 'overtaken'
  }

  /** The build that is to be kept up: made, where there is none. */
  async #open(): Promise<ProjectionBuild> {
    const { definition, projections, world } = this.#options
    for (;;) {
      const builds = await projections.builds(definition.name)
      const serving = servingBuild(builds, definition.version)
      const found = this.#rebuilds ? (unfinishedBuild(builds, definition.version) ?? serving) : serving
      if (found !== undefined) return found
      await projections.commit([newBuild(definition, 1, world.clock.now())])
    }
  }

  /** Another process keeps it up, or it is parked: looks what becomes of it. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { projections, log, world, state } = this.#options
    const { clock } = world
    let moved = clock.monotonicNow()
    let looked = -Infinity
    let newest: string | undefined
    for (let known = await this.#open(); ;) {
      if (signal.aborted) return // asked to go on meanwhile
      state.follow(known)
      const isHeld = notesIn(known).parked !== undefined
      await interruptible(clock, signal, LOOK_EVERY_MS)
      if (signal.aborted) return
      const found = (await projections.builds(known.projection)).find((build) => isSameBuild(build, known))
      if (found === undefined) return
      if (clock.monotonicNow() - looked >= LOOK_AT_LOG_EVERY_MS) {
        const last = await log.newest()
        newest = last && cursorOf(last)
        looked = clock.monotonicNow()
      }
      const hasNext = newest !== undefined && newest > (found.checkpoint ?? '')
      if (found.revision !== known.revision || !hasNext) moved = clock.monotonicNow()
      known = found
      if (!isHeld && clock.monotonicNow() - moved > TAKEOVER_AFTER_MS) return
    }
  }
}

function parkedAt(
  event: ScannedEvent | undefined,
  { error, at }: { readonly error: unknown; readonly at: number },
): ParkedProjection {
  const stream = event?.stream ?? (isRefoldError(error) ? String(error.facts['stream']) : '')
  const record = event === undefined ? undefined : { revision: Number(event.revision), type: event.type }
  return { agent: addressOf(stream), ...record, error: toErrorData(error), at }
}
