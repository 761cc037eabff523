/** Plays one named interleaving: afterwards all invariants are checked, and a failure tells the whole story. */
import { Simulation } from '../simulation/simulation.js'
import type { SimulationOptions } from '../simulation/simulation.js'
import { checkInvariants } from '../simulation/invariants.js'
import type { InvariantOptions } from '../simulation/invariants.js'
import { safetyOf } from './job.fixture.js'

export async function play(
  options: SimulationOptions,
  scene: (simulation: Simulation) => Promise<InvariantOptions | void>,
): Promise<void> {
  await using simulation = new Simulation(options)
  try {
    const checks = await scene(simulation)
    await checkInvariants(simulation, { safetyOf, ...checks })
  } catch (error) {
    if (error instanceof Error && !error.message.includes('\nseed ')) error.message += `\n\n${simulation.story()}`
    throw error
  }
}
