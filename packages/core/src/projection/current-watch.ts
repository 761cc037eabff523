/** Whether a build that is kept up is still the current one: another version may take its place, or give it back, at any time. */
import type { ProjectionBuild, Projections } from '../store/projection-port.js'
import type { World } from '../world/world.js'
import { isSameBuild } from './builds.js'
import type { ProjectionState } from './projection-state.js'

const LOOK_EVERY_MS = 1_000

export interface CurrentWatchOptions {
  readonly projections: Projections
  readonly world: Pick<World, 'clock'>
  readonly state: ProjectionState
}

/** Returns how to end it. A look that fails is made again. */
export function watchCurrent(build: ProjectionBuild, { projections, world, state }: CurrentWatchOptions): () => void {
  let isOver = false
  let cancel = (): void => {}
  const look = async (): Promise<void> => {
    const builds = await projections.builds(build.projection).catch(() => [])
    if (isOver) return
    const found = builds.find((one) => isSameBuild(one, build))
    if (found !== undefined) state.changedBeside(found)
    wait()
  }
  const wait = (): void => {
    cancel = world.clock.setTimer(() => void look(), LOOK_EVERY_MS)
  }
  wait()
  return () => {
    isOver = true
    cancel()
  }
}
