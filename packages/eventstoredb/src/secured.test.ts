/** Servers with TLS and users. */
import { randomUUID } from 'node:crypto'
import { EventStoreDBClient } from '@eventstore/db-client'
import type { NewEvent, Store, StoredEvent } from '@refold/core/store'
import { isRefoldError } from '@refold/core/store'
import { afterEach, expect, test } from 'vitest'
import { eventStoreDBStore } from './event-store-db-store.js'
import { ask } from './http.fixture.js'
import { describeOn, SECURED_DEV_SERVER, SECURED_SERVER, type TestServer } from './servers.fixture.js'

const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

describeOn([SECURED_DEV_SERVER, SECURED_SERVER], (server) => {
  test('appends, reads, subscribes and keeps registers and a directory, as the user of the connection string', async () => {
    const store = openStore(server().connectionString)
    const stream = `boat-${randomUUID()}`
    const noted = event()
    expect(await store.append(stream, [noted], { expected: 'no_stream' })).toMatchObject({ ok: true })
    expect((await all(store.read(stream))).map(({ id }) => id)).toEqual([noted.id])
    expect((await firstOf(store, stream)).id).toBe(noted.id)
    await store.registers.put(stream, 1)
    expect(await store.registers.get(stream)).toBe(1)
    expect(await store.directory.get(stream)).toBeUndefined()
  })

  test('ESDB-13 a certificate of an authority that is not trusted is told with what to do', async () => {
    const store = openStore(server().connectionString.replace(/&tlsCAFile=.*/, ''))
    const error = await errorOf(store.append('boat-1', [event()], { expected: 'no_stream' }))
    expect(error).toMatchObject({ code: 'STORE_REJECTED', hint: expect.stringMatching(/tlsCAFile/) })
  })

  for (const [wrong, user] of [
    ['password', 'admin:wrong'],
    ['user', 'no one:changeit'],
  ] as const)
    test(`ESDB-13 a wrong ${wrong} is told with what to do, and is not tried again`, async () => {
      const store = openStore(server().connectionString.replace('admin:changeit', user))
      const fatal = { code: 'STORE_FATAL', hint: expect.stringMatching(/user/) }
      expect(await errorOf(store.append('boat-1', [event()], { expected: 'no_stream' }))).toMatchObject(fatal)
      expect(await errorOf(all(store.read('boat-1')))).toMatchObject(fatal)
      expect(await errorOf(firstOf(store, 'boat-1'))).toMatchObject(fatal)
      expect(await errorOf(store.directory.get('boat-1'))).toMatchObject(fatal)
    })

  test('ESDB-13 a connection string without a user is told that one is needed', async () => {
    const store = openStore(server().connectionString.replace('admin:changeit@', ''))
    const fatal = { code: 'STORE_FATAL', hint: expect.stringMatching(/user/) }
    expect(await errorOf(store.append('boat-1', [event()], { expected: 'no_stream' }))).toMatchObject(fatal)
    expect(await errorOf(all(store.read('boat-1')))).toMatchObject(fatal)
  })
})

describeOn([SECURED_SERVER], (server) => {
  test('ESDB-14 a user who may not read $all is told the missing right, and works with single streams', async () => {
    const store = openStore((await createUser(server())).connectionString)
    const stream = `boat-${randomUUID()}`
    const noted = event()
    expect(await store.append(stream, [noted], { expected: 'no_stream' })).toMatchObject({ ok: true })
    expect(await all(store.read(stream))).toHaveLength(1)
    expect((await firstOf(store, stream)).id).toBe(noted.id)
    await store.registers.put(stream, { large: 'x'.repeat(2_000_000) })
    expect(await store.registers.get(stream)).toEqual({ large: 'x'.repeat(2_000_000) })
    const denied = { code: 'STORE_FATAL', hint: expect.stringMatching(/read \$all/) }
    expect(await errorOf(all(store.readAll()))).toMatchObject(denied)
    expect(await errorOf(store.directory.get(stream))).toMatchObject(denied)
    expect(await errorOf(all(store.directory.find()))).toMatchObject(denied)
    expect(await errorOf(takeFirst(store.subscribe({ all: true })))).toMatchObject(denied)
    expect(await errorOf(takeFirst(store.externalAppends()))).toMatchObject(denied)
  })

  test('ESDB-14 a user with the right to read $all has the directory, without being an administrator', async () => {
    const { login, connectionString } = await createUser(server())
    const admin = EventStoreDBClient.connectionString(server().connectionString)
    closing.push(() => admin.dispose())
    await admin.setStreamMetadata('$all', { acl: { readRoles: ['$admins', login] } })
    const store = openStore(connectionString)
    const stream = `boat-${randomUUID()}`
    await store.append(stream, [record()], { expected: 'no_stream' })
    expect(await store.directory.get(stream)).toMatchObject({ stream, definition: 'boat' })
  })
})

/** Of no group. */
async function createUser({ port, connectionString }: TestServer) {
  const login = `user-${randomUUID().slice(0, 8)}`
  const body = { loginName: login, fullName: login, groups: [], password: 'secret' }
  await ask({ port, path: '/users', secured: true, asAdmin: true, body })
  return { login, connectionString: connectionString.replace('admin:changeit', `${login}:secret`) }
}

function openStore(connectionString: string): Store {
  const store = eventStoreDBStore({ connectionString, timeoutMs: 20_000 })
  closing.push(() => store.close())
  return store
}

async function firstOf(store: Store, stream: string): Promise<StoredEvent> {
  for await (const item of store.subscribe({ stream })) if (item.kind === 'event') return item.event
  throw new Error('the subscription ended')
}

async function takeFirst(items: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of items) return item
  return undefined
}

function event(): NewEvent {
  return { id: randomUUID(), type: 'noted', data: null, metadata: {} }
}

function record(): NewEvent {
  const input = { kind: 'event', to: '0' }
  const header = { v: 0, agent: 'boat@1', at: 1, input, active: ['dock'], body: { patch: [] } }
  return { id: randomUUID(), type: 'moored', data: null, metadata: { refold: header } }
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const page of pages) items.push(...page)
  return items
}

async function errorOf(outcome: Promise<unknown>): Promise<unknown> {
  return outcome.then(
    () => undefined,
    (error: unknown) => (isRefoldError(error) ? { code: error.code, hint: error.hint } : error),
  )
}
