/** What the server's own parts make of a store that fails for a moment. */
import { randomUUID } from 'node:crypto'
import { memoryStore, RefoldError, type Store } from '@refold/core/store'
import { expect, it } from 'vitest'
import { EventLog } from './log/event-log.js'
import type { ProposedEvent } from './log/event.js'
import { readStream } from './log/read-stream.js'
import { runSystemProjections } from './log/system-projections.js'
import type { GroupConfig } from './persistent/group-config.js'
import { messageOf } from './persistent/message.js'
import { ParkedMessages } from './persistent/parked-messages.js'

/** A log whose store fails while `isFailing` says so. */
function failingLog(isFailing: (what: 'read' | 'append', stream: string) => boolean): EventLog {
  const store = memoryStore()
  const asked = (what: 'read' | 'append', stream: string): void => {
    if (isFailing(what, stream)) throw new RefoldError('STORE_REJECTED', 'not now')
  }
  const read: Store['read'] = (stream, range) => (asked('read', stream), store.read(stream, range))
  const append: Store['append'] = async (stream, ...rest) => (asked('append', stream), store.append(stream, ...rest))
  const failing = new Proxy(store, {
    get: (target, key) => {
      if (key === 'read') return read
      if (key === 'append') return append
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
  return new EventLog(failing, { now: () => Date.now(), onError: () => {} })
}

const event = (): ProposedEvent => ({
  id: randomUUID(),
  type: 'made',
  isJson: true,
  data: Buffer.from('{}'),
  metadata: new Uint8Array(),
})

it('DEV-115 what is parked stays so when a replay could not read it', async () => {
  let isDown = false
  const log = failingLog((what, stream) => isDown && what === 'read' && stream === 'order-2')
  const parked = new ParkedMessages(log, { stream: 'order', group: 'g' } as GroupConfig)
  for (const stream of ['order-1', 'order-2', 'order-3']) {
    await log.append(stream, { expected: 'any', events: [event()] })
    for await (const page of readStream(log, stream, { from: 0, direction: 'forwards', limit: 1 }))
      for (const one of page) await parked.park(messageOf({ event: one, link: undefined }, undefined), { reason: 'no' })
  }
  isDown = true
  const replayed: string[] = []
  const replay = async (): Promise<void> => {
    for await (const message of parked.takeAll({ stopAt: undefined })) {
      replayed.push(message.resolved.event?.stream ?? '')
      parked.done(message)
    }
  }
  await expect(replay()).rejects.toMatchObject({ code: 'STORE_REJECTED' })
  await parked.truncate()
  expect(await parked.count()).toBe(2)
  isDown = false
  await replay()
  expect(replayed).toEqual(['order-1', 'order-2', 'order-3'])
  await parked.truncate()
  expect(await parked.count()).toBe(0)
})

it('DEV-116 a link that could not be written is written without another event', async () => {
  let failures = 0
  const log = failingLog((what, stream) => what === 'append' && stream.startsWith('$') && failures++ < 2)
  await log.append('order-1', { expected: 'any', events: [event()] })
  const stop = new AbortController()
  const errors: unknown[] = []
  const running = runSystemProjections(log, { signal: stop.signal, onError: (error) => errors.push(error) })
  await expect.poll(async () => (await log.states.get('$ce-order')).last, { timeout: 10_000 }).toBe(0)
  expect(errors.length).toBeGreaterThan(0)
  stop.abort()
  await running
})
