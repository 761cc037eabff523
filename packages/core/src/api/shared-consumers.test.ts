import { beforeEach, describe, expect, test } from 'vitest'
import type { Codec } from '../log/codec.js'
import { copyStreams } from '../history/copy-streams.js'
import type { Consumed, Consumer } from '../public/consumer.js'
import { memoryLog } from '../store/memory-log.js'
import type { MemoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import type { Store } from '../store/port.js'
import { createWorld } from '../world/system-world.js'
import { createClient } from './create-client.js'
import { createWorker } from './create-worker.js'
import { notes, openProcess, order, textOf } from './consumers.fixture.js'
import type { Process } from './consumers.fixture.js'
import { defineConsumer } from './define-consumer.js'
import { faultyStore } from './faulty-store.fixture.js'
import { ManualTime, settle } from './manual-time.fixture.js'

describe('a consumer that several processes share', () => {
  let time: ManualTime
  let log: MemoryLog
  let given: string[]

  beforeEach(() => {
    time = new ManualTime()
    log = memoryLog()
    given = []
  })

  const open = (store: Store = memoryStore(log)): Promise<Process> => openProcess({ time, store })
  /** Of another machine: no lock tells whether a process lives. */
  function far(): Store {
    return Object.assign(memoryStore(log), { presence: undefined })
  }
  /** Each call is told with the name of its process. */
  function consumer(by: string, each: (record: Consumed<typeof order>) => unknown = () => {}): Consumer {
    return defineConsumer({
      name: 'mailer',
      agents: [order],
      retry: { attempts: 1 },
      each: (record) => {
        given.push(`${by} ${textOf(record)}`)
        return each(record)
      },
    })
  }

  test('CON-10 one process gives records to `each`, and another one goes on when it closes', async () => {
    const [one, two] = [await open(), await open()]
    await notes(one.client, '1', 1)
    const first = await one.client.consume(consumer('a'))
    const second = await two.client.consume(consumer('b'))
    await settle()
    expect([first.isOwner, second.isOwner]).toEqual([true, false])
    await first.close()
    await notes(two.client, '2', 0)
    await time.advance(1_000)
    expect(second.isOwner).toBe(true)
    expect(given).toEqual(['a 1/0', 'a 1/1', 'b 2/0'])
    expect(two.events).toContainEqual({ kind: 'consumer.claimed', consumer: 'mailer', epoch: 2 })
    await one.client.close()
    await two.client.close()
  })

  test('CON-10 a process whose death the store proves is replaced at once', async () => {
    const store = memoryStore(log)
    const [one, two] = [await open(store), await open()]
    const first = await one.client.consume(consumer('a'))
    await two.client.consume(consumer('b'))
    one.clock.frozen = true
    await store.close() // as a dead process lets its lock go
    await time.advance(500)
    await notes(two.client, '1', 0)
    await settle()
    expect(given).toEqual(['b 1/0'])
    await first.close()
    await one.client.close()
    await two.client.close()
  })

  test('CON-95 a process that closes it while its claim is on the way gives it up, and another one goes on', async () => {
    const store = faultyStore(memoryStore(log))
    const [one, two, three] = [await open(), await open(store), await open()]
    await notes(one.client, '1', 0)
    const first = await one.client.consume(consumer('a'))
    const second = await two.client.consume(consumer('b'))
    await settle()
    let letGo = (): void => {}
    store.faults.push({ until: new Promise<void>((resolve) => (letGo = resolve)) })
    await first.close()
    await time.advance(500) // the claim of the second one is on its way
    expect(store.appends.at(-1)?.types).toEqual(['refold.consumer.claimed'])
    const closed = second.close()
    letGo()
    await closed
    const third = await three.client.consume(consumer('c'))
    await time.advance(1_000)
    expect(third.isOwner).toBe(true)
    for (const { client } of [one, two, three]) await client.close()
  })

  test('CON-95 a process that closes it while the store does not take that for a moment gives it up all the same', async () => {
    const store = faultyStore(memoryStore(log))
    const [one, two] = [await open(store), await open()]
    await notes(two.client, '1', 0)
    const first = await one.client.consume(consumer('a'))
    const second = await two.client.consume(consumer('b'))
    await settle()
    store.faults.push('rejected', 'rejected')
    const closed = first.close()
    await time.advance(2_000)
    await closed
    expect(second.isOwner).toBe(true)
    for (const { client } of [one, two]) await client.close()
  })

  test('CON-11 CON-12 a process that stands still for its lease is replaced, and changes nothing when it goes on', async () => {
    const [one, two] = [await open(far()), await open(far())]
    await notes(one.client, '1', 1)
    let fail = (_error: Error): void => {}
    let signal: AbortSignal | undefined
    const stuck = (record: Consumed<typeof order>): Promise<void> => {
      signal = record.signal
      return new Promise((_resolve, reject) => (fail = reject))
    }
    await one.client.consume(consumer('a', stuck))
    await two.client.consume(consumer('b'))
    await settle()
    one.clock.frozen = true
    await time.advance(25_000)
    expect(given).toEqual(['a 1/0', 'b 1/0', 'b 1/1'])
    expect(two.events).toContainEqual(expect.objectContaining({ kind: 'consumer.claimed', epoch: 2 }))
    expect(signal?.aborted).toBe(true)
    one.clock.frozen = false
    fail(new Error('too late'))
    await time.advance(5_000)
    await notes(two.client, '2', 0)
    await time.advance(5_000)
    expect(given).toEqual(['a 1/0', 'b 1/0', 'b 1/1', 'b 2/0'])
    expect(await two.client.consumer('mailer').parked()).toEqual([])
    expect(await two.client.consumer('mailer').status()).toMatchObject({ epoch: 2, lag: { records: 0 } })
    expect(one.events).toContainEqual({ kind: 'consumer.lost', consumer: 'mailer', epoch: 1 })
    await one.client.close()
    await two.client.close()
  })

  test('CON-12 what a replaced process would park is not stored, though it hears of nothing', async () => {
    const store = faultyStore(far())
    const [one, two] = [await open(store), await open(far())]
    await notes(two.client, '1', 0)
    let fail = (_error: Error): void => {}
    await one.client.consume(consumer('a', () => new Promise((_resolve, reject) => (fail = reject))))
    await settle()
    store.cut()
    one.clock.frozen = true
    await two.client.consume(consumer('b'))
    await time.advance(25_000)
    expect(given).toEqual(['a 1/0', 'b 1/0'])
    fail(new Error('too late'))
    await settle()
    store.repair()
    one.clock.frozen = false
    await time.advance(20_000)
    expect(await two.client.consumer('mailer').parked()).toEqual([])
    expect(given).toEqual(['a 1/0', 'b 1/0'])
    await two.client.close()
    await one.client.close()
  })

  test('CON-11 at most 256 records are taken before their place is stored', async () => {
    const registers = memoryStore(log)
    const isPlace = (name: string): boolean => name.startsWith('consumer-')
    const put = registers.registers.put.bind(registers.registers)
    Object.assign(registers.registers, {
      put: (name: string, value: never) => (isPlace(name) ? Promise.reject(new Error('not now')) : put(name, value)),
    })
    const [one, two] = [await open(registers), await open()]
    await notes(two.client, '1', 600)
    await one.client.consume(consumer('a'))
    await time.advance(5_000)
    expect(given).toHaveLength(256)
    await two.client.close()
    Object.assign(registers.registers, { put })
    await time.advance(5_000)
    expect(given).toHaveLength(601)
    await one.client.close()
  })

  test('CON-14 a store that is out of reach for a while ends no consumer', async () => {
    const store = faultyStore(memoryStore(log))
    const [one, two] = [await open(store), await open()]
    await notes(two.client, '1', 1)
    store.faults.push('none', 'none', 'rejected', 'lost', 'rejected') // named, claimed, then parked
    const failing = consumer('a', ({ event }) => {
      if (event.revision === 0n) throw new Error('no')
    })
    const running = await one.client.consume(failing)
    await time.advance(60_000)
    expect(given).toEqual(['a 1/0', 'a 1/1'])
    expect(await running.parked()).toHaveLength(1)
    await one.client.close()
    await two.client.close()
  })

  test('CON-8 a client that closes gives up what it consumes', async () => {
    const { client } = await open()
    await notes(client, '1', 0)
    await client.consume(consumer('a'))
    await settle()
    await client.close()
    const { client: other } = await open()
    const status = await other.consumer('mailer').status()
    expect(status).toMatchObject({ lag: { records: 0 }, checkpoint: expect.any(String) as string })
    expect(status).not.toHaveProperty('owner')
    await other.close()
  })

  test('CON-5 a parked record that the log has lost is parked again for that, and can be skipped', async () => {
    const { client } = await open()
    await notes(client, '1', 0)
    await client.consume(consumer('a', () => Promise.reject(new Error('no'))))
    await settle()
    log.streams.delete('order-1') // as someone deletes a stream on a server
    await client.consumer('mailer').retry('all')
    await settle()
    const [parked] = await client.consumer('mailer').parked()
    expect(parked).toMatchObject({ isRetried: false, attempts: 1, error: { code: 'NOT_FOUND' } })
    expect(await client.consumer('mailer').skip('all')).toBe(1)
    await client.close()
  })

  test('CON-8 a drain waits for no call longer than its deadline', async () => {
    const world = createWorld({ clock: time.clock(), logger: { log: () => {} } })
    const runtime = await createWorker({ store: memoryStore(log), agents: [order], world })
    await notes(runtime, '1', 0)
    await runtime.consume(consumer('a', () => new Promise(() => {})))
    await settle()
    let isDrained = false
    void runtime.drain({ deadlineMs: 100 }).then(() => (isDrained = true))
    await time.advance(2_000)
    expect(isDrained).toBe(true)
  })

  test('CON-32 what is stored of a parked record is encoded as records are', async () => {
    const { client } = await open()
    await notes(client, '1', 0)
    await client.close()
    const hidden: Codec = {
      name: 'reversed',
      encode: (bytes) => ({ bytes: bytes.toReversed() }),
      decode: (bytes) => bytes.toReversed(),
    }
    const world = createWorld({ clock: time.clock(), logger: { log: () => {} } })
    const options = { store: memoryStore(log), agents: [order], codecs: [hidden], world, onReport: () => {} }
    const sealed = await createClient(options)
    await sealed.consume(consumer('a', () => Promise.reject(new Error('Ana Berg, 12 Main Street'))))
    await settle()
    expect(await sealed.consumer('mailer').parked()).toMatchObject([{ error: { message: 'Ana Berg, 12 Main Street' } }])
    expect(JSON.stringify(log.streams.get('refold-consumer-mailer'))).not.toContain('Ana')
    await sealed.close()
  })

  test('CON-31 after a copy of the streams it goes on where it was released', async () => {
    const { client } = await open()
    await notes(client, '1', 1)
    await client.consume(consumer('a'))
    await settle()
    await client.close()
    const copy = memoryLog()
    const [from, to] = [memoryStore(log), memoryStore(copy)]
    const first = { id: '00000000-0000-4000-8000-000000000000', type: 'first', data: {}, metadata: {} }
    await to.append('first-1', [first], { expected: 'no_stream' }) // each position is another one
    await copyStreams(from, to)
    await from.close()
    const { client: moved } = await open(to)
    await notes(moved, '2', 0)
    await moved.consume(consumer('b'))
    await settle()
    expect(given).toEqual(['a 1/0', 'a 1/1', 'b 2/0'])
    await moved.close()
  })
})
