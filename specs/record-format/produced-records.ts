/** Records as the runtime really writes them: the sample agents, run in a process that dies, and is drained, on the way. */
import { isRefoldError } from '@refold/core'
import type { StoredEvent } from '@refold/core'
import type { SimulatedProcess, Simulation } from '@refold/testing'
import { early, failing, payment, research } from './sample-agents.js'
import { chief, helper } from './sample-correspondents.js'

/** One agent's stream, in order. */
export interface ProducedStream {
  readonly stream: string
  readonly records: readonly StoredEvent[]
}

/** Runs every sample agent to its end. */
export async function produceRecords(simulation: Simulation): Promise<readonly ProducedStream[]> {
  const process = simulation.process('worker', { agents: () => [research, payment, failing, chief, helper, early] })
  await simulation.until(process.start())
  await startAll(simulation, process)
  process.kill()
  await simulation.until(process.start())
  await simulation.until(process.startAgent('payment', { id: 'p2' }))
  await simulation.until(process.drain({ by: 'ana', reason: 'a new kernel', deadlineMs: 0 }))
  await simulation.until(process.start())
  await correspond(simulation, process)
  await comeEarly(simulation, process)
  await endAll(simulation, process)
  const begun = [
    'research-r1',
    'payment-p1',
    'payment-p2',
    'failing-f1',
    'chief-c1',
    'helper-h1',
    'helper-h3',
    'early-e1',
  ]
  const forks = await forkAll(simulation, { process, streams: begun })
  return await Promise.all(
    [...begun, ...forks].map(async (stream) => ({ stream, records: await simulation.records(stream) })),
  )
}

/** A fork of each agent after each of its records, in one way or the other; each goes on for a while, some are forked again. */
async function forkAll(
  simulation: Simulation,
  { process, streams }: { readonly process: SimulatedProcess; readonly streams: readonly string[] },
): Promise<readonly string[]> {
  const forks: string[] = []
  for (const stream of streams) {
    const [name = '', id = ''] = stream.split('-')
    const { length } = await simulation.records(stream)
    for (let at = 0; at < length; at++) {
      const [keys, timers] = [at % 2 === 0 ? 'new' : 'keep', (['shift', 'keep', 'drop'] as const)[at % 3]]
      const fork = async (from: string, options: object): Promise<void> => {
        const made = process.perform((runtime) => runtime.fork(process.definition(name), from, options as never))
        const agent = await simulation.until(made)
        forks.push(`${name}-${agent.id}`)
        await simulation.until(agent.resume({ by: 'ana' }))
      }
      try {
        await fork(id, { as: `${id}.${at}`, at, keys, timers, by: 'ana', reason: 'what if?' })
        if (at % 4 === 1) await fork(`${id}.${at}`, { as: `${id}.${at}.again`, at: 0, keys: 'new' })
      } catch (error) {
        if (!isRefoldError(error, 'NOT_ACTIVE')) throw error // from its end on
      }
    }
  }
  await simulation.advance(5_000)
  return forks
}

/** Messages that arrive, that are not taken, and the reports of detached children; one of them waits while the chief is paused, and one child is cancelled with it. */
async function correspond(simulation: Simulation, process: SimulatedProcess): Promise<void> {
  const asking = await simulation.until(process.startAgent('chief', { id: 'c1' }))
  await simulation.until(asking.pause())
  await simulation.until(asking.send({ type: 'delegate', id: 'h1' }))
  await simulation.until(asking.resume())
  await simulation.until(asking.waitFor((state) => state.context.reports.length === 1))
  await simulation.until(asking.send({ type: 'delegate', id: 'h1' }))
  await simulation.until(asking.waitFor((state) => state.context.reports.length === 2))
  await simulation.until(asking.waitFor((state) => state.context.lost.length === 2))
  for (const id of ['h2', 'h3']) await simulation.until(asking.send({ type: 'let go', id }))
  await simulation.advance(1_000)
  await simulation.until(
    (await simulation.until(process.attach('helper', 'h2'))).send({ type: 'hurry', why: 'all is done' }),
  )
  await simulation.until(asking.cancel({ children: 'cancel', by: 'ana', reason: 'all is done' }))
  await simulation.advance(1_000)
}

/** A first event that is kept, one that is refused in its turn, one that is taken, one that is left at the end. */
async function comeEarly(simulation: Simulation, process: SimulatedProcess): Promise<void> {
  const waiting = await simulation.until(process.startAgent('early', { id: 'e1', event: { type: 'bad' } }))
  await simulation.until(waiting.send({ type: 'approve', by: 'ana' }, { id: 'a1' }))
  await simulation.until(waiting.send({ type: 'ask' }))
  await simulation.until(waiting.send({ type: 'approve', by: 'bo' }))
  await simulation.until(waiting.send({ type: 'end' }))
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
