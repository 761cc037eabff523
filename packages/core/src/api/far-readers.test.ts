/** Consumers, followers and projections whose store is far away, or out of reach for a while. */
import { beforeEach, describe, expect, test } from 'vitest'
import { RefoldError } from '../errors.js'
import { examineStore } from '../history/examine-store.js'
import { orders, order as ordered } from '../projection/orders.fixture.js'
import { memoryLog } from '../store/memory-log.js'
import type { MemoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { createWorld } from '../world/system-world.js'
import { notes, openProcess, order } from './consumers.fixture.js'
import { createClient } from './create-client.js'
import { defineConsumer } from './define-consumer.js'
import { ManualTime, settle } from './manual-time.fixture.js'

const outOfReach = (): never => {
  throw new RefoldError('STORE_REJECTED', 'out of reach')
}

describe('readers of a store that is far away', () => {
  let time: ManualTime
  let log: MemoryLog

  beforeEach(() => {
    time = new ManualTime()
    log = memoryLog()
  })

  test('CON-54 a parked record that is retried while the store is out of reach is read again, and parked for it no second time', async () => {
    let failures = 0
    const store: Store = memoryStore(log)
    const read = store.read.bind(store)
    Object.assign(store, {
      read: (...asked: Parameters<Store['read']>) => (failures-- > 0 ? outOfReach() : read(...asked)),
    })
    const { client, reports } = await openProcess({ time, store })
    await notes(client, '1', 0)
    let given = 0
    const once = (): void => {
      if (++given === 1) throw new Error('no')
    }
    const running = await client.consume(
      defineConsumer({ name: 'mailer', agents: [order], retry: { attempts: 1 }, each: once }),
    )
    await settle()
    const [parked] = await running.parked()
    const control = (await openProcess({ time, store: memoryStore(log) })).client.consumer('mailer')
    expect(await control.retry([parked?.key ?? ''])).toBe(1)
    failures = 3
    await time.advance(10_000)
    expect([given, await running.parked()]).toEqual([2, []])
    expect(reports.map(({ code }) => code)).toEqual(['PARKED'])
    await client.close()
  })

  test('FOL-128 a look that the store does not answer says nothing of who follows: one who stands still is reported all the same', async () => {
    let looks = 0
    const store: Store = memoryStore(log)
    const readAll = store.readAll.bind(store)
    const isEven = (): boolean => looks++ % 2 === 1
    Object.assign(store, {
      readAll: (...asked: Parameters<Store['readAll']>) => (isEven() ? outOfReach() : readAll(...asked)),
    })
    const { client, reports } = await openProcess({ time, store })
    const items = client.follow({ agents: [order], stalledAfterMs: 10_000 })[Symbol.asyncIterator]()
    await items.next()
    await client.start(order, { id: '1' })
    await time.advance(20_000)
    expect(reports.map(({ code }) => code)).toEqual(['STALLED'])
    await items.return?.()
    await client.close()
  })

  test('CLI-382 a look through a store that is out of reach for a while finds no agent unreadable, and no directory wrong', async () => {
    const { client } = await openProcess({ time, store: memoryStore(log) })
    await notes(client, '1', 2)
    const store: Store = memoryStore(log)
    Object.assign(store, { read: outOfReach, directory: { ...store.directory, find: outOfReach } })
    const { findings } = await examineStore(store)
    expect(findings.map(({ trouble, stream, lost }) => [trouble, stream, lost])).toEqual([
      ['STORE', 'order-1', undefined],
      ['STORE', undefined, undefined],
    ])
    await client.close()
  })

  test('PRJ-199 a process that follows a projection looks at most once a second for records that wait', async () => {
    const views = memoryLog()
    const open = async (): Promise<{ readonly client: Awaited<ReturnType<typeof createClient>>; looks: number }> => {
      const store: Store = memoryStore(log)
      const readAll = store.readAll.bind(store)
      const world = createWorld({ clock: time.clock(), random: () => 0, logger: { log: () => {} } })
      const opened = { looks: 0 }
      Object.assign(store, { readAll: (...asked: Parameters<Store['readAll']>) => (opened.looks++, readAll(...asked)) })
      const client = await createClient({ store, projections: memoryStore(views), agents: [ordered], world })
      return Object.assign(opened, { client })
    }
    const processes = [await open(), await open()]
    const [one, two] = await Promise.all(processes.map(({ client }) => client.project(orders())))
    await processes[0]?.client.start(ordered, { id: '1' })
    await time.advance(1_000)
    const follower = processes[[one, two].findIndex((each) => each?.status.phase === 'following')]
    expect(follower?.looks).toBeGreaterThan(0)
    if (follower !== undefined) follower.looks = 0
    await time.advance(10_000)
    expect(follower?.looks).toBeLessThanOrEqual(10)
    for (const { client } of processes) await client.close()
  })
})
