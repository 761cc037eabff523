/** Attempts that ended with their worker: nothing but the change of owner tells it. */
import { createRuntime, defineAgent, effect, memoryLog, memoryStore } from '@refold/core'
import type { MemoryLog } from '@refold/core'
import { openHistory } from '@refold/core/history'
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import type { EffectBar } from '../contract/agent.js'
import { expense, fleet, worker } from '../fleet/expenses.fixture.js'
import { lanesOf } from './lanes.js'

async function barsOf(log: MemoryLog, stream: string, from?: number): Promise<readonly EffectBar[]> {
  return (await lanesOf(await openHistory(memoryStore(log), stream), { from })).effects
}

/** The same where one begins to look in the middle, but for workers of attempts that are over. */
async function barOf(log: MemoryLog, stream: string): Promise<EffectBar | undefined> {
  const [bar] = await barsOf(log, stream)
  const { last } = await openHistory(memoryStore(log), stream)
  if (bar?.end === undefined)
    expect((await barsOf(log, stream, last)).map(withoutWorkers)).toEqual([bar].map(withoutWorkers))
  return bar
}

const withoutWorkers = (bar: EffectBar | undefined) => ({
  ...bar,
  attempts: bar?.attempts.map(({ worker: _worker, ...attempt }) => attempt),
})

test('INS-98 a payment that its worker left in doubt was interrupted, and is no more in doubt once it runs again', async () => {
  const log = await fleet()
  const stream = 'expense-doubt'
  const found = await barOf(log, stream)
  const lost = found?.doubted?.revision
  expect(found).toMatchObject({ attempts: [{ end: { how: 'interrupted' } }], doubted: { revision: lost } })
  expect(found).not.toHaveProperty('end')

  const on = await worker(log)
  const agent = await on.attach(expense, 'doubt')
  await agent.resolve((await agent.inDoubt())[0] as never, { again: true, force: true })
  await agent.waitFor(({ revision }) => Number(revision) >= (lost ?? 0) + 3)
  const again = await barOf(log, stream)
  expect(again?.attempts).toMatchObject([{ end: { how: 'interrupted' } }, { began: {} }])
  expect(again).not.toHaveProperty('doubted')
  await on.close()
})

test('INS-98 a body that a worker gave up is begun again by another, and its late answer is no interruption', async () => {
  const log = memoryLog()
  let calls = 0
  const slow = effect(async ({ signal }) => {
    if (calls++ > 0) return 'done'
    return await new Promise<string>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const machine = setup({ actors: { slow } }).createMachine({
    initial: 'on',
    states: { on: { invoke: { src: 'slow', onDone: 'off' } }, off: { type: 'final' } },
  })
  const drafting = defineAgent({ name: 'drafting', version: 1, machine })
  const open = () =>
    createRuntime({
      store: memoryStore(log),
      agents: [drafting],
      worker: { releaseOnSignal: false },
      onReport: () => {},
    })
  const first = await open()
  await first.start(drafting, { id: '1' })
  await expect.poll(() => calls).toBe(1)
  await first.close()
  const second = await open()
  await (await second.attach(drafting, '1')).done()
  await second.close()
  const bar = await barOf(log, 'drafting-1')
  expect(bar).toMatchObject({
    attempts: [{ end: { how: 'interrupted' } }, { end: { how: 'done' } }],
    end: { how: 'done' },
  })
  expect(bar).not.toHaveProperty('doubted')
})
