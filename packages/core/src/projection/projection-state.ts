/** What a projection shows of itself, and whom it tells. */
import { RefoldError } from '../errors.js'
import type { Cursor } from '../public/follow.js'
import type { ParkedProjection, ProjectionStatus } from '../public/projection.js'
import { toErrorData } from '../record/error-data.js'
import type { Position } from '../record/revision.js'
import type { ProjectionBuild } from '../store/projection-port.js'
import { callUser } from '../world/call-user.js'
import type { World } from '../world/world.js'
import { isSameBuild, notesIn } from './builds.js'
import type { ProjectionInternals } from './define-projection.js'
import { Reached } from './reached.js'

interface StateOptions {
  readonly definition: ProjectionInternals
  readonly world: Pick<World, 'clock' | 'logger'>
  readonly onStatus: ((status: ProjectionStatus) => void) | undefined
}

interface Waiter {
  readonly isMet: () => boolean
  readonly resolve: () => void
  readonly reject: (error: RefoldError) => void
}

export class ProjectionState {
  readonly reached: Reached
  readonly #options: StateOptions
  readonly #waiters = new Set<Waiter>()
  #status: ProjectionStatus
  #build: ProjectionBuild | undefined
  #newest = 0

  constructor(options: StateOptions) {
    this.#options = options
    this.reached = new Reached(options.world.clock)
    const { version } = options.definition
    this.#status = { version, phase: 'building', isCurrent: false, checkpoint: undefined, records: 0, share: 0 }
  }

  get status(): ProjectionStatus {
    return this.#status
  }

  /** The build that is kept up, as it was seen last. */
  get build(): ProjectionBuild | undefined {
    return this.#build
  }

  /** Resolves when the condition holds for what is seen of the build. Rejects when it is parked or stopped. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve()
    const hindrance = this.reached.hindrance
    if (hindrance !== undefined) return Promise.reject(hindrance)
    return new Promise((resolve, reject) => this.#waiters.add({ isMet, resolve, reject }))
  }

  begin(build: ProjectionBuild, newest: Position | undefined): void {
    this.#newest = Number(newest ?? 0n)
    this.reached.hinder(undefined)
    this.#see(build, build.state === 'building' ? 'building' : 'live')
  }

  stored(build: ProjectionBuild): void {
    this.#see(build, build.state === 'building' ? 'building' : 'live')
  }

  /** Everything up to here is held, although its last records may change nothing and not be stored yet. */
  caughtUp(build: ProjectionBuild, place: string | null, records: number): void {
    if (place !== null && answers(build)) this.reached.to(place)
    this.#see(build, 'live', { checkpoint: cursorIn(place), records, share: 1 })
  }

  /** What the build is to others is another: another version has taken its place, or it has taken that of another one. */
  changedBeside(build: ProjectionBuild): void {
    if (this.#build === undefined || !isSameBuild(this.#build, build) || this.#build.revision >= build.revision) return
    const { state, revision } = build
    this.#build = { ...this.#build, state, revision }
    this.#show({ ...this.#status, isCurrent: state === 'current' })
  }

  follow(build: ProjectionBuild): void {
    const { parked } = notesIn(build)
    if (parked !== undefined) return this.park(build, parked)
    this.reached.hinder(undefined)
    this.#see(build, build.state === 'building' ? 'building' : 'following')
  }

  park(build: ProjectionBuild, parked: ParkedProjection): void {
    this.#see(build, 'parked', { parked })
    if (this.reached.hindrance !== undefined) return
    const error = parkedError(build, parked)
    this.#options.world.logger.log('error', error.message, { hint: error.hint })
    this.#hinder(error)
  }

  wait(error: RefoldError): void {
    this.#options.world.logger.log('warn', `projection ${this.#options.definition.name} waits: ${error.message}`)
    this.#show({ ...this.#plain(), phase: 'waiting', trouble: toErrorData(error) })
  }

  stop(error: RefoldError): void {
    this.#hinder(error)
    if (error.code === 'CLOSED') return this.#show({ ...this.#plain(), phase: 'stopped' })
    this.#options.world.logger.log('error', `projection ${this.#options.definition.name} stopped: ${error.message}`)
    this.#show({ ...this.#plain(), phase: 'stopped', trouble: toErrorData(error) })
  }

  /** `more`: what is known better than the stored build says it. */
  #see(seen: ProjectionBuild, phase: ProjectionStatus['phase'], more: Partial<ProjectionStatus> = {}): void {
    const build = this.#withNewerState(seen)
    this.#build = build
    const { checkpoint, state, version } = build
    if (checkpoint !== null && answers(build)) this.reached.to(checkpoint)
    const share = this.#newest === 0 ? 1 : Math.min(1, Number((checkpoint ?? '0').split('/')[0]) / this.#newest)
    const { records } = notesIn(build)
    this.#show({
      version,
      phase,
      isCurrent: state === 'current',
      checkpoint: cursorIn(checkpoint),
      records,
      share,
      ...more,
    })
    for (const waiter of this.#waiters) if (waiter.isMet()) this.#end(waiter, () => waiter.resolve())
  }

  /** The process that keeps it up learns with its next commit only what it is to others. */
  #withNewerState(build: ProjectionBuild): ProjectionBuild {
    const known = this.#build
    if (known === undefined || !isSameBuild(known, build) || known.revision <= build.revision) return build
    return { ...build, state: known.state, revision: known.revision }
  }

  #hinder(error: RefoldError): void {
    this.reached.hinder(error)
    for (const waiter of this.#waiters) this.#end(waiter, () => waiter.reject(error))
  }

  #end(waiter: Waiter, settle: () => void): void {
    this.#waiters.delete(waiter)
    settle()
  }

  #plain(): ProjectionStatus {
    const { parked: _parked, trouble: _trouble, ...status } = this.#status
    return status
  }

  #show(status: ProjectionStatus): void {
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return
    this.#status = Object.freeze(status)
    const { onStatus, world } = this.#options
    const failed = (error: unknown): void => world.logger.log('error', 'onStatus threw', { error })
    callUser(() => onStatus?.(status), failed)
  }
}

/** A later generation answers only when it has taken the place of the one before. */
function answers({ state, generation }: ProjectionBuild): boolean {
  return state !== 'building' || generation === 1
}

function cursorIn(checkpoint: string | null): Cursor | undefined {
  return checkpoint === null ? undefined : (checkpoint as Cursor) // `cursorOf` made it
}

function parkedError({ projection, version }: ProjectionBuild, parked: ParkedProjection): RefoldError {
  const { agent, revision, type, error } = parked
  const record = revision === undefined ? 'a record' : `record ${revision} ("${type}")`
  const where = `${record} of ${agent.name}-${agent.id}`
  return new RefoldError('PROJECTION_PARKED', `projection ${projection} stands before ${where}: ${error.message}`, {
    facts: { projection, version, ...parked },
    cause: error,
    hint: 'It answers with what it holds. Repair its code and open it again, or call `retry`.',
  })
}
