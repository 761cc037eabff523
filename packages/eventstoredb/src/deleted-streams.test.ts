/** What readers meet when someone deletes a stream in the server. */
import { EventStoreDBClient } from '@eventstore/db-client'
import { createRuntime, defineAgent } from '@refold/core'
import type { Followed } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { eventStoreDBStore } from './event-store-db-store.js'

const cart = defineAgent({ name: 'cart', version: 1, machine: setup({}).createMachine({}) })

test('FOL-14 a stream that is deleted under a reader ends nothing, and its cursors are refused', async () => {
  const server = await startDevServer({ port: 0 })
  const admin = EventStoreDBClient.connectionString(server.connectionString)
  const reader = await createRuntime({ store: eventStoreDBStore(server.connectionString), agents: [cart] })
  const items = reader.follow({ agents: [cart] })[Symbol.asyncIterator]()
  await reader.start(cart, { id: '1' })
  const { cursor } = await nextEvent(items)
  await admin.deleteStream('cart-1')
  await reader.start(cart, { id: '2' })
  expect(await nextEvent(items)).toMatchObject({ agent: { id: '2' } })
  const again = reader.follow({ from: cursor })[Symbol.asyncIterator]()
  await expect(again.next()).rejects.toMatchObject({ code: 'CURSOR_LOST' })
  await items.return?.()
  await reader.close()
  await admin.dispose()
  await server.close()
})

type Event = Extract<Followed, { kind: 'event' }>

/** Throws when there are no more. */
async function nextEvent(items: AsyncIterator<Followed>): Promise<Event> {
  for (;;) {
    const { value } = await items.next()
    if (value?.kind === 'event') return value
    if (value === undefined) throw new Error('the follow has ended')
  }
}
