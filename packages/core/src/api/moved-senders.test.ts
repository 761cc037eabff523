/** Messages whose sender is moved, while they travel, to a version that the worker which carries them does not have. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { z } from 'zod'
import { agentContract } from '../definition/agent-contract.js'
import { defineAgent } from '../definition/define-agent.js'
import { sendToAgent } from '../definition/send-to-agent.js'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, startWorker, typesOf } from './process.fixture.js'

const box = agentContract({ name: 'box', events: { letter: z.object({}) } })
const boxAgent = defineAgent({
  ...box,
  version: 1,
  machine: setup({ types: { events: {} as { type: 'letter' } } }).createMachine({
    on: { letter: { actions: () => {} } },
  }),
})
const poster = (version: number) =>
  defineAgent({
    name: 'poster',
    version,
    machine: setup({}).createMachine({ entry: sendToAgent({ agent: box, id: '1' }, { type: 'letter' }) }),
  })

test('MSG-183 a message whose sender was moved to a version that is not here is left to those who have it', async () => {
  const log = memoryLog()
  const [one, two] = [poster(1), poster(2)]
  const old = await startWorker({ log, agents: [one, boxAgent] })
  await old.runtime.start(boxAgent, { id: '1' })
  const mover = await startProcess({ log, agents: [one, two, boxAgent], worker: false, time: old.time })
  let fail = (): void => {}
  const failed = new Promise<never>((_, reject) => (fail = () => reject(new RefoldError('STORE_REJECTED', 'not now'))))
  const { append } = old.store
  old.store.append = async (stream, ...rest) => (stream === 'box-1' ? failed : append.call(old.store, stream, ...rest))
  await old.runtime.start(one, { id: '1' })
  await settle()
  await (await mover.runtime.attach(one, '1')).pause()
  const moved = await mover.runtime.migrate(two, '1')
  await settle()
  fail()
  await old.time.advance(120_000)
  expect(old.reports.filter(({ code }) => code === 'UNKNOWN_DEFINITION')).toEqual([])
  expect(old.logged.filter(({ message }) => message.endsWith('it is tried again'))).toHaveLength(1)
  await moved.resume()
  await startWorker({ log, agents: [two], time: old.time })
  await settle()
  expect(await typesOf(log, 'box-1')).toEqual(['refold.started', 'letter'])
  expect((await typesOf(log, 'poster-1')).at(-1)).toBe('refold.message.acknowledged')
})
