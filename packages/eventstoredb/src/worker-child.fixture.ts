/** A worker until it is killed. It writes a line at the begin of every body. */
import { createRuntime, createWorld } from '@refold/core'
import { eventStoreDBStore } from './event-store-db-store.js'
import { stepper } from './stepper.fixture.js'

const [connectionString = '', prefix = '', stepMs = '0'] = process.argv.slice(2)
const definition = stepper(async (agent, step, key) => {
  process.stdout.write(`${JSON.stringify({ agent, step, key })}\n`)
  await new Promise((resolve) => setTimeout(resolve, Number(stepMs)))
})
const store = eventStoreDBStore({ connectionString, prefix, timeoutMs: 20_000 })
await createRuntime({
  store,
  agents: [definition],
  worker: { leaseDurationMs: 1500 },
  world: createWorld({ logger: { log: () => {} } }),
})
