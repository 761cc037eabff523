import { beforeEach, describe, expect, test } from 'vitest'
import { TerminalError } from '../definition/terminal-error.js'
import type { Consumed, ConsumerConfig } from '../public/consumer.js'
import type { Cursor } from '../public/follow.js'
import { memoryLog } from '../store/memory-log.js'
import type { MemoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { cart, notes, openProcess, order, textOf } from './consumers.fixture.js'
import type { Process } from './consumers.fixture.js'
import { defineConsumer } from './define-consumer.js'
import { ManualTime, settle } from './manual-time.fixture.js'

describe('consumers', () => {
  let time: ManualTime
  let log: MemoryLog
  /** What `each` was given: `1/0`, `1/1`, … */
  let given: string[]

  beforeEach(() => {
    time = new ManualTime()
    log = memoryLog()
    given = []
  })

  const open = (): Promise<Process> => openProcess({ time, store: memoryStore(log) })
  function consumer(options: Partial<ConsumerConfig<typeof order>> = {}) {
    return defineConsumer({
      name: 'mailer',
      agents: [order],
      each: (record) => void given.push(textOf(record)),
      ...options,
    })
  }
  const failing = (isBad: (text: string) => boolean): ConsumerConfig<typeof order>['each'] => {
    return (record) => {
      given.push(textOf(record))
      if (isBad(textOf(record))) throw new Error(`no: ${textOf(record)}`)
    }
  }

  test('CON-1 every record comes once, in order within an agent, one at a time, and agents at once', async () => {
    const { client } = await open()
    await notes(client, '1', 3)
    await notes(client, '2', 1)
    await client.start(cart, { id: '9' })
    const open_: (() => void)[] = []
    const each = async (record: Consumed<typeof order>): Promise<void> => {
      given.push(textOf(record))
      await new Promise<void>((resolve) => open_.push(resolve))
    }
    const running = await client.consume(consumer({ each, concurrency: 2 }))
    await settle()
    expect(given).toEqual(['1/0', '2/0'])
    while (given.length < 6) {
      open_.shift()?.()
      await settle()
      if (open_.length === 0) break
    }
    for (const next of open_) next()
    await settle()
    expect(given.filter((text) => text.startsWith('1'))).toEqual(['1/0', '1/1', '1/2', '1/3'])
    expect(given).toHaveLength(6)
    expect(await running.status()).toMatchObject({ lag: { records: 0 } })
    await running.close()
    await client.close()
  })

  test('CON-2 CON-3 a record is given again with the same key, and no other has it', async () => {
    const { client, reports } = await open()
    await notes(client, '1', 1)
    const keys: [string, number][] = []
    const each = ({ key, attempt, event }: Consumed<typeof order>): void => {
      keys.push([key, attempt])
      if (event.revision === 0n && attempt < 3) throw new Error('not yet')
    }
    const [mailer, other] = [consumer({ each }), consumer({ name: 'other', each })]
    await client.consume(mailer)
    await time.advance(10_000)
    expect(keys.map(([, attempt]) => attempt)).toEqual([1, 2, 3, 1])
    expect(new Set(keys.map(([key]) => key)).size).toBe(2)
    expect(keys[0]?.[0]).toMatch(/^mailer:order-1\/0:/)
    await client.consume(other)
    await time.advance(10_000)
    expect(new Set(keys.map(([key]) => key)).size).toBe(4)
    expect(reports).toEqual([])
    await client.close()
  })

  test('CON-3 what the error says of another attempt is obeyed', async () => {
    const { client } = await open()
    await notes(client, '1', 0)
    const each = (record: Consumed<typeof order>): void => {
      given.push(textOf(record))
      throw new TerminalError('never')
    }
    const running = await client.consume(consumer({ each }))
    await time.advance(60_000)
    expect(given).toEqual(['1/0'])
    expect(await running.parked()).toMatchObject([{ attempts: 1, error: { message: 'never' } }])
    await client.close()
  })

  test('CON-4 CON-20 CON-22 a record that fails five times is parked, reported, listed, and its agent goes on', async () => {
    const { client, reports, events } = await open()
    await notes(client, '1', 2)
    const running = await client.consume(consumer({ each: failing((text) => text === '1/1') }))
    await time.advance(60_000)
    expect(given).toEqual(['1/0', '1/1', '1/1', '1/1', '1/1', '1/1', '1/2'])
    const [parked] = await running.parked()
    expect(parked).toMatchObject({ agent: { name: 'order', id: '1' }, revision: 1n, type: 'note', attempts: 5 })
    expect(parked?.error).toMatchObject({ message: 'no: 1/1' })
    expect(reports).toMatchObject([{ code: 'PARKED', agent: { name: 'order', id: '1' } }])
    expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['consumer.claimed', 'consumer.parked']))
    const other = await open()
    expect(await other.client.consumers()).toMatchObject([
      { name: 'mailer', epoch: 1, agents: ['order'], parked: 1, lag: { records: 0, ms: 0 } },
    ])
    await other.client.close()
    await client.close()
  })

  test('CON-5 a parked record is given again when someone asks, in any process, and is parked again or not', async () => {
    const { client } = await open()
    const { client: operator, events } = await open()
    await notes(client, '1', 1)
    let isFixed = false
    const running = await client.consume(
      consumer({ each: failing((text) => text === '1/0' && !isFixed), retry: { attempts: 1 } }),
    )
    await settle()
    const control = operator.consumer('mailer')
    const [parked] = await control.parked()
    expect(await control.retry([parked?.key ?? ''], { by: 'Ana', reason: 'fixed' })).toBe(1)
    await settle()
    expect(given).toEqual(['1/0', '1/1', '1/0'])
    expect(await running.parked()).toMatchObject([{ attempts: 2, isRetried: false }])
    isFixed = true
    expect(await control.retry('all')).toBe(1)
    await settle()
    expect(await running.parked()).toEqual([])
    expect(given).toHaveLength(4)
    expect(events.filter(({ kind }) => kind === 'consumer.retried')).toHaveLength(2)
    await running.close()
    expect(await control.status()).toMatchObject({ epoch: 1, parked: 0, lag: { records: 0 } })
    await client.close()
    await operator.close()
  })

  test('CON-5 what was asked for while no one consumed comes with the next owner, and what is skipped never', async () => {
    const first = await open()
    await notes(first.client, '1', 2)
    await first.client.consume(consumer({ each: failing(() => true), retry: { attempts: 1 } }))
    await settle()
    await first.client.close()
    const { client } = await open()
    const control = client.consumer('mailer')
    const [one, two] = await control.parked()
    expect(await control.retry([one?.key ?? ''])).toBe(1)
    expect(await control.skip([two?.key ?? ''])).toBe(1)
    expect(await control.parked()).toMatchObject([{ key: one?.key, isRetried: true }, { isRetried: false }])
    given = []
    await client.consume(consumer())
    await time.advance(5_000)
    expect(given).toEqual(['1/0'])
    await client.close()
  })

  test('CON-6 begins at the start, now, at a time or at a cursor, and afterwards goes on where it stands', async () => {
    const { client, clock } = await open()
    await notes(client, '1', 1)
    await time.advance(1_000)
    const at = clock.now()
    await notes(client, '2', 0)
    let cursor: Cursor | undefined
    for await (const item of client.follow()) {
      if (item.kind === 'event') cursor ??= item.cursor
      else break
    }
    const begun: [string, NonNullable<ConsumerConfig['from']>, number][] = [
      ['all', 'start', 3],
      ['new', 'now', 0],
      ['timed', { at }, 1],
      ['placed', cursor as Cursor, 2],
    ]
    for (const [name, from, count] of begun) {
      given = []
      const running = await client.consume(consumer({ name, from }))
      await settle()
      expect(given).toHaveLength(count)
      await running.close()
    }
    given = []
    await notes(client, '3', 0)
    const again = await client.consume(consumer({ name: 'new', from: 'start' }))
    await settle()
    expect(given).toEqual(['3/0'])
    await again.close()
    await client.close()
  })

  test('CON-7 a deploy with other agents goes on from its place', async () => {
    const { client } = await open()
    await notes(client, '1', 0)
    await client.start(cart, { id: 'old' })
    const first = await client.consume(consumer())
    await settle()
    await first.close()
    await client.start(cart, { id: 'new' })
    const all = defineConsumer({ name: 'mailer', agents: [order, cart], each: (one) => void given.push(textOf(one)) })
    await client.consume(all)
    await settle()
    expect(given).toEqual(['1/0', 'new/0'])
    await client.close()
  })

  test('CON-8 a close waits for what is under way, then aborts it, and nothing comes again', async () => {
    const { client } = await open()
    await notes(client, '1', 2)
    let end = (): void => {}
    let signal: AbortSignal | undefined
    const each = async (record: Consumed<typeof order>): Promise<void> => {
      given.push(textOf(record))
      signal = record.signal
      await new Promise<void>((resolve) => {
        end = resolve
        record.signal.addEventListener('abort', () => resolve())
      })
    }
    const running = await client.consume(consumer({ each }))
    await settle()
    const closed = running.close()
    await settle()
    expect(signal?.aborted).toBe(false)
    end()
    await closed
    await running.ended
    const again = await client.consume(consumer({ each }))
    await settle()
    expect(given).toEqual(['1/0', '1/1'])
    const closing = again.close()
    await time.advance(30_000)
    await closing
    expect(signal?.aborted).toBe(true)
    await client.close()
  })

  test('CON-20 CON-21 the lag of a consumer that no one runs is told, and what is not there is refused', async () => {
    const { client } = await open()
    await notes(client, '1', 0)
    const running = await client.consume(consumer())
    await settle()
    await running.close()
    await notes(client, '2', 3)
    expect(await client.consumer('mailer').status()).toMatchObject({
      lag: { records: 4 },
      checkpoint: expect.any(String) as string,
    })
    expect(await client.consumer('mailer').status()).not.toHaveProperty('owner')
    await expect(client.consumer('nailer').status()).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.consumer('mailer').retry(['nothing'])).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.consumer('mailer').skip('one' as never)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await client.close()
  })

  test('CON-23 a call of `each` that does not come back is reported while records wait', async () => {
    const { client, reports } = await open()
    await notes(client, '1', 2)
    await client.consume(consumer({ each: () => new Promise(() => {}) }))
    await time.advance(60_000)
    expect(reports).toMatchObject([{ code: 'STALLED', facts: { consumer: 'mailer', waitsFor: 'each' } }])
    const closed = client.close()
    await time.advance(60_000)
    await closed
  })

  test('CON-30 the stream of a consumer does not grow with what it delivers', async () => {
    const { client } = await open()
    await notes(client, '1', 500)
    await client.consume(consumer())
    await time.advance(10_000)
    expect(given).toHaveLength(501)
    expect(log.streams.get('refold-consumer-mailer')).toHaveLength(1)
    expect([...log.registers.keys()].filter((name) => name.startsWith('consumer-'))).toEqual(['consumer-mailer-1'])
    await client.close()
  })
})
