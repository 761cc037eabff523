/** The builds of a projection: which one is kept up, which one answers, which one is shown, and which ones are not needed any more. */
import type { JsonValue } from '../json/json-value.js'
import { isRefoldError } from '../errors.js'
import { heldAt } from '../history/log-cursor.js'
import type { AgentLog } from '../log/agent-log.js'
import type { ParkedProjection } from '../public/projection.js'
import type { BuildChange, ProjectionBuild, Projections } from '../store/projection-port.js'
import type { ProjectionInternals } from './define-projection.js'

/** What a projection remembers with a build. */
export interface BuildNotes {
  readonly records: number
  readonly parked?: ParkedProjection
  /** Whose records it is made of, by their names; `null`: all; absent: an older release has made it, and did not say. */
  readonly definitions?: readonly string[] | null
}

/** How long a build is kept that no one keeps up. */
const KEPT_MS = 24 * 60 * 60 * 1_000

/** A build before its first record. */
export function newBuild(definition: ProjectionInternals, generation: number, at: number): BuildChange {
  const { name, version, members } = definition
  const about = aboutOf({ records: 0, definitions: definition.definitions ?? null })
  const build = { projection: name, version, generation, revision: 1, state: 'building', checkpoint: null } as const
  return { build: { ...build, members, at, about }, expected: 0 }
}

/** The build after a change to it. */
export function changed(
  build: ProjectionBuild,
  change: Partial<Pick<ProjectionBuild, 'state' | 'checkpoint' | 'about'>> & Pick<ProjectionBuild, 'at'>,
): BuildChange {
  return { build: { ...build, ...change, revision: build.revision + 1 }, expected: build.revision }
}

export function aboutOf(notes: BuildNotes): JsonValue {
  return notes as unknown as JsonValue // plain data
}

export function notesIn({ about }: ProjectionBuild): BuildNotes {
  return about as unknown as BuildNotes // `aboutOf` made it
}

/** Documents of other definitions' records are other documents. */
export function isMadeOf(build: ProjectionBuild, { definitions }: Pick<ProjectionInternals, 'definitions'>): boolean {
  const made = notesIn(build).definitions
  if (made === undefined) return true
  const named = (names: readonly string[] | null | undefined): string => JSON.stringify(names?.toSorted() ?? null)
  return named(made) === named(definitions)
}

export function isSameBuild(one: ProjectionBuild, other: ProjectionBuild): boolean {
  return one.version === other.version && one.generation === other.generation
}

/** That which answers for a version: the newest one that has caught up, else the one that is on the way to it. */
export function servingBuild(builds: readonly ProjectionBuild[], version: number): ProjectionBuild | undefined {
  const own = builds.filter((build) => build.version === version)
  return own.findLast(({ state }) => state !== 'building') ?? own.at(-1)
}

/** That which is on the way beside one that answers, or to the first answer. */
export function unfinishedBuild(builds: readonly ProjectionBuild[], version: number): ProjectionBuild | undefined {
  const last = builds.findLast((build) => build.version === version)
  return last?.state === 'building' ? last : undefined
}

/** The build as it is now; `undefined`: it is gone, or its version is answered by a newer generation. */
export function neededBuild(builds: readonly ProjectionBuild[], build: ProjectionBuild): ProjectionBuild | undefined {
  const needed = [servingBuild(builds, build.version), unfinishedBuild(builds, build.version)]
  return needed.find((one) => one !== undefined && isSameBuild(one, build))
}

/** Those that no one has kept up for a day. What is current, and what this version needs, stays. */
export function unusedBuilds(
  builds: readonly ProjectionBuild[],
  { version, now }: { readonly version: number; readonly now: number },
): readonly ProjectionBuild[] {
  const needed = [servingBuild(builds, version), unfinishedBuild(builds, version)]
  return builds.filter((build) => build.state !== 'current' && !needed.includes(build) && build.at < now - KEPT_MS)
}

/**
 * The build becomes the current one, in the place of whichever is. Unless it is `forced`, a newer version stays what it is,
 * and the build stands behind it; and documents of the same version are not replaced by older ones. Resolves to the build as it is then; `undefined`: someone else has changed it.
 */
export async function makeCurrent(
  projections: Projections,
  own: ProjectionBuild,
  { now, log, isForced }: { readonly now: () => number; readonly log: AgentLog; readonly isForced: boolean },
): Promise<ProjectionBuild | undefined> {
  for (;;) {
    const builds = await projections.builds(own.projection)
    const found = builds.find((build) => isSameBuild(build, own))
    if (found === undefined || found.checkpoint !== own.checkpoint) return undefined
    if (found.state === 'current') return found
    const other = builds.find(({ state }) => state === 'current')
    const isOlder = !isForced && other?.version === own.version && (await isAhead(other, own, log))
    if (isOlder) return found // more records are on their way
    const isBehind = other !== undefined && other.version > own.version && !isForced
    if (isBehind && found.state === 'previous') return found
    const at = now()
    const next = changed(found, { state: isBehind ? 'previous' : 'current', at })
    const replaced = other === undefined || isBehind ? [] : [changed(other, { state: 'previous', at: other.at })]
    if (await projections.commit([...replaced, next])) return next.build
  }
}

/** Of what the log does not hold, as a backup of the agents was put back, no record is on its way. */
async function isAhead(one: ProjectionBuild, other: ProjectionBuild, log: AgentLog): Promise<boolean> {
  const place = other.checkpoint ?? ''
  if (one.checkpoint === null || one.checkpoint <= place) return false
  try {
    return (await heldAt(log, one.checkpoint)).cursor > place
  } catch (error) {
    if (isRefoldError(error, 'CURSOR_LOST')) return false
    throw error
  }
}
