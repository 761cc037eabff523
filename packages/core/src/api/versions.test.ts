/** Two versions of one definition side by side. */
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { startProcess } from './process.fixture.js'

function version(number: 1 | 2) {
  const machine = setup({ types: { events: {} as { type: 'go' } } }).createMachine({
    initial: 'a',
    states: { a: { on: { go: `in${number}` } }, in1: {}, in2: {} },
  })
  return defineAgent({ name: 'sided', version: number, machine })
}

test('RCV-7 an agent of version 1 is never decided by version 2, also while someone starts it as version 2', async () => {
  const log = memoryLog()
  const [one, two] = [version(1), version(2)]
  const { runtime: first } = await startProcess({ log, agents: [one] })
  for (let i = 0; i < 20; i++) await first.start(one, { id: `${i}` })
  const { runtime } = await startProcess({ log, agents: [one, two], worker: false })
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const held = await runtime.attach(one, `${i}`)
      const [, sent] = await Promise.all([runtime.start(two, { id: `${i}` }), held.send({ type: 'go' })])
      expect(sent.value).toBe('in1')
    }),
  )
})
