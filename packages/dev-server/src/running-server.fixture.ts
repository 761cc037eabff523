/** A server in this process and the real client, for one test. */
import { EventStoreDBClient, jsonEvent, type JSONEventType } from '@eventstore/db-client'
import { onTestFinished } from 'vitest'
import { startDevServer, type DevServer, type DevServerOptions } from './start-dev-server.js'

export interface RunningServer {
  readonly server: DevServer
  readonly client: EventStoreDBClient
}

/** Both are closed when the test has finished. In memory and on a free port, unless told otherwise. */
export async function runningServer(options: DevServerOptions = {}): Promise<RunningServer> {
  const server = await startDevServer({ port: 0, projections: false, ...options })
  onTestFinished(() => server.close()) // the last of the hooks: they run in the reverse order
  return { server, client: clientOf(server.connectionString) }
}

/** A client that is disposed of when the test has finished. */
export function clientOf(connectionString: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(connectionString)
  onTestFinished(() => client.dispose())
  return client
}

export type Numbered = JSONEventType<string, { readonly n: number }>

/** Events with the numbers from `from` on. */
export function numbered(count: number, { from = 0, type = 'counted' } = {}) {
  return Array.from({ length: count }, (_, index) => jsonEvent<Numbered>({ type, data: { n: from + index } }))
}

/** Takes what is read, up to so many. */
export async function take<T>(reading: AsyncIterable<T>, count = Infinity): Promise<readonly T[]> {
  const taken: T[] = []
  for await (const item of reading) {
    taken.push(item)
    if (taken.length >= count) break
  }
  return taken
}

/** The numbers of such events. */
export function numbersOf(resolved: readonly { readonly event?: { readonly data: unknown } }[]): readonly number[] {
  return resolved.map(({ event }) => (event?.data as { readonly n: number } | undefined)?.n ?? Number.NaN)
}

/** The error with which it rejects. */
export async function errorOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise
  } catch (error) {
    return error as Record<string, unknown>
  }
  throw new Error('it did not reject')
}
