/** An agent of any machine, under the name `odd`. */
import { defineAgent } from '@refold/core'
import type { AnyAgent } from '@refold/core'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import type { AnyStateMachine } from 'xstate'

export interface Running {
  readonly a: SimulatedProcess
  readonly agent: AnyAgent
}

/** Starts the agent `odd-1` in the process `a`. */
export async function running(simulation: Simulation, machine: AnyStateMachine): Promise<Running> {
  const a = simulation.process('a', {
    agents: () => [defineAgent({ name: 'odd', version: 1, machine: machine as never })],
  })
  await simulation.until(a.start())
  return { a, agent: await simulation.until(a.startAgent('odd', { id: '1' })) }
}

/** The types of its records. */
export async function recordsOf(simulation: Simulation): Promise<readonly string[]> {
  return (await simulation.records('odd-1')).map(({ type }) => type)
}
