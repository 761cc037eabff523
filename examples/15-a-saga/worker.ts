/** One process that books: `worker.js FILE ID AGENCY`. It is killed in the middle of it. */
import { createRuntime } from '@refold/core'
import { sqliteStore } from '@refold/sqlite'
import { trip } from './agent.js'

const [file = '', id = '', agency = ''] = process.argv.slice(2)

await using refold = await createRuntime({ store: sqliteStore(file), agents: [trip] })
const agent = await refold.start(trip, { id, input: { agency } })
console.log(JSON.stringify((await agent.done()).output))
