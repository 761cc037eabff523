/**
 * E1–E3: a real EventStoreDB, named by `REFOLD_ESDB_URL`. Each figure is a ratio to the raw client on the same server with the
 * same number of appends in flight, in turns.
 */
import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client'
import { createRuntime, toRevision, type NewEvent, type Store } from '@refold/core'
import { eventStoreDBStore } from '@refold/eventstoredb'
import { median } from '../figures.js'
import type { Figures } from '../figures.js'
import { makeResult, stepAgent, STEPS } from '../workload.js'

const ROUNDS = 5
const LEAST_MS = 1500
const EVENTS_READ = 20_000
const EVENTS_AN_APPEND = 500
const PAYLOAD = { ...makeResult('bench', 1) }

const url = process.env['REFOLD_ESDB_URL'] ?? ''
const name = (): string => `bench-${randomUUID()}`

type Append = () => Promise<unknown>

/** Appends a second with so many in flight, each to a stream of its own, one after the other in it. */
export async function appends(inFlight: number): Promise<Figures> {
  const client = EventStoreDBClient.connectionString(url)
  const store = eventStoreDBStore(url)
  const makers = { raw: () => rawAppends(client), adapter: () => storeAppends(store) }
  for (const make of Object.values(makers)) await rate(make, inFlight)
  const [raw, adapter, ratios]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    raw.push(await rate(makers.raw, inFlight))
    adapter.push(await rate(makers.adapter, inFlight))
    ratios.push((adapter.at(-1) ?? 0) / (raw.at(-1) ?? 1))
  }
  await store.close()
  await client.dispose()
  return { rawPerSecond: median(raw), perSecond: median(adapter), ofRawClient: median(ratios) }
}

/** Reading a stream forwards and catching up on it, of the raw client's rate. */
export async function reads(): Promise<Figures> {
  const client = EventStoreDBClient.connectionString(url)
  const store = eventStoreDBStore(url)
  const stream = name()
  for (let at = 0; at < EVENTS_READ; at += EVENTS_AN_APPEND) {
    const events = Array.from({ length: EVENTS_AN_APPEND }, newEvent)
    await store.append(stream, events, { expected: at === 0 ? 'no_stream' : toRevision(at - 1) })
  }
  const ways = {
    raw: async () => count(client.readStream(stream)),
    adapter: async () => {
      let read = 0
      for await (const page of store.read(stream)) read += page.length
      return read
    },
    rawCatchUp: () => countUntil(client.subscribeToStream(stream)),
    catchUp: () => countUntil(store.subscribe({ stream })),
  }
  const rates: Record<keyof typeof ways, number[]> = { raw: [], adapter: [], rawCatchUp: [], catchUp: [] }
  for (let round = 0; round <= ROUNDS; round++)
    for (const [way, read] of Object.entries(ways)) {
      const from = performance.now()
      await read()
      if (round > 0) rates[way as keyof typeof ways].push(EVENTS_READ / ((performance.now() - from) / 1000))
    }
  await store.close()
  await client.dispose()
  const of = (one: readonly number[], other: readonly number[]): number =>
    median(one.map((rate, round) => rate / (other[round] ?? 1)))
  return {
    readPerSecond: median(rates.adapter),
    readOfRaw: of(rates.adapter, rates.raw),
    catchUpPerSecond: median(rates.catchUp),
    catchUpOfRaw: of(rates.catchUp, rates.rawCatchUp),
  }
}

/** Steps of agents a second, of the raw client's appends a second with as many in flight. */
export async function agentSteps(agents: number): Promise<Figures> {
  const client = EventStoreDBClient.connectionString(url)
  const definition = stepAgent((agent, step) => Promise.resolve(makeResult(agent, step)))
  const store = eventStoreDBStore({ connectionString: url, prefix: `${randomUUID().slice(0, 8)}.` })
  const runtime = await createRuntime({ store, agents: [definition] })
  const wave = async (): Promise<number> => {
    let steps = 0
    const from = performance.now()
    const runOn = async (): Promise<void> => {
      while (performance.now() - from < LEAST_MS) {
        const id = randomUUID()
        const agent = await runtime.start(definition, { id, input: { agent: id, steps: STEPS, keep: true } })
        await agent.done()
        steps += STEPS
      }
    }
    await Promise.all(Array.from({ length: agents }, runOn))
    return steps / ((performance.now() - from) / 1000)
  }
  await wave()
  const [rates, ratios]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    const bound = await rate(() => rawAppends(client), agents)
    rates.push(await wave())
    ratios.push((rates.at(-1) ?? 0) / bound)
  }
  await runtime.close()
  await store.close()
  await client.dispose()
  return { stepsPerSecond: median(rates), ofRawClient: median(ratios) }
}

function rawAppends(client: EventStoreDBClient): Append {
  const stream = name()
  let revision: bigint | typeof NO_STREAM = NO_STREAM
  return async () => {
    const event = jsonEvent({ type: 'noted', data: PAYLOAD, metadata: { $correlationId: 'bench' } })
    revision = (await client.appendToStream(stream, event, { expectedRevision: revision })).nextExpectedRevision
  }
}

function storeAppends(store: Store): Append {
  const stream = name()
  let last = -1
  return async () => {
    await store.append(stream, [newEvent()], { expected: last < 0 ? 'no_stream' : toRevision(last) })
    last++
  }
}

async function rate(make: () => Append, inFlight: number): Promise<number> {
  let appended = 0
  const from = performance.now()
  const appendOn = async (append: Append): Promise<void> => {
    while (performance.now() - from < LEAST_MS) {
      await append()
      appended++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, () => appendOn(make())))
  return appended / ((performance.now() - from) / 1000)
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let given = 0
  for await (const _ of items) given++
  return given
}

async function countUntil(items: AsyncIterable<unknown>): Promise<void> {
  let given = 0
  for await (const _ of items) if (++given === EVENTS_READ) return
}

function newEvent(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: PAYLOAD, metadata: { $correlationId: 'bench' } }
}
