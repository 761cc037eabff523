import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryLog, memoryStore } from '@refold/core/store'
import { sqliteStore } from '@refold/sqlite'
import { storeDifferential } from '@refold/testing'
import { expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { CLUSTER, describeOn, DEV_SERVER, NAMED_SERVER } from './servers.fixture.js'

const memory = () => {
  const log = memoryLog()
  return { connect: () => memoryStore(log) }
}

const sqlite = () => {
  const directory = mkdtempSync(join(tmpdir(), 'refold-esdb-differential-'))
  return {
    connect: () => sqliteStore(join(directory, 'agents.db')),
    dispose: () => rmSync(directory, { recursive: true }),
  }
}

/** A machine that stands still for a while changes no answer. */
const LIMITS = { timeoutMs: 50_000, patienceMs: 60_000 }

describeOn([DEV_SERVER, NAMED_SERVER, CLUSTER], (server) => {
  test('SAME-1 memory, sqlite and eventstoredb answer every operation alike', async () => {
    const eventstoredb = () => {
      const prefix = `${randomUUID().slice(0, 8)}.`
      const { connectionString } = server()
      return { connect: () => eventStoreDBStore({ connectionString, prefix, timeoutMs: LIMITS.timeoutMs }) }
    }
    const stores = { memory, sqlite, eventstoredb }
    await expect(storeDifferential({ stores, runs: 15, patienceMs: LIMITS.patienceMs })).resolves.toBeUndefined()
  })
})
