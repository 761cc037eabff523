/**
 * Runs the agent of `agent.ts`. Run it twice: the second time it finds its poem and writes nothing, as the same id is the
 * same agent.
 */
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { poet } from './agent.js'

await using refold = await createRuntime({ store: await storeFrom(process.argv[2] ?? 'poet.db'), agents: [poet] })

const agent = await refold.start(poet, { id: 'whales', input: { topic: 'whales' } })
const { output } = await agent.done()
console.log(output.poem)
