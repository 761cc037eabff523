/** A server that was started again, and to which nothing was appended since: behind the last event its log has records of its own. */
import { expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { closeAfterTest, event } from './log-servers.fixture.js'
import { describeOn, REAL_SERVER } from './servers.fixture.js'
import type { TestServer } from './servers.fixture.js'

/** The server looks through so many events at once: with one of them less to go it meets the end of its log where they end. */
const WINDOW = 32

describeOn([REAL_SERVER], (server) => {
  test('ESDB-97 what a server writes for itself is not taken for events that it has lost, wherever a reader begins', async () => {
    const filling = storeOf(server(), 'filling.')
    for (let agent = 0; agent < WINDOW; agent++)
      await filling.append(`boat-${agent}`, [event()], { expected: 'no_stream' })
    const places: { readonly position: string; readonly id: string }[] = []
    for await (const page of filling.readAll())
      places.push(...page.map(({ position, id }) => ({ position: String(position), id })))
    const stores = places.map((_, at) => storeOf(server(), `at-${at}.`))
    for (const [at, store] of stores.entries())
      await store.registers.put('refold-directory', { v: 1, ...places[at], entries: [] })
    await server().kill()
    await server().start()
    for (const [at] of places.entries()) {
      const store = storeOf(server(), `at-${at}.`)
      expect(await store.directory.get('boat-0')).toBeUndefined() // follows the log from its place on
      expect(await store.directory.get('boat-0')).toBeUndefined() // looks for the end of it
    }
  })
})

function storeOf({ connectionString }: TestServer, prefix: string): ReturnType<typeof eventStoreDBStore> {
  const store = eventStoreDBStore({ connectionString, prefix, timeoutMs: 3_000 })
  closeAfterTest(() => store.close())
  return store
}
