/** A process that has just begun takes nothing over: it may be a short script. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { LEASE_MS, startProcess } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const YOUNG = { worker: { leaseDurationMs: LEASE_MS, takeoverAfterMs: 500 } }

/** Two agents that no one performs: one with an effect, one that is parked. */
async function left() {
  const log = memoryLog()
  const time = new ManualTime()
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const parked = workAgent({ body: work.body, initial: 'parked' })
  const client = await startProcess({ log, time, agents: [definition], worker: false })
  await client.runtime.start(definition, { id: '1' })
  const other = await startProcess({ log, time, agents: [parked], worker: false })
  await other.runtime.start(parked, { id: '2' })
  return { log, time, work, definition }
}

test('WRK-12 a short script that could perform takes nothing over, whatever it attaches to and sends', async () => {
  const { log, time, work, definition } = await left()
  const script = await startProcess({ log, time, agents: [definition], ...YOUNG })
  await (await script.runtime.attach(definition, '1')).send({ type: 'note', text: 'a' })
  await (await script.runtime.attach(definition, '2')).send({ type: 'go' })
  await time.advance(499)
  expect(work.runs).toHaveLength(0)
  await script.runtime.close()
  await time.advance(10_000)
  expect([work.runs.length, script.takenOver]).toEqual([0, []])
})

test('WRK-12 one that lives on takes up what it found, and what it was asked for meanwhile; what it starts it performs at once', async () => {
  const { log, time, work, definition } = await left()
  const worker = await startProcess({ log, time, agents: [definition], ...YOUNG })
  await (await worker.runtime.attach(definition, '2')).send({ type: 'go' })
  await worker.runtime.start(definition, { id: '3' })
  await settle()
  expect(work.runs).toHaveLength(1)
  await time.advance(500)
  expect(work.runs).toHaveLength(3)
  expect(worker.takenOver.map(({ agent }) => agent.id).toSorted((a, b) => a.localeCompare(b))).toEqual(['1', '2'])
  expect((await worker.runtime.recovered).reports).toEqual([])
})

test('WRK-12 a worker by name waits for nothing', async () => {
  const { log, time, work, definition } = await left()
  const worker = await startProcess({ log, time, agents: [definition], worker: { takeoverAfterMs: 0 } })
  await worker.runtime.recovered
  await settle()
  expect(work.runs).toHaveLength(1)
})
