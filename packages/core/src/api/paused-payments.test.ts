/** Payments that run on while their agent is paused, in a worker that has no room to spare. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startWorker, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

test('WRK-94 a payment keeps the place of its agent while that is paused, and is not in doubt when it is resumed', async () => {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body, policy: { safety: 'never-retry' } })
  const { runtime, reports } = await startWorker({ log, agents: [definition], capacity: 1 })
  const agent = await runtime.start(definition, { id: '1' })
  await settle()
  await agent.pause()
  const next = await runtime.start(definition, { id: '2' })
  await settle()
  await agent.resume()
  await settle()
  expect(await agent.inDoubt()).toEqual([])
  expect(reports).toEqual([])
  work.last.resolve('paid')
  await settle()
  expect(agent.getSnapshot().value).toBe('worked')
  expect(await typesOf(log, 'work-1')).not.toContain('refold.released')
  expect(next.getSnapshot().effects).toHaveLength(1)
  expect(work.runs).toHaveLength(2)
})

test('WRK-94 what is aborted by a pause keeps no place', async () => {
  const log = memoryLog()
  const work = controlledBody()
  const definition = workAgent({ body: work.body })
  const { runtime } = await startWorker({ log, agents: [definition], capacity: 1 })
  const agent = await runtime.start(definition, { id: '1' })
  await settle()
  await agent.pause()
  await runtime.start(definition, { id: '2' })
  await settle()
  expect(work.runs).toHaveLength(2)
})
