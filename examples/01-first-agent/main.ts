/**
 * Runs the agent of `agent.ts`. Run it twice: the second time it finds its poem and writes nothing, as the same id is the
 * same agent.
 */
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { poet } from './agent.js'

await using refold = await createRuntime({ store: sqliteStore(process.argv[2] ?? 'poet.db'), agents: [poet] })

const agent = await refold.start(poet, { id: 'whales', input: { topic: 'whales' } })
const { output } = await agent.done()
console.log(output.poem)
