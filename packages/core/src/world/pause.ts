import type { World } from './world.js'

/** Resolves after at least that long, by the world's clock. */
export function pause(delayMs: number, { clock }: Pick<World, 'clock'>): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimer(resolve, delayMs)
  })
}
