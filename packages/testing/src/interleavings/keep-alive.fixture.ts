/** What a supervisor does. */
import { expect } from 'vitest'
import type { Simulation } from '../simulation/simulation.js'
import type { SimulatedProcess } from '../simulation/simulated-process.js'

/** More restarts than it may take to find the one that kills. */
const MOST_RESTARTS = 12

/** A supervisor: starts the process again whenever it died, until it stays up for a minute. */
export async function keepAlive(simulation: Simulation, process: SimulatedProcess): Promise<void> {
  for (let restarts = 0; restarts <= MOST_RESTARTS; restarts++) {
    const diesWithin = simulation.when(() => process.state === 'down', { withinMs: 60_000 })
    if (
      await diesWithin.then(
        () => false,
        () => true,
      )
    )
      return
    await simulation.until(process.start()).catch(() => undefined)
  }
  expect.fail(`the process died ${MOST_RESTARTS} times, and again`)
}
