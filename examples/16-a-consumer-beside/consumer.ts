/**
 * A program of someone else, in plain `@eventstore/db-client`: it follows all parcels, and ends with the one that it waits for.
 * `consumer.js ADDRESS STREAM`
 */
import { EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client'

const [address = '', last = ''] = process.argv.slice(2)
const client = EventStoreDBClient.connectionString(address)
const parcels = client.subscribeToAll({ fromPosition: START, filter: streamNameFilter({ prefixes: ['parcel-'] }) })

for await (const { event } of parcels) {
  if (event === undefined || event.streamId !== last) continue
  const by = event.type.startsWith('refold.') ? 'Refold' : 'someone'
  console.log(`${event.revision} ${event.type} (${by}) ${JSON.stringify(event.data)}`)
  if (event.type === 'delivered') break
}
await parcels.unsubscribe()
await client.dispose()
