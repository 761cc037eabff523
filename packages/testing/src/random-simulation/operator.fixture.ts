/** A person who looks at effects in doubt, asks the provider what became of them, and decides. */
import type { AnyAgent } from '@refold/core'
import type { SimulatedProcess } from '../simulation/simulated-process.js'
import type { Simulation } from '../simulation/simulation.js'

interface Desk {
  readonly agent: AnyAgent
  readonly process: SimulatedProcess
}

/** Completes what happened; lets what surely did not happen be done again. */
export async function decideDoubts(simulation: Simulation, { agent, process }: Desk): Promise<void> {
  const doubts = await simulation.until(process.perform(() => agent.inDoubt()))
  for (const { effect, src, input, inDoubt } of doubts) {
    if (inDoubt === undefined) continue
    const bodies = simulation.effects
      .began({ src })
      .filter((body) => JSON.stringify(body.input) === JSON.stringify(input))
    const result = bodies.map(({ key }) => simulation.effects.resultOf(key)).find((found) => found !== undefined)
    const decision = result === undefined ? { again: true as const, force: true } : { complete: result.output }
    await simulation.until(
      process.perform(() => agent.resolve(effect, { ...decision, by: 'ana' })).catch(() => undefined),
    )
  }
}
