/** `client.project`: a projection as its users hold it. */
import { codeErrors } from '../coded.js'
import { checkOptions, optionRule } from '../option-values.js'
import { streamOf } from '../definition/agent-address.js'
import { RefoldError } from '../errors.js'
import { cursorOf, heldAt } from '../history/log-cursor.js'
import type { JsonValue } from '../json/json-value.js'
import type { AgentLog } from '../log/agent-log.js'
import type { AnyAgent } from '../public/agent.js'
import type {
  AtOptions,
  EntriesOptions,
  ProjectionDefinition,
  ProjectionPlace,
  ProjectionStatus,
  ProjectOptions,
} from '../public/projection.js'
import type { ProjectionBuild, Projections } from '../store/projection-port.js'
import { ASYNC_DISPOSE } from '../world/async-dispose.js'
import { untilAborted } from '../world/until-aborted.js'
import type { World } from '../world/world.js'
import {
  changed,
  isMadeOf,
  makeCurrent,
  newBuild,
  notesIn,
  servingBuild,
  unfinishedBuild,
  unusedBuilds,
} from './builds.js'
import { projectionInternals, type ProjectionInternals } from './define-projection.js'
import { ProjectionRun } from './projection-run.js'
import { ProjectionState } from './projection-state.js'

export interface ProjectionPlaces {
  readonly projections: Projections | undefined
  readonly log: AgentLog
  readonly world: World
}

/** Rejects with `INVALID_INPUT`, also where its documents are of other definitions' records, `CURSOR_LOST`, or what the store says. */
export async function openProjection(
  places: ProjectionPlaces,
  asked: ProjectionDefinition,
  { onStatus, rebuild = false }: ProjectOptions,
): Promise<OpenProjection> {
  const definition = projectionInternals(asked)
  const { projections, log, world } = places
  if (projections === undefined)
    throw new RefoldError('INVALID_INPUT', 'the store keeps no documents of projections', {
      hint: "Keep them in a file of their own: createClient({ projections: sqliteStore('views.db'), … }).",
    })
  const parts = { definition, projections, log, world }
  await dropUnused(parts)
  if (rebuild) await beginAgain(parts)
  else await requireInLog(parts)
  return new OpenProjection(parts, onStatus)
}

interface Parts {
  readonly definition: ProjectionInternals
  readonly projections: Projections
  readonly log: AgentLog
  readonly world: World
}

async function dropUnused({ definition: { name, version }, projections, world }: Parts): Promise<void> {
  const unused = unusedBuilds(await projections.builds(name), { version, now: world.clock.now() })
  for (const build of unused) await projections.remove(build)
}

/** A build of this version beside the one that answers; where one is on its way already, that one. Its generation. */
async function beginAgain({ definition, projections, world }: Parts): Promise<number> {
  const { name, version } = definition
  for (;;) {
    const own = (await projections.builds(name)).filter((build) => build.version === version)
    const unfinished = unfinishedBuild(own, version)
    if (unfinished !== undefined && isMadeOf(unfinished, definition)) return unfinished.generation
    const generation = (own.at(-1)?.generation ?? 0) + 1
    if (await projections.commit([newBuild(definition, generation, world.clock.now())])) return generation
  }
}

async function requireInLog({ definition, projections, log, world }: Parts): Promise<void> {
  const { name, version } = definition
  const builds = await projections.builds(name)
  const build = unfinishedBuild(builds, version) ?? servingBuild(builds, version)
  if (build !== undefined && !isMadeOf(build, definition)) throw madeOfOthers(build, definition)
  if (typeof build?.checkpoint !== 'string') return
  try {
    const { cursor } = await heldAt(log, build.checkpoint)
    if (cursor !== build.checkpoint) await moveTo(cursor, build, { projections, world })
  } catch (error) {
    if (!(error instanceof RefoldError) || error.code !== 'CURSOR_LOST') throw error
    throw new RefoldError(
      'CURSOR_LOST',
      `projection ${name} is ahead of the log, or of another one: ${error.message}`,
      {
        cause: error,
        facts: { ...error.facts, projection: name, version },
        hint: 'Open it with { rebuild: true } to make it again from the first record.',
      },
    )
  }
}

/** The log was copied: what is compared with its places has to have its positions. One who was faster has done the same. */
async function moveTo(
  checkpoint: string,
  build: ProjectionBuild,
  { projections, world }: Pick<Parts, 'projections' | 'world'>,
): Promise<void> {
  await projections.commit([changed(build, { checkpoint, at: world.clock.now() })])
}

function madeOfOthers(build: ProjectionBuild, { name, version, definitions }: ProjectionInternals): RefoldError {
  const of = (names: readonly string[] | null | undefined): string => names?.join(', ') ?? 'all agents'
  return new RefoldError(
    'INVALID_INPUT',
    `version ${version} of the projection ${name} was made of the records of ${of(notesIn(build).definitions)}, and is defined for ${of(definitions)}`,
    {
      hint: 'Raise its version: the new one is made from the first record, beside the one that answers. Or open it once with { rebuild: true }.',
      facts: { projection: name, version },
    },
  )
}

export class OpenProjection {
  readonly name: string
  readonly version: number
  readonly #parts: Parts
  readonly #state: ProjectionState
  readonly #run: ProjectionRun
  #closing: Promise<void> | undefined

  constructor(parts: Parts, onStatus: ProjectOptions['onStatus']) {
    this.#parts = parts
    this.name = parts.definition.name
    this.version = parts.definition.version
    this.#state = new ProjectionState({ ...parts, onStatus })
    this.#run = new ProjectionRun({ ...parts, state: this.#state })
  }

  get status(): ProjectionStatus {
    return this.#state.status
  }

  get ready(): Promise<void> {
    return this.#state.until(() => this.#isBuilt)
  }

  async get(key: string): Promise<JsonValue | undefined> {
    this.#assertOpen()
    const build = await this.#serving()
    return build && (await this.#parts.projections.get(build, [key])).get(key)
  }

  async *entries(options: EntriesOptions = {}): AsyncGenerator<readonly [string, JsonValue], void, undefined> {
    this.#assertOpen()
    checkOptions(options, { after: optionRule.text, limit: optionRule.limit })
    const build = await this.#serving()
    if (build === undefined) return
    for await (const page of this.#parts.projections.entries(build, options)) yield* page
  }

  async at(place: ProjectionPlace, options: AtOptions = {}): Promise<void> {
    this.#assertOpen()
    checkOptions(options, { timeoutMs: optionRule.ms(0, Infinity), signal: optionRule.signal })
    return this.#state.reached.wait(cursorTo(place, this.#parts.log), options)
  }

  async retry(): Promise<void> {
    this.#assertOpen()
    if (this.status.phase === 'parked') this.#goOn()
  }

  async rebuild(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#assertOpen()
    checkOptions(options, { signal: optionRule.signal })
    const { signal } = options
    assertNotAborted(signal)
    const generation = await beginAgain(this.#parts)
    this.#goOn({ rebuilds: signal?.aborted !== true })
    assertNotAborted(signal)
    const isDone = (): boolean => this.#isBuilt && (this.#state.build?.generation ?? 0) >= generation
    const built = this.#state.until(isDone).then(() => true)
    if ((await untilAborted(built, signal)) === true) return
    this.#run.interrupt({ rebuilds: false })
    throw aborted(signal)
  }

  async rollback(): Promise<void> {
    await this.ready
    const { projections, log, world } = this.#parts
    const now = (): number => world.clock.now()
    for (;;) {
      this.#assertOpen()
      const build = await this.#serving()
      if (build === undefined) return
      const current = await makeCurrent(projections, build, { now, log, isForced: true })
      if (current !== undefined) return this.#state.changedBeside(current)
    }
  }

  /** It is closed, or cannot go on. */
  get ended(): Promise<void> {
    return this.#run.ended
  }
  close(): Promise<void> {
    return (this.#closing ??= this.#run.close())
  }
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close()
  }

  /** Who waits from now on hears of no failure before, but for one that has stopped it for good. */
  #goOn(how: { readonly rebuilds?: boolean } = {}): void {
    if (this.status.phase !== 'stopped') this.#state.reached.hinder(undefined)
    this.#run.interrupt(how)
  }

  get #isBuilt(): boolean {
    const { build } = this.#state
    return build !== undefined && build.state !== 'building'
  }

  async #serving(): Promise<ReturnType<typeof servingBuild>> {
    return servingBuild(await this.#parts.projections.builds(this.name), this.version)
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new RefoldError('CLOSED', 'the projection is closed')
  }
}

codeErrors(OpenProjection.prototype)

/** Rejects with `CURSOR_LOST` for a record that the log does not hold. */
async function cursorTo(place: ProjectionPlace, log: AgentLog): Promise<string> {
  if (typeof place === 'string') {
    return (await heldAt(log, place)).cursor
  }
  const { name, id } = place
  const revision = isHandle(place) ? place.getSnapshot().revision : place.revision
  for await (const [found] of log.read(streamOf(name, id), { from: revision, limit: 1 }))
    if (found !== undefined) return cursorOf(found)
  throw new RefoldError('CURSOR_LOST', `the log does not hold record ${revision} of ${name}-${id}`, {
    facts: { agent: `${name}-${id}`, revision },
  })
}

function isHandle(place: Exclude<ProjectionPlace, string>): place is AnyAgent {
  return typeof (place as Partial<AnyAgent>).getSnapshot === 'function'
}

function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted(signal)
}

function aborted(signal: AbortSignal | undefined): RefoldError {
  return new RefoldError('ABORTED', 'the rebuild was aborted', { cause: signal?.reason })
}
