/** A process that consumes until it is killed. It writes a line for each record that it is given. */
import { createClient, defineConsumer } from '@refold/core'
import { sqliteStore } from './sqlite-store.js'

const [file = '', waitMs = '0'] = process.argv.slice(2)
const client = await createClient({ store: sqliteStore(file), agents: [] })
const lines = defineConsumer({
  name: 'lines',
  each: async ({ agent, event, key, signal }) => {
    process.stdout.write(`${JSON.stringify({ agent: agent.id, revision: Number(event.revision), key })}\n`)
    await new Promise((resolve) => setTimeout(resolve, Number(waitMs)))
    if (signal.aborted) throw new Error('too late')
  },
})
const running = await client.consume(lines)
process.stdout.write(`${JSON.stringify({ isOwner: running.isOwner })}\n`)
