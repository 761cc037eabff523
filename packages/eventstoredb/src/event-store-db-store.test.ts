import { randomUUID } from 'node:crypto'
import { storeContract } from '@refold/testing'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { startServer, whyNoServer, type RealServer } from './real-server.fixture.js'

const reason = whyNoServer()
let server: RealServer | undefined

beforeAll(async () => {
  if (reason === undefined) server = await startServer()
}, 90_000)

afterAll(() => server?.stop())

/** All cases share one server: each has a prefix of its own. */
const open = () => {
  const prefix = `${randomUUID().slice(0, 8)}.`
  return { connect: () => eventStoreDBStore({ connectionString: server?.connectionString ?? '', prefix }) }
}

storeContract({
  name: 'the EventStoreDB store on a real server',
  open,
  describe,
  test: (title, body) =>
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the contract brings its titles and assertions
    test(title, { timeout: 60_000 }, async (context) => {
      if (reason !== undefined) context.skip(reason)
      await body()
    }),
})
