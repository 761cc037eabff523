/** Records as the runtime really writes them: the sample agents, run on the memory store. */
import { createRuntime, memoryLog, memoryStore } from '@refold/core'
import type { StoredEvent } from '@refold/core'
import { failing, payment, research } from './sample-agents.js'

/** One agent's stream, in order. */
export interface ProducedStream {
  readonly stream: string
  readonly records: readonly StoredEvent[]
}

/** Runs every sample agent to its end, with a process that dies and is followed by another one between. */
export async function produceRecords(): Promise<readonly ProducedStream[]> {
  const log = memoryLog()
  const agents = [research, payment, failing] as const
  {
    await using runtime = await createRuntime({ store: memoryStore(log), agents })
    await startAll(runtime)
  }
  {
    await using runtime = await createRuntime({ store: memoryStore(log), agents })
    await endAll(runtime)
  }
  return await Promise.all(['research-r1', 'payment-p1', 'failing-f1'].map(async (stream) => ({ stream, records: await readStream(memoryStore(log), stream) })))
}

type SampleRuntime = Awaited<ReturnType<typeof createRuntime<typeof research | typeof payment | typeof failing>>>

async function startAll(runtime: SampleRuntime): Promise<void> {
  const writing = await runtime.start(research, { id: 'r1', input: { topic: 'whales' } })
  const paying = await runtime.start(payment, { id: 'p1' })
  const asking = await runtime.start(failing, { id: 'f1' })
  await writing.waitFor((state) => state.matches({ review: { helping: 'late' } }))
  await asking.waitFor((state) => state.condition === 'blocked')
  await paying.pause({ by: 'ana', reason: 'lunch' })
}

async function endAll(runtime: SampleRuntime): Promise<void> {
  const writing = await runtime.attach(research, 'r1')
  const paying = await runtime.attach(payment, 'p1')
  const asking = await runtime.attach(failing, 'f1')
  await writing.send({ type: 'approve', by: 'ana' }, { id: 'approval-1' })
  await paying.resume({ by: 'ana' })
  await paying.waitFor((state) => state.condition === 'in-doubt')
  await paying.send({ type: 'withdraw' })
  await asking.cancel({ reason: 'the chart is wrong' })
}

async function readStream(store: ReturnType<typeof memoryStore>, stream: string): Promise<readonly StoredEvent[]> {
  const records: StoredEvent[] = []
  for await (const page of store.read(stream)) records.push(...page)
  return records
}
