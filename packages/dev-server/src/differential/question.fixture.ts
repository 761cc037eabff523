/** A question that both servers are asked, and how answers are made comparable. */
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  jsonEvent,
  type AppendExpectedRevision,
  type Credentials,
  type EventData,
  type EventStoreDBClient,
  type ResolvedEvent,
} from '@eventstore/db-client'

/** What a question asks with. */
export interface Asking {
  readonly client: EventStoreDBClient
  /** A stream of this question alone, the same on both servers. */
  readonly stream: string
  /** Events with ids that are the same on both servers. */
  event(n: number, data?: unknown): EventData
}

export interface Question {
  readonly name: string
  readonly ask: (asking: Asking) => Promise<unknown>
}

/** A call with credentials of its own takes the older form of append. */
export const UNARY: { readonly credentials: Credentials } = {
  credentials: { username: 'admin', password: 'changeit' },
}

export const EXPECTED: readonly AppendExpectedRevision[] = ['any', 'no_stream', 'stream_exists', 0n, 1n, 2n, 9n]

/** Asks one server; `run` is the same for both, and different in every run. */
export function askingOf(
  client: EventStoreDBClient,
  { run, name, ids }: { readonly run: string; readonly name: string; readonly ids: Map<number, string> },
): Asking {
  const stream = `q${run}-${name.replaceAll(/[^a-z0-9]+/gi, '_')}`
  return {
    client,
    stream,
    event: (n, data = { n }) => {
      const id = ids.get(n) ?? randomUUID()
      ids.set(n, id)
      return jsonEvent({ id, type: 'asked', data: data as never })
    },
  }
}

/** What happened to a call. */
export async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { ok: comparable(await call) }
  } catch (error) {
    return { failed: comparable(error) }
  }
}

/** What a read gives, or its error. */
export async function readingOf(reading: AsyncIterable<ResolvedEvent>, count = Infinity): Promise<unknown> {
  const events: unknown[] = []
  try {
    if (count > 0)
      for await (const resolved of reading) {
        events.push(comparable(resolved))
        if (events.length >= count) break
      }
    return events
  } catch (error) {
    return [...events, { failed: comparable(error) }]
  } finally {
    await letGo(reading)
  }
}

/** Leaving a loop early does not end the call. */
export async function letGo(reading: unknown): Promise<void> {
  if (reading instanceof Readable && 'unsubscribe' in reading)
    await (reading as unknown as { unsubscribe(): Promise<void> }).unsubscribe()
  else if (reading instanceof Readable && 'cancel' in reading)
    await (reading as unknown as { cancel(): Promise<void> }).cancel()
}

/** Without what differs between any two servers: positions, ids, times and the wording of messages. */
export function comparable(value: unknown): unknown {
  if (value instanceof Error) return comparableError(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date) return 'a date'
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('latin1')}`
  if (Array.isArray(value)) return value.map(comparable)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return Object.fromEntries(
    members.map(([key, member]) => [key, DIFFERING.has(key) ? `some ${typeof member}` : comparable(member)]),
  )
}

const DIFFERING = new Set(['position', 'commitPosition', 'id', 'metastreamRevision', 'created', '$c', '$p', '$v'])

function comparableError(error: Error): unknown {
  const fields = Object.entries(error).filter(([name]) => !WORDING.has(name))
  return { class: error.constructor.name, ...(comparable(Object.fromEntries(fields)) as object) }
}

const WORDING = new Set(['stack', 'metadata', 'details', 'message'])
