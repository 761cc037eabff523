import { randomUUID } from 'node:crypto'
import { storeContract } from '@refold/testing'
import { describe, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { CLUSTER, describeOn, DEV_SERVER, NAMED_SERVER, SECURED_SERVER } from './servers.fixture.js'

describeOn([DEV_SERVER, NAMED_SERVER, SECURED_SERVER, CLUSTER], (server) => {
  storeContract({
    name: 'the EventStoreDB store',
    showsParts: true,
    /** All cases share one server: each has a prefix of its own. */
    open: () => {
      const prefix = `${randomUUID().slice(0, 8)}.`
      return { connect: () => eventStoreDBStore({ connectionString: server().connectionString, prefix }) }
    },
    describe,
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- the contract brings its titles and assertions
    test: (title, body) => test(title, body),
  })
})
