/** Projections and consumers in processes that die. */
import { defineAgent, defineConsumer, defineProjection, memoryLog, memoryStore } from '@refold/core'
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import type { FaultRule } from './faults.js'
import { Simulation } from './simulation.js'

const machine = setup({}).createMachine({
  initial: 'tick',
  states: { tick: { on: { next: 'tock' } }, tock: { on: { next: 'tick' } } },
})
const counted = defineAgent({ name: 'counted', version: 1, machine })
const counts = defineProjection({
  name: 'counts',
  version: 1,
  agents: [counted],
  initial: { records: 0 },
  key: () => 'all',
  evolve: ({ records }) => ({ records: records + 1 }),
})

/** Two processes, the first of which dies of the fault. */
async function twoProcesses(fault: FaultRule) {
  const log = memoryLog()
  const backing = () => ({ open: () => memoryStore(log), dispose() {} })
  const simulation = new Simulation({ seed: 1, backing, faults: [{ ...fault, process: 'a' }] })
  const [a, b] = ['a', 'b'].map((name) => simulation.process(name, { agents: () => [counted] }))
  if (a === undefined || b === undefined) throw new Error('two processes')
  await simulation.until(Promise.all([a.start(), b.start()]))
  return { simulation, a, b }
}

const CRASHES = [
  { operation: 'look', nth: 1, when: 'before' },
  { operation: 'commit', nth: 1, when: 'after' },
  { operation: 'commit', nth: 2, when: 'before' },
  { operation: 'commit', nth: 2, when: 'after' },
] as const

test.each(CRASHES)(
  'REV-237 a projection counts each record once when its process dies $when $operation $nth',
  async ({ operation, nth, when }) => {
    const rule: FaultRule = { operation, target: 'counts', nth, fault: { kind: 'crash', when } }
    const { simulation, a, b } = await twoProcesses(rule)
    await using _ = simulation
    const died = a.perform((runtime) => runtime.project(counts)).catch(() => undefined)
    const agent = await simulation.until(b.startAgent('counted', { id: '1', input: undefined }))
    for (let sent = 0; sent < 5; sent++) {
      await simulation.until(b.perform(() => agent.send({ type: 'next' })))
      await simulation.advance(400)
    }
    await simulation.until(died)
    expect(a.state).toBe('down')
    const view = await simulation.until(b.perform((runtime) => runtime.project(counts)))
    await simulation.advance(10_000)
    expect(await simulation.until(view.get('all'))).toEqual({ records: 6 })
  },
)

test('REV-237 a consumer whose process dies goes on in another one', async () => {
  const rule: FaultRule = { operation: 'put', target: 'consumer-seen-1', fault: { kind: 'crash', when: 'before' } }
  const { simulation, a, b } = await twoProcesses(rule)
  await using _ = simulation
  const seen: string[] = []
  for (const process of [a, b]) {
    const each = async ({ event }: { event: { revision: bigint } }) =>
      void seen.push(`${process.name} ${event.revision}`)
    const consumer = defineConsumer({ name: 'seen', agents: [counted], from: 'start', each })
    await simulation.until(process.perform((runtime) => runtime.consume(consumer)))
  }
  const agent = await simulation.until(b.startAgent('counted', { id: '1', input: undefined }))
  await simulation.advance(3_000)
  expect(a.state).toBe('down')
  await simulation.until(b.perform(() => agent.send({ type: 'next' })))
  await simulation.advance(20_000)
  expect(seen).toEqual(['a 0', 'b 0', 'b 1'])
})
