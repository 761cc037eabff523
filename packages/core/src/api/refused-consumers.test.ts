import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import type { ConsumerConfig } from '../public/consumer.js'
import type { Cursor } from '../public/follow.js'
import { memoryLog } from '../store/memory-log.js'
import type { MemoryLog } from '../store/memory-log.js'
import { memoryStore } from '../store/memory-store.js'
import { notes, openProcess, order } from './consumers.fixture.js'
import type { Process } from './consumers.fixture.js'
import { defineConsumer } from './define-consumer.js'
import { ManualTime, settle } from './manual-time.fixture.js'

describe('consumers that make no sense', () => {
  let log: MemoryLog
  let time: ManualTime

  beforeEach(() => {
    log = memoryLog()
    time = new ManualTime()
  })

  const open = (): Promise<Process> => openProcess({ time, store: memoryStore(log) })
  function consumer(options: Partial<ConsumerConfig<typeof order>> = {}) {
    return defineConsumer({ name: 'mailer', agents: [order], each: () => {}, ...options })
  }

  test('CON-24 a place that the log does not hold is refused, and nothing is written', async () => {
    const { client } = await open()
    await notes(client, '1', 1)
    let cursor = ''
    for await (const item of client.follow()) {
      if (item.kind === 'event') cursor = item.cursor
      else break
    }
    const lost = cursor.replace(/\/[0-9a-f]{8}-/, '/00000000-') as Cursor
    await expect(client.consume(consumer({ from: lost }))).rejects.toMatchObject({
      code: 'CURSOR_LOST',
      message: expect.stringContaining('mailer') as string,
    })
    expect(await client.consumers()).toEqual([])
    expect(log.streams.has('refold-consumer-mailer')).toBe(false)
    await client.close()
  })

  test.each([
    [{ name: 'no name' }, 'name'],
    [{ each: 'mail' }, 'each'],
    [{ concurrency: 0 }, 'concurrency'],
    [{ concurrency: 257 }, 'concurrency'],
    [{ retry: { attempts: 0 } }, 'retry.attempts'],
    [{ from: { at: 'noon' } }, 'from.at'],
    [{ agents: order }, 'agents'],
    [{ eeach: () => {} }, 'eeach'],
  ])('CON-25 %j is refused', (wrong, path) => {
    expect(() => consumer(wrong as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path } }),
    )
  })

  test.each([
    [{ from: 5 }, 'from: must be an object'],
    [{ from: { at: 'noon' } }, 'from.at: must be epoch milliseconds'],
  ])('CON-25 %j says its place once', (wrong, message) => {
    expect(() => consumer(wrong as never)).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION', message }))
  })

  test('CON-25 one that runs in the client already is refused', async () => {
    const { client } = await open()
    const running = await client.consume(consumer())
    await expect(client.consume(consumer())).rejects.toMatchObject({ code: 'ALREADY_SO' })
    await running.close()
    await (await client.consume(consumer())).close()
    await expect(client.consume({ name: 'plain' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await client.close()
  })

  test('CON-26 `each` knows the events of its definitions', async () => {
    const { client } = await open()
    await notes(client, '1', 1)
    const given: number[] = []
    await client.consume(
      defineConsumer({
        name: 'typed',
        agents: [order],
        each: ({ event }) => {
          if (event.type !== 'note') return
          expectTypeOf(event.data).toEqualTypeOf<{ n: number }>()
          given.push(event.data.n)
        },
      }),
    )
    await settle()
    expect(given).toEqual([1])
    await client.close()
  })
})
