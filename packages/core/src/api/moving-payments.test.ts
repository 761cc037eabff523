/** Payments that are about to begin in the very process that moves their agent to another version. */
import { describe, expect, test } from 'vitest'
import { setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { RefoldError } from '../errors.js'
import { memoryLog } from '../store/memory-store.js'
import { controlledBody } from './controlled-body.fixture.js'
import type { ControlledBody, WorkInput } from './controlled-body.fixture.js'
import { settle } from './manual-time.fixture.js'
import { outcomeOf, startProcess, typesOf } from './process.fixture.js'

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
  const { runtime, store, reports, time } = await startProcess({ log, agents: [one, two] })
  await runtime.start(one, { id: '1' })
  const client = await startProcess({ log, agents: [one], worker: false })
  const there = await client.runtime.attach(one, '1')
  const started = async (): Promise<number> =>
    (await typesOf(log, 'shop-1')).filter((type) => type === 'refold.effect.started').length
  return { log, pay, one, two, runtime, store, reports, time, there, started }
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

describe('RCV-52 a payment that runs while its agent is migrated in its process', () => {
  /** It runs, and its agent is paused: so it may be migrated. */
  async function paying() {
    const parts = await scene()
    await parts.there.send({ type: 'pay' })
    await settle()
    expect(parts.pay.runs).toHaveLength(1)
    await parts.there.pause()
    return { ...parts, moved: await parts.runtime.migrate(parts.two, '1') }
  }

  test('RCV-52 is not in doubt, and no one is woken for it, where its begin is stored right before', async () => {
    const { pay, two, runtime, store, reports, there, started } = await scene()
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
    expect(await moved.inDoubt()).toEqual([])
    expect(reports).toEqual([])
    pay.last.resolve('paid')
    await settle()
    expect(moved.getSnapshot().status).toBe('done')
    expect(await started()).toBe(1)
  })

  test('RCV-52 goes on when the agent is resumed', async () => {
    const { pay, reports, moved, started } = await paying()
    await moved.resume()
    await settle()
    expect(await moved.inDoubt()).toEqual([])
    expect(reports).toEqual([])
    pay.last.reject(new Error('declined'))
    await settle()
    expect(moved.getSnapshot()).toMatchObject({ status: 'error', error: { message: 'declined' } })
    expect(pay.runs).toHaveLength(1)
    expect(await started()).toBe(1)
  })

  test('RCV-52 is waited for by a close', async () => {
    const { pay, runtime, moved } = await paying()
    await moved.resume()
    const closing = runtime.close()
    expect(await outcomeOf(closing)).toBe('pending')
    pay.last.resolve('paid')
    await closing
    expect(moved.getSnapshot().status).toBe('done')
  })

  test('RCV-52 is aborted when the chart leaves it', async () => {
    const { pay, moved } = await paying()
    await moved.cancel()
    await settle()
    expect(moved.getSnapshot().status).toBe('stopped')
    expect(pay.last.args.signal.aborted).toBe(true)
  })

  test('RCV-52 goes on when its agent was stopped here, and is attached again', async () => {
    const { pay, one, runtime, store, reports, there, started } = await scene()
    await there.send({ type: 'pay' })
    await settle()
    const agent = await runtime.attach(one, '1')
    store.faults.push('fatal')
    await expect(agent.pause()).rejects.toMatchObject({ code: 'STORE_FATAL' })
    const again = await runtime.attach(one, '1')
    await again.pause()
    await again.resume()
    await settle()
    expect(await again.inDoubt()).toEqual([])
    expect(reports).toMatchObject([{ code: 'STORE_FATAL' }])
    pay.last.resolve('paid')
    await settle()
    expect(again.getSnapshot().status).toBe('done')
    expect([pay.runs.length, await started()]).toEqual([1, 1])
  })
})

describe('EFF-372 an outcome whose agent has left memory and cannot be read for now', () => {
  /** From now on; returns how to repair it. */
  function unreadable({ store }: Pick<Awaited<ReturnType<typeof scene>>, 'store'>): () => void {
    const { read } = store
    store.read = () => {
      throw new RefoldError('STORE_REJECTED', 'not now')
    }
    return () => (store.read = read)
  }

  test('EFF-372 of a payment that another process moved on is recorded when it can be read', async () => {
    const parts = await scene()
    const { log, pay, two, there, time } = parts
    await there.send({ type: 'pay' })
    await settle()
    await there.pause()
    const mover = await startProcess({ log, agents: [two], worker: false })
    const moved = await mover.runtime.migrate(two, '1')
    await settle()
    const repair = unreadable(parts)
    pay.last.resolve('paid')
    await settle()
    repair()
    await time.advance(2_000)
    expect((await typesOf(log, 'shop-1')).filter((type) => type === 'refold.effect.done')).toHaveLength(1)
    expect(await moved.inDoubt()).toEqual([])
  })
})
