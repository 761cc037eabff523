/** A parcel's agent, and the other program beside it. On the server that `REFOLD_ESDB_URL` names, else on one started here. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { storeFrom } from '@refold/cli'
import { createRuntime } from '@refold/core'
import { startDevServer } from '@refold/dev-server'
import { parcel } from './agent.js'

const named = process.env['REFOLD_ESDB_URL']
const server = named ? undefined : await startDevServer({ port: 0 })
const address = server?.connectionString ?? named ?? ''
const id = String(Date.now())

const consumer = fork(fileURLToPath(new URL('./consumer.js', import.meta.url)), [address, `parcel-${id}`])
const refold = await createRuntime({ store: await storeFrom(address), agents: [parcel] })
const agent = await refold.start(parcel, { id, input: { to: 'Ana' } })
await agent.waitFor((state) => state.matches('packing'))
await agent.send({ type: 'packed', grams: 300 })
await agent.send({ type: 'delivered', signedBy: 'Bo' })
await once(consumer, 'exit')
await refold.close()
await server?.close()
