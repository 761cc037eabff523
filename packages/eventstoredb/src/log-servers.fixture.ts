/** Dev-servers in the test's own process, and stores on them; each is closed after its test. */
import { randomUUID } from 'node:crypto'
import type { NewEvent, Store } from '@refold/core/store'
import { startDevServer } from '@refold/dev-server'
import type { DevServer } from '@refold/dev-server'
import { afterEach } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

export function closeAfterTest(close: () => Promise<unknown>): void {
  closing.push(close)
}

/** `port` 0: a free one. */
export async function startServer(port = 0, { file }: { readonly file?: string } = {}): Promise<DevServer> {
  const started = await startDevServer({ port, projections: false, ...(file !== undefined && { file }) })
  closeAfterTest(() => started.close())
  return started
}

export function openStore(connectionString: string, { timeoutMs = 20_000 } = {}): Store {
  const store = eventStoreDBStore({ connectionString, timeoutMs })
  closeAfterTest(() => store.close())
  return store
}

export function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: {}, metadata: {} }
}
