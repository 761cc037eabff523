/** What comes between a worker's decision to take an agent over and its append. */
import { expect, test } from 'vitest'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { outliveLease, startProcess, typesOf } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

test('an agent that ends while its claim is on the way is no trouble to report', async () => {
  const log = memoryLog()
  const time = new ManualTime()
  const definition = workAgent({ body: controlledBody().body })
  const start = (settings: { worker?: false } = {}) => startProcess({ log, time, agents: [definition], ...settings })
  const dead = await start()
  await dead.runtime.start(definition, { id: '1' })
  dead.die()
  const sender = await start({ worker: false })
  const agent = await sender.runtime.attach(definition, '1')
  const heir = await start()
  let release = (): void => {}
  heir.store.faults.push({ until: new Promise<void>((resolve) => (release = resolve)) })
  await outliveLease(time)
  expect(heir.store.appends.at(-1)?.types).toEqual(['refold.claimed'])
  await agent.send({ type: 'finish' })
  release()
  await settle()
  expect(await typesOf(log, 'work-1')).toEqual(['refold.started', 'finish'])
  expect(heir.reports).toEqual([])
})
