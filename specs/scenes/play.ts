/** Plays a scene on simulated time, with the memory store. A failure tells the whole story. */
import { memoryLog, memoryStore } from '@refold/core'
import { Simulation } from '@refold/testing'

/** Runs one scene; `seed` names it in the story and makes it the same each time. */
export async function play(seed: string, scene: (simulation: Simulation) => Promise<void>): Promise<void> {
  await using simulation = new Simulation({ seed, backing: sharedMemory })
  try {
    await scene(simulation)
  } catch (error) {
    if (error instanceof Error && !error.message.includes('\nseed ')) error.message += `\n\n${simulation.story()}`
    throw error
  }
}

/** One log in memory; each process has its own connection to it. */
function sharedMemory() {
  const log = memoryLog()
  return { open: () => memoryStore(log), dispose: () => undefined }
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('it was not rejected')
}
