/** `main.js [FILE]`: half of the work on a file, then the other half on a server. */
import { readFileSync } from 'node:fs'
import { copyStreams, createRuntime } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { sqliteStore } from '@refold/sqlite'
import { translation } from './agent.js'

const file = process.argv[2] ?? 'translations.db'
const id = `book-${Date.now()}`
const log = `${file}.${id}.log`

const before = await createRuntime({ store: sqliteStore(file), agents: [translation] })
const agent = await before.start(translation, { id, input: { log } })
await agent.waitFor((state) => state.matches('halfWay'))
await before.close() // no one may work on it from now on

const named = process.env['REFOLD_ESDB_URL']
const server = named ? undefined : await startDevServer({ port: 0 })
const address = server?.connectionString ?? named ?? ''

const [from, to] = [sqliteStore(file), eventStoreDBStore(address)]
const { events, stored } = await copyStreams(from, to, { streams: [`translation-${id}`] })
console.log(`${events} records are the same in both stores, ${stored} of them new`)
await Promise.all([from.close(), to.close()])

const after = await createRuntime({ store: eventStoreDBStore(address), agents: [translation] })
const moved = await after.attach(translation, id)
await moved.send({ type: 'proceed' })
const { output } = await moved.done()
console.log(output.translated.join(', '))
console.log(`translated: ${readFileSync(log, 'utf8').trim().split('\n').join(', ')}`)
await after.close()
await server?.close()
