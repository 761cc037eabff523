/** D1: EventStoreDB's own client against the dev-server on disk, and against the real server where there is one. */
import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, jsonEvent, START } from '@eventstore/db-client'
import { startServerProcess, type ServerKind } from '../esdb-process.js'
import { median, timed, type Figures } from '../figures.js'

const ONE_BY_ONE = 2_000
const AT_ONCE = 10_000
const BATCHES = 200
const EVENTS_A_BATCH = 500
/** With its JSON around it 193 bytes. */
const PAYLOAD = { text: 'x'.repeat(182) }

/** Appends, reads and a catch-up, each against one server that is fresh. */
export async function devServer(directory: string, kind: ServerKind): Promise<Figures> {
  const server = await startServerProcess(kind, { directory })
  const client = EventStoreDBClient.connectionString(server.connectionString)
  await inFlight(client, { appends: 2_000, atOnce: 100 }) // warm
  const p50Ms = await oneByOne(client)
  const at10 = await inFlight(client, { appends: AT_ONCE, atOnce: 10 })
  const at100 = await inFlight(client, { appends: AT_ONCE, atOnce: 100 })
  const at1000 = await inFlight(client, { appends: AT_ONCE, atOnce: 1_000 })
  const batchSeconds = await timed(() => manyBatches(client))
  const total = BATCHES * EVENTS_A_BATCH
  const readSeconds = await timed(() => count(client.readStream('long', { fromRevision: START }), total))
  const subscription = client.subscribeToStream('long', { fromRevision: START })
  const caughtUpSeconds = await timed(() => count(subscription, total))
  await subscription.unsubscribe()
  const figures = {
    p50Ms,
    at10,
    at100,
    at1000,
    batched: total / batchSeconds,
    read: total / readSeconds,
    caughtUp: total / caughtUpSeconds,
    megabytes: server.residentMegabytes(),
  }
  server.kill()
  return figures
}

function event() {
  return jsonEvent({ type: 'measured', data: PAYLOAD })
}

/** Milliseconds of an append that waits for the one before it. */
async function oneByOne(client: EventStoreDBClient): Promise<number> {
  const milliseconds: number[] = []
  for (let n = 0; n < ONE_BY_ONE; n++) {
    const start = performance.now()
    await client.appendToStream('one', event(), { expectedRevision: n === 0 ? 'no_stream' : BigInt(n - 1) })
    milliseconds.push(performance.now() - start)
  }
  return median(milliseconds)
}

/** Appends a second, each writer to a stream of its own. */
async function inFlight(
  client: EventStoreDBClient,
  { appends, atOnce }: { readonly appends: number; readonly atOnce: number },
): Promise<number> {
  const run = randomUUID()
  const writer = async (_: unknown, index: number): Promise<void> => {
    for (let n = 0; n < appends / atOnce; n++) {
      const expectedRevision = n === 0 ? 'no_stream' : BigInt(n - 1)
      await client.appendToStream(`at${run}${index}`, event(), { expectedRevision })
    }
  }
  const seconds = await timed(() => Promise.all(Array.from({ length: atOnce }, writer)))
  return appends / seconds
}

async function manyBatches(client: EventStoreDBClient): Promise<void> {
  for (let n = 0; n < BATCHES; n++) await client.appendToStream('long', Array.from({ length: EVENTS_A_BATCH }, event))
}

async function count(reading: AsyncIterable<unknown>, wanted: number): Promise<void> {
  let left = wanted
  for await (const _ of reading) if (--left === 0) return
}
