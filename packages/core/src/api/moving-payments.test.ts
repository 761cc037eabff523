/** Payments that are about to begin in the very process that moves their agent to another version. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { startProcess, typesOf } from './process.fixture.js'

function shop(version: 1 | 2, { body }: ControlledBody) {
  const machine = setup({
    types: { events: {} as { type: 'pay' } },
    actors: { pay: effect<unknown, WorkInput>(body, { safety: 'never-retry' }) },
  }).createMachine({
    initial: 'open',
    states: {
      open: { on: { pay: 'paying' } },
      paying: { invoke: { src: 'pay', input: { job: 'pay' }, onDone: 'paid' } },
      paid: { type: 'final' },
    },
  })
  return defineAgent({ name: 'shop', version, machine })
}

async function scene() {
  const log = memoryLog()
  const pay = controlledBody()
  const [one, two] = [shop(1, pay), shop(2, pay)]
  const { runtime, store } = await startProcess({ log, agents: [one, two] })
  await runtime.start(one, { id: '1' })
  const client = await startProcess({ log, agents: [one], worker: false })
  const there = await client.runtime.attach(one, '1')
  return { log, pay, two, runtime, store, there }
}

/** Holds the next append until it is let go. */
function held() {
  let letGo = (): void => {}
  const until = new Promise<void>((resolve) => (letGo = resolve))
  return { fault: { until }, letGo: () => letGo() }
}

describe('RCV-49 a payment that begins while its agent is migrated', () => {
  test.each(['it is resumed', 'an event asks for it'] as const)(
    'RCV-49 begins once, because elsewhere %s before the migration is appended',
    async (why) => {
      const { log, pay, two, runtime, store, there } = await scene()
      if (why === 'it is resumed') {
        await there.pause()
        await there.send({ type: 'pay' })
      }
      const migration = held()
      store.faults.push(migration.fault)
      const moving = runtime.migrate(two, '1')
      await settle()
      const begin = held()
      store.faults.push(begin.fault)
      if (why === 'it is resumed') await there.resume()
      else await there.send({ type: 'pay' })
      await settle()
      migration.letGo()
      const moved = await moving
      begin.letGo()
      await settle()
      expect(pay.runs).toHaveLength(1)
      expect(moved.getSnapshot()).toMatchObject({ effects: [{ src: 'pay' }] })
      expect(await moved.inDoubt()).toEqual([])
      pay.last.resolve('paid')
      await settle()
      expect(moved.getSnapshot().status).toBe('done')
      const types = await typesOf(log, 'shop-1')
      expect(types.filter((type) => type === 'refold.effect.started')).toHaveLength(1)
    },
  )

  test('RCV-49 begins once, where its begin is appended before the migration', async () => {
    const { pay, two, runtime, store, there } = await scene()
    const migration = held()
    store.faults.push(migration.fault)
    const moving = runtime.migrate(two, '1')
    await settle()
    await there.send({ type: 'pay' })
    await settle()
    migration.letGo()
    const moved = await moving
    await settle()
    expect(pay.runs).toHaveLength(1)
    pay.last.resolve('paid')
    await settle()
    expect(moved.getSnapshot().status).toBe('done')
    expect(pay.runs).toHaveLength(1)
  })
})
