/** Timers that a dead worker left, of agents whose code is not where its death is seen. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { outliveLease, startWorker } from './process.fixture.js'
import { workAgent } from './work-agent.fixture.js'

const nap = (name: string, version: number) =>
  defineAgent({
    name,
    version,
    machine: setup({}).createMachine({
      initial: 'asleep',
      states: { asleep: { after: { 1_000: 'awake' } }, awake: { type: 'final' } },
    }),
  })

test('RCV-375 a timer that a dead worker left is reported with NEEDS_MIGRATION by a process without the version of its agent, and not by one without its definition', async () => {
  const log = memoryLog()
  const work = workAgent({ body: controlledBody().body })
  const [first, foreign] = [nap('nap', 1), nap('foreign', 1)]
  const old = await startWorker({ log, agents: [work, first, foreign] })
  const next = await startWorker({ log, agents: [work, nap('nap', 2)], time: old.time })
  await old.runtime.start(work, { id: '1' })
  for (const definition of [first, foreign]) await old.runtime.start(definition, { id: '1' })
  await settle()
  old.die()
  await outliveLease(old.time)
  expect(next.takenOver).toMatchObject([{ agent: { name: 'work' } }])
  expect(next.reports).toMatchObject([{ code: 'NEEDS_MIGRATION', agent: { name: 'nap' } }])
})
