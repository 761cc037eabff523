/** TLS, users, discovery, HTTP beside gRPC, and what comes from who speaks something else. */
import { writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { get } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { jsonEvent } from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { CERT, KEY } from './certificate.fixture.js'
import { scratchDirectory } from './child-server.fixture.js'
import { clientOf, errorOf, numbered, runningServer, take } from './running-server.fixture.js'

const tls = { cert: CERT, key: KEY }

function caFile(): string {
  const file = join(scratchDirectory(), 'ca.pem')
  writeFileSync(file, CERT)
  return file
}

describe('TLS and users', () => {
  it('DEV-19 admin may read and write everything', async () => {
    const { server } = await runningServerWithTls()
    const client = clientOf(`${server.connectionString}&tlsCAFile=${caFile()}`)
    await client.appendToStream('order-1', numbered(2))
    expect(await take(client.readStream('order-1'))).toHaveLength(2)
    expect(await take(client.readAll())).toHaveLength(2)
    const credentials = { username: 'ops', password: 'changeit' }
    expect(await take(client.readStream('order-1', { credentials }))).toHaveLength(2)
    expect(await errorOf(take(client.readAll({ credentials })))).toMatchObject({ type: 'access-denied' })
  })

  it('DEV-19 a wrong password and no password are denied', async () => {
    const { server } = await runningServerWithTls()
    const address = `127.0.0.1:${server.port}?tls=true&tlsCAFile=${caFile()}`
    const wrong = clientOf(`esdb://admin:wrong@${address}`)
    expect(await errorOf(take(wrong.readStream('order-1')))).toMatchObject({ type: 'access-denied', code: 16 })
    expect(await errorOf(wrong.appendToStream('order-1', numbered(1)))).toMatchObject({
      type: 'access-denied',
      code: 16,
    })
    const stranger = clientOf(`esdb://${address}`)
    expect(await errorOf(take(stranger.readStream('order-1')))).toMatchObject({ type: 'access-denied', code: 7 })
    const denied = await errorOf(stranger.appendToStream('order-1', numbered(1)))
    expect(denied).toMatchObject({ type: 'access-denied' })
    expect(denied['code']).toBeUndefined()
  })

  it('DEV-21 health, info and ping are answered with TLS', async () => {
    const { server } = await runningServerWithTls()
    const status = await new Promise((resolve) =>
      get({ host: '127.0.0.1', port: server.port, path: '/health/live', ca: CERT, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }),
    )
    expect(status).toBe(204)
  })
})

it('DEV-20 a client that discovers finds one leader', async () => {
  const { server } = await runningServer()
  const discovering = clientOf(`esdb+discover://127.0.0.1:${server.port}?tls=false`)
  await discovering.appendToStream('order-1', numbered(1))
  const several = clientOf(`esdb://127.0.0.1:${server.port},localhost:${server.port}?tls=false`)
  expect(await take(several.readStream('order-1'))).toHaveLength(1)
})

it('DEV-21 health, info and ping are answered beside gRPC', async () => {
  const { server } = await runningServer()
  const ask = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`)
  expect((await ask('/health/live')).status).toBe(204)
  expect(await (await ask('/info')).json()).toMatchObject({ esVersion: '24.10.14', state: 'leader' })
  expect(await (await ask('/ping')).json()).toMatchObject({ text: 'Ping request successfully handled' })
  expect((await ask('/web')).status).toBe(404)
})

it('DEV-22 what is not offered says so', async () => {
  const { client } = await runningServer()
  const projecting = await errorOf(client.createProjection('mine', 'fromAll()'))
  expect(projecting).toMatchObject({ code: 12 })
  expect(String(projecting['message'])).toContain('does not offer projections of your own')
})

describe('who speaks something else', () => {
  it.each([
    { name: 'noise', bytes: Buffer.from('\u0000\u0001\u0002 noise \r\n\r\n') },
    {
      name: 'a preface and noise',
      bytes: Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.alloc(100, 0xff)]),
    },
    { name: 'a preface cut short', bytes: Buffer.from('PR') },
    { name: 'TLS to a server without', bytes: Buffer.from('16030100f8010000f40303', 'hex') },
  ])('DEV-18 $name ends its own connection', async ({ bytes }) => {
    const { client, server } = await runningServer()
    const socket = connect(server.port, '127.0.0.1')
    const closed = new Promise((resolve) => socket.on('close', resolve).on('error', () => {}))
    socket.end(bytes)
    socket.resume()
    await closed
    const { nextExpectedRevision } = await client.appendToStream('order-1', numbered(1))
    expect(nextExpectedRevision).toBe(0n)
  })

  it('DEV-21 a preface of HTTP/2 is known also when it comes in pieces', async () => {
    const { server } = await runningServer()
    const socket = connect(server.port, '127.0.0.1').setNoDelay()
    const answer = new Promise<Buffer>((resolve) => socket.once('data', resolve))
    for (const piece of ['P', 'RI', ' * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
      await new Promise((resolve) => socket.write(piece, resolve))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    socket.write(Buffer.from('000000040000000000', 'hex')) // empty settings
    const SETTINGS = 4
    expect((await answer)[3]).toBe(SETTINGS)
    socket.destroy()
  })

  it.each(['Read', 'Append', 'BatchAppend', 'Delete'])(
    'DEV-18 %s with what is no message ends its own call',
    async (method) => {
      const { client, server } = await runningServer()
      await client.appendToStream('order-1', numbered(1))
      const session = connectHttp2(`http://127.0.0.1:${server.port}`)
      const noise = Buffer.from([0, 0, 0, 0, 6, 0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f])
      const empty = Buffer.alloc(5)
      for (const body of [noise, empty, Buffer.from([1, 0, 0, 0, 1, 0]), Buffer.from([0, 0])]) {
        const status = await call(session, { path: `/event_store.client.streams.Streams/${method}`, body })
        expect(status === undefined || Number(status) >= 0).toBe(true)
      }
      session.close()
      await client.appendToStream('order-1', numbered(1), { expectedRevision: 0n })
    },
  )

  it('DEV-18 one message that is too large ends its call, and the server goes on', async () => {
    const { client } = await runningServer()
    const huge = jsonEvent({ type: 'huge', data: 'x'.repeat(17_000_000) })
    expect(await errorOf(client.appendToStream('order-1', huge, { deadline: 300_000 }))).toMatchObject({ code: 8 })
    await client.appendToStream('order-1', numbered(1))
  })
})

function runningServerWithTls() {
  return runningServer({ tls, auth: true, host: '127.0.0.1' })
}

/** The gRPC status of a call with this body; `undefined`: it ended without one. */
function call(
  session: ReturnType<typeof connectHttp2>,
  { path, body }: { readonly path: string; readonly body: Buffer },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    let status: string | undefined
    const note = (headers: Record<string, unknown>): void => {
      if (typeof headers['grpc-status'] === 'string') status = headers['grpc-status']
    }
    stream.on('response', note).on('trailers', note)
    stream.on('close', () => resolve(status)).on('error', () => {})
    stream.resume()
    stream.end(body)
  })
}
