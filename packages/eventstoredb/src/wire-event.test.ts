import type { JsonValue, NewEvent } from '@refold/core/store'
import { describe, expect, it, test } from 'vitest'
import { event, openStore, startServer } from './log-servers.fixture.js'
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client'
import { toStoredEvent, toWireEvent } from './wire-event.js'

const ORIGINAL = '$refold.original'
const ID = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'

function storedAgain(given: NewEvent): Pick<NewEvent, 'id' | 'type' | 'metadata'> {
  const { id, type, metadata } = toWireEvent(given)
  return read({ id, type, metadata: JSON.parse(new TextDecoder().decode(metadata)) as JsonValue })
}

function read({ id, type, metadata }: Pick<NewEvent, 'id' | 'type' | 'metadata'>) {
  const place = { kind: 'event', stream: 's-1', revision: 0n, position: 1n, data: null } as const
  const stored = toStoredEvent({ ...place, id, type, metadata }, { prefix: '' })
  return { id: stored.id, type: stored.type, metadata: stored.metadata }
}

describe('an event between the port and the server', () => {
  it.each([
    { id: ID.toUpperCase(), type: 'noted', metadata: { a: 1 } },
    { id: '00000000-0000-0000-0000-000000000000', type: '', metadata: null },
    { id: ID, type: 'noted', metadata: {} },
  ])('comes back with its own id and type: %j', (given) => {
    expect(storedAgain({ ...given, data: null })).toEqual(given)
  })

  it.each([
    null,
    'text',
    [],
    {},
    { id: 5, type: {}, metadata: {} },
    { id: 'other', type: 'noted', metadata: { b: 1 } },
  ])('ESDB-256 what another program keeps under the key of ours is its own: %j', (own) => {
    const foreign = { id: ID, type: 'noted', metadata: { [ORIGINAL]: own } }
    expect(read(foreign)).toEqual(foreign)
  })
})

test('ESDB-256 one event of another program, whatever is in it, harms no reader of the log', async () => {
  const server = await startServer()
  const store = openStore(server.connectionString)
  await store.append('cart-1', [event()], { expected: 'no_stream' })
  const other = EventStoreDBClient.connectionString(server.connectionString)
  await other.appendToStream('cart-1', jsonEvent({ type: 'odd', data: {}, metadata: { [ORIGINAL]: null } }))
  await other.dispose()
  expect(await store.directory.rebuild()).toEqual({ agents: 0, repaired: 0 })
  const types: string[] = []
  for await (const page of store.readAll()) types.push(...page.map(({ type }) => type))
  expect(types).toEqual(['noted', 'odd'])
})
