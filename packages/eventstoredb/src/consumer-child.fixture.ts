/** A process that consumes until it is killed. It writes a line for each record that it is given. */
import { createRuntime, createWorld, defineConsumer } from '@refold/core'
import { eventStoreDBStore } from './event-store-db-store.js'

const [connectionString = '', prefix = '', waitMs = '0'] = process.argv.slice(2)
const client = await createRuntime({
  store: eventStoreDBStore({ connectionString, prefix, timeoutMs: 20_000 }),
  agents: [],
  worker: { leaseDurationMs: 1_500 },
  world: createWorld({ logger: { log: () => {} } }),
})
const lines = defineConsumer({
  name: 'lines',
  retry: { attempts: 1 },
  each: async ({ agent, event, key, signal }) => {
    process.stdout.write(`${JSON.stringify({ agent: agent.id, revision: Number(event.revision), key })}\n`)
    await new Promise((resolve) => setTimeout(resolve, Number(waitMs)))
    if (signal.aborted) throw new Error('too late')
  },
})
const running = await client.consume(lines)
process.stdout.write(`${JSON.stringify({ isOwner: running.isOwner })}\n`)
