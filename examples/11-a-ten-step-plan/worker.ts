/** One process that works on the plan: it starts it, or goes on with what another one left. */
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { plan } from './agent.js'

const [file = 'plan.db', id = 'ten', log = `${file}.log`] = process.argv.slice(2)
await using refold = await createRuntime({ store: await storeFrom(file), agents: [plan] })
const agent = await refold.start(plan, { id, input: { log } })
const { output } = await agent.done()
console.log(`process ${process.pid} has come to the end: ${output.results.length} results`)
