/** Many subscriptions of one store. */
import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { describeOn, DEV_SERVER, NAMED_SERVER } from './servers.fixture.js'

describeOn([DEV_SERVER, NAMED_SERVER], (server) => {
  test('EFF-30 thirty subscriptions that end with their store warn of nothing', async () => {
    const warned = vi.fn<(warning: Error) => void>()
    process.on('warning', warned)
    const prefix = `${randomUUID().slice(0, 8)}.`
    const store = eventStoreDBStore({ connectionString: server().connectionString, prefix })
    const caughtUp = vi.fn<() => void>()
    const follow = async (): Promise<void> => {
      for await (const { kind } of store.subscribe({ all: true })) if (kind === 'caught-up') caughtUp()
    }
    const feeds = Array.from({ length: 30 }, follow)
    await expect.poll(() => caughtUp.mock.calls.length).toBe(30)
    await store.close()
    await Promise.all(feeds)
    expect(warned.mock.calls.map(([{ name, message }]) => `${name}: ${message}`)).toEqual([])
    process.off('warning', warned)
  })

  test.each(['before', 'later'])(
    'ERR-140 a signal of another make ends a subscription that it aborts %s',
    async (when) => {
      const store = eventStoreDBStore({ connectionString: server().connectionString })
      const own = new AbortController()
      const { signal } = own
      const foreign = {
        get aborted() {
          return signal.aborted
        },
        addEventListener: signal.addEventListener.bind(signal),
        removeEventListener: signal.removeEventListener.bind(signal),
      } as AbortSignal
      if (when === 'before') own.abort()
      const told: string[] = []
      for await (const { kind } of store.subscribe({ all: true }, { signal: foreign })) {
        told.push(kind)
        if (kind === 'caught-up') own.abort()
      }
      expect(told.includes('caught-up')).toBe(when === 'later')
      await store.close()
    },
  )
})
