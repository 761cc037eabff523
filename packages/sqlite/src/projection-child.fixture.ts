/** A process that keeps a projection up until it is killed. */
import { createClient } from '@refold/core'
import { counts } from './counts.fixture.js'
import { sqliteStore } from './sqlite-store.js'

const [file = ''] = process.argv.slice(2)
const client = await createClient({ store: sqliteStore(file), agents: [] })
await client.project(counts)
process.stdout.write('{}\n')
setInterval(() => {}, 60_000) // until it is killed
