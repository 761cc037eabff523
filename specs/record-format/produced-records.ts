/** Records as the runtime really writes them: the sample agents, run in a process that dies on the way. */
import type { StoredEvent } from '@refold/core'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { failing, payment, research } from './sample-agents.js'

/** One agent's stream, in order. */
export interface ProducedStream {
  readonly stream: string
  readonly records: readonly StoredEvent[]
}

/** Runs every sample agent to its end. */
export async function produceRecords(simulation: Simulation): Promise<readonly ProducedStream[]> {
  const process = simulation.process('worker', { agents: () => [research, payment, failing] })
  await simulation.until(process.start())
  await startAll(simulation, process)
  process.kill()
  await simulation.until(process.start())
  await endAll(simulation, process)
  return await Promise.all(
    ['research-r1', 'payment-p1', 'failing-f1'].map(async (stream) => ({
      stream,
      records: await simulation.records(stream),
    })),
  )
}

async function startAll(simulation: Simulation, process: SimulatedProcess): Promise<void> {
  const writing = await simulation.until(process.startAgent('research', { id: 'r1', input: { topic: 'whales' } }))
  const paying = await simulation.until(process.startAgent('payment', { id: 'p1' }))
  const asking = await simulation.until(process.startAgent('failing', { id: 'f1' }))
  await simulation.until(writing.waitFor((state) => state.matches({ review: { helping: 'late' } })))
  await simulation.until(asking.waitFor((state) => state.condition === 'blocked'))
  await simulation.until(paying.pause({ by: 'ana', reason: 'lunch' }))
}

async function endAll(simulation: Simulation, process: SimulatedProcess): Promise<void> {
  const writing = await simulation.until(process.attach('research', 'r1'))
  const paying = await simulation.until(process.attach('payment', 'p1'))
  const asking = await simulation.until(process.attach('failing', 'f1'))
  await simulation.until(paying.resume({ by: 'ana' }))
  await simulation.until(paying.waitFor((state) => state.condition === 'in-doubt'))
  await simulation.until(paying.send({ type: 'withdraw' }))
  await simulation.until(asking.cancel({ by: 'ana', reason: 'the chart is wrong', deadlineMs: 1_000 }))
  await simulation.advance(1_000)
  const approval = await simulation.until(writing.approval('approve'))
  await simulation.until(writing.send({ type: 'approve', by: 'ana' }, { id: 'approval-1', by: 'ana', approval }))
}
