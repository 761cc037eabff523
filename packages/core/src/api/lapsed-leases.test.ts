/** What a worker begins after its lease was lost and came back while its effects waited for something else. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outliveLease, startWorker } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

test('EFF-365 an effect that waits for a slot while the lease lapses begins after its agent was read on', async () => {
  const [log, time] = [memoryLog(), new ManualTime()]
  const [ofA, ofB] = [controlledBody(), controlledBody()]
  const policy = { concurrency: 1 }
  const a = await startWorker({
    log,
    time,
    id: 'a',
    agents: [workAgent({ body: ofA.body, policy })],
    prepare: ({ store }) => (store.externalAppends = never), // what others append is not told
  })
  const definition = workAgent({ body: ofA.body, policy })
  await a.runtime.start(definition, { id: '1' })
  await settle()
  await a.runtime.start(definition, { id: '2' })
  await settle()
  expect(ofA.runs).toHaveLength(1)
  a.die()
  await startWorker({ log, time, id: 'b', agents: [workAgent({ body: ofB.body })] })
  await outliveLease(time)
  expect(ofB.runs).toHaveLength(2)
  for (const run of ofB.runs) run.resolve('by b')
  await settle()
  a.wake()
  await time.advance(5_000)
  ofA.last.resolve('late')
  await settle()
  expect(ofA.runs).toHaveLength(1)
})

async function* never(): AsyncGenerator<never, void, undefined> {
  await new Promise(() => {})
  yield* []
}
