/** The server as a process: killed, ended, started wrongly. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { START } from '@eventstore/db-client'
import { expect, it } from 'vitest'
import { childServer, runToEnd, scratchDirectory } from './child-server.fixture.js'
import { CERT, KEY } from './certificate.fixture.js'
import { clientOf, errorOf, numbered, runningServer, take, type Numbered } from './running-server.fixture.js'
import { startDevServer } from './start-dev-server.js'

it('DEV-16 DEV-17 what was acknowledged, and each link once, is there after SIGKILL', async () => {
  const file = join(scratchDirectory(), 'events.db')
  const acknowledged: string[] = []
  const attempted = 40
  for (let round = 0; round < 3; round++) {
    const server = await childServer(['--db', file])
    const client = clientOf(server.connectionString)
    let stored = 0
    const appending = Array.from({ length: attempted }, async (_, writer) => {
      const stream = `order-${round}x${writer}`
      for (let n = 0; n < 50; n++) {
        await client.appendToStream(stream, numbered(1, { from: n }), {
          expectedRevision: n === 0 ? 'no_stream' : BigInt(n - 1),
        })
        acknowledged.push(`${stream}@${n}`)
        if (++stored === 500) void server.kill('SIGKILL')
      }
    })
    await Promise.allSettled(appending)
    await client.dispose()
  }
  const server = await childServer(['--db', file])
  const client = clientOf(server.connectionString)
  const all = await take(client.readAll())
  const found = all
    .filter(({ event }) => event?.streamId.startsWith('order-'))
    .map(({ event }) => `${event?.streamId}@${event?.revision}`)
  expect(new Set(found).size).toBe(found.length)
  expect(acknowledged.filter((name) => !found.includes(name))).toEqual([])
  const subscription = client.subscribeToStream('$ce-order', { fromRevision: START, resolveLinkTos: true })
  await client.appendToStream('order-last', numbered(1))
  const links = await take(subscription, found.length + 1)
  expect(links.map(({ event }) => `${event?.streamId}@${event?.revision}`)).toEqual([...found, 'order-last@0'])
})

it('DEV-24 at SIGTERM it ends its calls and exits with 0', async () => {
  const file = join(scratchDirectory(), 'events.db')
  const server = await childServer(['--db', file])
  const client = clientOf(server.connectionString)
  await client.appendToStream('order-1', numbered(3))
  const subscription = client.subscribeToStream('order-1')
  const ending = errorOf(take(subscription))
  await new Promise((resolve) => subscription.once('caughtUp', resolve))
  expect(await server.kill('SIGTERM')).toBe(0)
  expect(await ending).toMatchObject({ type: 'unavailable' })
  const again = clientOf((await childServer(['--db', file])).connectionString)
  const found = await take(again.readStream<Numbered>('order-1'))
  expect(found.map(({ event }) => event?.data.n)).toEqual([0, 1, 2])
})

it('DEV-23 a port in use is told', async () => {
  const { server } = await runningServer()
  await expect(startDevServer({ port: server.port })).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' })
  const { code, text } = await runToEnd(['--memory', '--port', String(server.port)])
  expect(code).toBe(1)
  expect(text).toContain('ADDRESS_IN_USE')
  expect(text).toContain('--port')
})

it('DEV-23 a certificate that cannot be used is told', async () => {
  const broken = { cert: CERT, key: KEY.replace('MIG', 'AAA') }
  await expect(startDevServer({ port: 0, tls: broken })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  const { code, text } = await runToEnd(['--memory', '--tls-cert', 'nowhere.pem', '--tls-key', 'nowhere.pem'])
  expect(code).toBe(1)
  expect(text).toContain('nowhere.pem cannot be read')
})

it('DEV-23 a damaged file, and one of another program, is told', async () => {
  const file = join(scratchDirectory(), 'events.db')
  writeFileSync(file, 'this is no database, and long enough to be looked at '.repeat(100))
  await expect(startDevServer({ port: 0, file })).rejects.toMatchObject({ code: 'STORE_FATAL' })
  const { code, text } = await runToEnd(['--port', '0', '--db', file])
  expect(code).toBe(1)
  expect(text).toContain('STORE_FATAL')
})

it.each([
  { args: ['--prot', '1'], says: '--prot' },
  { args: ['--port', 'x'], says: 'is no port' },
  { args: ['--memory', '--db', 'x'], says: 'choose one' },
  { args: ['--tls-cert', 'x'], says: 'go together' },
  { args: ['--auth', '--memory'], says: 'only over TLS' },
])('refuses $args', async ({ args, says }) => {
  const { code, text } = await runToEnd(args)
  expect(code).toBe(1)
  expect(text).toContain(says)
})

it('says with --help what it is for', async () => {
  const { code, text } = await runToEnd(['--help'])
  expect(code).toBe(0)
  expect(text).toContain('Not for production')
  expect(text).toContain('--db <file>')
})
