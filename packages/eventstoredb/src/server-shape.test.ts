/** What the server holds, as another program reads it with the plain client. */
import { randomUUID } from 'node:crypto'
import { EventStoreDBClient, type ResolvedEvent } from '@eventstore/db-client'
import type { JsonValue, NewEvent, Store } from '@refold/core'
import { createRuntime, defineAgent, effect, toRevision } from '@refold/core'
import { rebuildDirectory } from '@refold/core/store'
import { afterEach, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { eventStoreDBStore } from './event-store-db-store.js'
import type { EventStoreDBOptions } from './options.js'
import { describeOn, DEV_SERVER, NAMED_SERVER, type TestServer } from './servers.fixture.js'

const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

describeOn([DEV_SERVER, NAMED_SERVER], (server) => {
  test('ESDB-1 holds an agent as a stream of its category, with clean data and the conventions of its metadata', async () => {
    const store = openStore(server())
    const id = randomUUID()
    const definition = defineAgent({
      name: 'greeter',
      version: 1,
      machine: greeter,
      input: z.object({ name: z.string() }),
    })
    const runtime = await createRuntime({ store, agents: [definition] })
    closing.push(() => runtime.close())
    const agent = await runtime.start(definition, { id, input: { name: 'ana' } })
    await agent.waitFor((state) => state.matches('waiting'))
    await agent.send({ type: 'approve', by: 'ana' })
    const { output } = await agent.done()
    expect(output).toEqual({ text: 'hello ana' })
    const events = await plainlyRead(server(), `greeter-${id}`)
    expect(events.map(({ event }) => [event?.type, event?.isJson])).toContainEqual(['approve', true])
    const approved = events.find(({ event }) => event?.type === 'approve')?.event
    expect(approved?.data).toEqual({ by: 'ana' })
    const correlations = events.map(
      ({ event }) => (event?.metadata as { $correlationId?: string } | undefined)?.$correlationId,
    )
    expect(new Set(correlations)).toEqual(new Set([events[0]?.event?.id]))
    const outcome = events.find(({ event }) => event?.type === 'refold.effect.done')?.event
    const causation = (outcome?.metadata as { $causationId?: string } | undefined)?.$causationId
    expect(events.map(({ event }) => event?.id)).toContain(causation)
  })

  test('ESDB-2 takes any stream name as it is', async () => {
    const store = openStore(server())
    const names = [
      '%',
      '%2F',
      ' ',
      'a b',
      '🐋',
      'ä',
      '/',
      '?x=1',
      '#',
      '"',
      "'",
      '\\',
      '\n',
      '@@',
      'x'.repeat(1000),
      '🐋'.repeat(250),
    ]
    for (const name of names) {
      const stream = `name-${randomUUID()}${name}`
      const noted = event(name)
      expect(await store.append(stream, [noted], { expected: 'no_stream' })).toMatchObject({ ok: true, revision: 0n })
      expect((await all(store.read(stream))).map(({ data, stream }) => [data, stream])).toEqual([[name, stream]])
      expect((await plainlyRead(server(), stream))[0]?.event?.id).toBe(noted.id)
    }
  })

  test('ESDB-3 keeps one event of a register', async () => {
    const store = openStore(server())
    const name = randomUUID()
    for (const value of [1, 2, 3]) await store.registers.put(name, value)
    expect(await plainlyRead(server(), `~register-${name}`)).toHaveLength(1)
    expect(await store.registers.get(name)).toBe(3)
  })

  test('ESDB-3 a register of some megabytes comes back whole, also while it is written again', async () => {
    const [store, other] = [openStore(server()), openStore(server())]
    const name = randomUUID()
    const large = (letter: string): JsonValue => ({ letter, text: `${letter}🐋"\\`.repeat(400_000) })
    for (const letter of ['a', 'b', 'c']) {
      await store.registers.put(name, large(letter))
      expect(await other.registers.get(name)).toEqual(large(letter))
    }
    const writing = store.registers.put(name, large('d'))
    const seen = (await other.registers.get(name)) as { readonly letter: string }
    expect(seen).toEqual(large(seen.letter))
    await writing
    await store.registers.put(name, 'small again')
    expect(await other.registers.get(name)).toBe('small again')
    await store.registers.remove(name)
    expect(await other.registers.get(name)).toBeUndefined()
  })

  test('ESDB-3 of several who write a large register at once, the last one counts, and its value is whole', async () => {
    const name = randomUUID()
    const stores = ['a', 'b', 'c', 'd'].map((letter) => ({ letter, store: openStore(server()) }))
    const reader = openStore(server())
    for (let round = 0; round < 5; round++) {
      await Promise.all(stores.map(({ letter, store }) => store.registers.put(name, letter.repeat(700_000))))
      expect(['a', 'b', 'c', 'd'].map((letter) => letter.repeat(700_000))).toContain(await reader.registers.get(name))
    }
  })

  test('ESDB-15 a directory checkpoint that cannot be read is none', async () => {
    const prefix = `${randomUUID().slice(0, 8)}.`
    const store = openStore(server(), { prefix })
    await store.append('boat-1', [record()], { expected: 'no_stream' })
    for (const damaged of [
      { v: 1, position: 'x', id: 7 },
      { v: 1, position: '99999999999', id: 'y', entries: [] },
      'x',
    ]) {
      await store.registers.put('refold-directory', damaged)
      expect(await openStore(server(), { prefix }).directory.get('boat-1')).toBeDefined()
    }
  })

  test('ESDB-15 a start reads on from the stored checkpoint, and has the whole directory', async () => {
    const prefix = `${randomUUID().slice(0, 8)}.`
    const store = openStore(server(), { prefix, checkpointEveryEvents: 50 })
    await store.directory.get('boat-0')
    for (let agent = 0; agent < 120; agent++) await store.append(`boat-${agent}`, [record()], { expected: 'no_stream' })
    await store.directory.get('boat-0')
    await store.close()
    const saved = (await openStore(server(), { prefix }).registers.get('refold-directory')) as { entries: unknown[] }
    expect(saved.entries.length).toBeGreaterThanOrEqual(20) // after 50 events, of which some are others'
    const again = openStore(server(), { prefix })
    expect(await entriesOf(again)).toEqual([...(await rebuildDirectory(again)).values()])
  })

  test('ESDB-21 a start that had to read something stores what it found, also of a short log', async () => {
    const prefix = `${randomUUID().slice(0, 8)}.`
    const store = openStore(server(), { prefix })
    for (let agent = 0; agent < 120; agent++) await store.append(`boat-${agent}`, [record()], { expected: 'no_stream' })
    const first = openStore(server(), { prefix })
    expect(await entriesOf(first)).toHaveLength(120)
    await first.close()
    expect(await savedBy(prefix)).toMatchObject({ entries: { length: 120 } })
    const again = openStore(server(), { prefix })
    expect(await entriesOf(again)).toEqual([...(await rebuildDirectory(store)).values()])
  })

  test('ESDB-21 beside a log of others, the next start goes on behind what the last one looked through', async () => {
    const prefix = `${randomUUID().slice(0, 8)}.`
    const store = openStore(server(), { prefix })
    await store.append('boat-1', [record()], { expected: 'no_stream' })
    const others = openStore(server(), { prefix: `others-${prefix}` })
    for (let at = 0; at < 40; at++)
      await others.append(
        `noise-${at}`,
        Array.from({ length: 100 }, (_, nth) => event(nth)),
        { expected: 'no_stream' },
      )
    const first = openStore(server(), { prefix })
    expect(await entriesOf(first)).toHaveLength(1)
    await first.close()
    const [[ours], [early]] = await Promise.all([all(store.read('boat-1')), all(others.read('noise-30'))])
    const { position, upTo } = await savedBy(prefix)
    expect(position).toBe(String(ours?.position))
    expect(BigInt(upTo)).toBeGreaterThan(early?.position ?? 0n)
    await store.append('boat-2', [record()], { expected: 'no_stream' })
    expect(await entriesOf(openStore(server(), { prefix }))).toHaveLength(2)
  })

  async function savedBy(prefix: string): Promise<{ position: string; upTo: string; entries: readonly unknown[] }> {
    return (await openStore(server(), { prefix }).registers.get('refold-directory')) as never
  }

  test('ESDB-15 events that change no entry are not read again by every start', async () => {
    const prefix = `${randomUUID().slice(0, 8)}.`
    const store = openStore(server(), { prefix, checkpointEveryEvents: 50 })
    await store.append('boat-1', [record()], { expected: 'no_stream' })
    await store.directory.get('boat-1')
    for (let sent = 0; sent < 60; sent++) await store.append('boat-1', [event(sent)], { expected: toRevision(sent) })
    await store.directory.get('boat-1')
    await store.close()
    const saved = (await openStore(server(), { prefix }).registers.get('refold-directory')) as { position: string }
    const [first] = await all(openStore(server(), { prefix }).read('boat-1'))
    expect(BigInt(saved.position)).toBeGreaterThan(first?.position ?? 0n)
  })

  test('ESDB-15 a checkpoint that names an event which the log does not hold is ignored', async () => {
    const prefix = `${randomUUID().slice(0, 8)}.`
    const store = openStore(server(), { prefix })
    await store.append('boat-1', [record()], { expected: 'no_stream' })
    const [stored] = await all(store.read('boat-1'))
    const ghost = { ...(await store.directory.get('boat-1')), stream: 'boat-ghost' }
    const position = String(stored?.position)
    for (const [id, isTaken] of [
      [randomUUID(), false],
      [stored?.id, true],
    ] as const) {
      await store.registers.put('refold-directory', { v: 1, position, id, entries: [ghost] } as unknown as JsonValue)
      const found = await openStore(server(), { prefix }).directory.get('boat-ghost')
      expect(found !== undefined).toBe(isTaken)
    }
  })
})

const greeter = setup({
  actors: { greet: effect(async ({ input }: { input: { name: string } }) => `hello ${input.name}`) },
  types: {
    events: {} as { type: 'approve'; by: string },
    context: {} as { name: string; text: string },
    input: {} as { name: string },
  },
}).createMachine({
  context: ({ input }) => ({ name: input.name, text: '' }),
  initial: 'greeting',
  output: ({ context }) => ({ text: context.text }),
  states: {
    greeting: {
      invoke: {
        src: 'greet',
        input: ({ context }) => ({ name: context.name }),
        onDone: { target: 'waiting', actions: assign({ text: ({ event }) => event.output }) },
      },
    },
    waiting: { on: { approve: 'over' } },
    over: { type: 'final' },
  },
})

function openStore({ connectionString }: TestServer, options: Partial<EventStoreDBOptions> = {}): Store {
  const store = eventStoreDBStore({ connectionString, ...options })
  closing.push(() => store.close())
  return store
}

async function plainlyRead({ connectionString }: TestServer, stream: string): Promise<readonly ResolvedEvent[]> {
  const client = EventStoreDBClient.connectionString(connectionString)
  const events: ResolvedEvent[] = []
  for await (const event of client.readStream(stream)) events.push(event)
  await client.dispose()
  return events
}

async function entriesOf(store: Store): Promise<readonly unknown[]> {
  return all(store.directory.find())
}

function event(data: JsonValue = null): NewEvent {
  return { id: randomUUID(), type: 'noted', data, metadata: {} }
}

function record(): NewEvent {
  const header = {
    v: 0,
    agent: 'boat@1',
    at: 1,
    input: { kind: 'event', to: '0' },
    active: ['dock'],
    body: { patch: [] },
  }
  return { id: randomUUID(), type: 'moored', data: null, metadata: { refold: header } }
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const page of pages) items.push(...page)
  return items
}
