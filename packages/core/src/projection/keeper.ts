/**
 * Stores what a projection has taken: its documents, and the checkpoint that they are up to.
 *
 * Invariant: a commit is made on the revision of the build that this process knows; one that fails although the checkpoint
 * stands where it stood met a change of what the build is to others, and is repeated on that.
 */
import type { AgentLog } from '../log/agent-log.js'
import type { ParkedProjection } from '../public/projection.js'
import type { ProjectionBuild, Projections } from '../store/projection-port.js'
import type { World } from '../world/world.js'
import { aboutOf, changed, makeCurrent, neededBuild, notesIn, type BuildNotes } from './builds.js'
import type { Documents } from './documents.js'
import type { ProjectionState } from './projection-state.js'

/** Documents or records after which it is stored although more are at hand. */
const MAX_CHANGES = 2_000
const MAX_RECORDS = 10_000
/** Within this time it is stored that records were passed which change nothing. */
const IDLE_STORE_MS = 1_000

interface KeeperOptions {
  readonly projections: Projections
  readonly log: AgentLog
  readonly world: Pick<World, 'clock'>
  readonly state: ProjectionState
  readonly build: ProjectionBuild
  readonly documents: Documents
}

export class Keeper {
  readonly documents: Documents
  readonly #options: KeeperOptions
  #build: ProjectionBuild
  /** The last record that was passed; as the build's checkpoint. */
  #place: string | null
  #records: number
  #unstored = 0
  #cancelIdle: () => void = () => {}
  #idle: Promise<unknown> = Promise.resolve()

  constructor(options: KeeperOptions) {
    this.#options = options
    this.documents = options.documents
    this.#build = options.build
    this.#place = options.build.checkpoint
    this.#records = notesIn(options.build).records
  }

  get isFull(): boolean {
    return this.documents.changes.size >= MAX_CHANGES || this.#unstored >= MAX_RECORDS
  }

  passed(place: string | undefined, records: number): void {
    this.#place = place ?? this.#place
    this.#records += records
    this.#unstored += records
  }

  /** What was begun while no record came is done. */
  async settled(): Promise<void> {
    this.#cancelIdle()
    await this.#idle
  }

  /** Everything is taken that there is. `false`: another process has gone on. */
  async caughtUp(): Promise<boolean> {
    const { projections, log, world, state } = this.#options
    if (
      this.documents.changes.size > 0 ||
      (this.#build.state === 'building' && this.#place !== this.#build.checkpoint)
    ) {
      if (!(await this.store())) return false
    }
    if (this.#build.state === 'building') {
      const now = (): number => world.clock.now()
      const build = await makeCurrent(projections, this.#build, { now, log, isForced: false })
      if (build === undefined) return false
      this.#build = build
    }
    state.caughtUp(this.#build, this.#place, this.#records)
    if (this.#place !== this.#build.checkpoint)
      this.#cancelIdle = world.clock.setTimer(() => this.#storeIdle(), IDLE_STORE_MS)
    return true
  }

  /** `false`: another process has gone on. */
  async store(parked?: ParkedProjection): Promise<boolean> {
    const isSame = this.#place === this.#build.checkpoint && notesIn(this.#build).parked === parked
    if (isSame) return true
    const { parked: _before, ...kept } = notesIn(this.#build)
    return this.#commit({ ...kept, records: this.#records, ...(parked === undefined ? undefined : { parked }) })
  }

  async #commit(notes: BuildNotes): Promise<boolean> {
    const { projections, world, state } = this.#options
    for (;;) {
      const now = { checkpoint: this.#place, at: world.clock.now(), about: aboutOf(notes) }
      const change = changed(this.#build, now)
      if (await projections.commit([{ ...change, documents: this.documents.changes }])) {
        this.#build = change.build
        this.documents.stored()
        this.#unstored = 0
        state.stored(this.#build)
        return true
      }
      const found = neededBuild(await projections.builds(this.#build.projection), this.#build)
      if (found?.checkpoint !== this.#build.checkpoint) return false
      this.#build = found // it stands where it stood: only what it is to others has changed
    }
  }

  /** That it failed, or came too late, is found out with the next record. */
  #storeIdle(): void {
    this.#idle = this.store().catch(() => undefined)
  }

  async park(parked: ParkedProjection): Promise<'parked' | 'overtaken'> {
    const { state } = this.#options
    if (!(await this.store(parked))) return 'overtaken'
    state.park(this.#build, parked)
    return 'parked'
  }
}
