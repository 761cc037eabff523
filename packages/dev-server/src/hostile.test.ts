/** What goes wrong around a server: disks, files, ports, and clients that behave badly. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync, truncateSync, writeSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { join } from 'node:path'
import { binaryEvent, START } from '@eventstore/db-client'
import { describe, expect, it } from 'vitest'
import { childServer, runToEnd, scratchDirectory } from './child-server.fixture.js'
import { clientOf, errorOf, numbered, runningServer, take } from './running-server.fixture.js'
import { startDevServer } from './start-dev-server.js'

describe('files', () => {
  it('DEV-23 a directory that cannot be written to is told', async () => {
    const sealed = join(scratchDirectory(), 'sealed')
    mkdirSync(sealed)
    chmodSync(sealed, 0o500)
    const directory = process.getuid?.() === 0 ? '/proc' : sealed // root may write to the other one
    const starting = startDevServer({ port: 0, file: join(directory, 'events.db') })
    await expect(starting).rejects.toMatchObject({ code: 'STORE_FATAL' })
  })

  it('DEV-27 on a full disk appends fail, the console says why, and reads go on', async () => {
    const file = join(scratchDirectory(), 'events.db')
    const server = await childServer(['--db', file, '--no-projections'], { largestFileKiB: 2_000 })
    const client = clientOf(server.connectionString)
    const large = () => binaryEvent({ type: 'large', data: new Uint8Array(100_000) })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) => client.appendToStream(`order-${n}`, large())),
    )
    const stored = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [`order-${n}`] : []))
    expect(stored.length).toBeLessThan(60)
    expect(server.complaints()).toMatch(/STORE_(REJECTED|UNKNOWN|FATAL)/)
    const found = await take(client.readAll())
    expect(found.map(({ event }) => event?.streamId)).toEqual(expect.arrayContaining(stored))
    expect(await server.kill('SIGTERM')).toBe(0)
    const again = clientOf((await childServer(['--db', file, '--no-projections'])).connectionString)
    const names = (await take(again.readAll())).map(({ event }) => event?.streamId)
    expect(names).toEqual(expect.arrayContaining(stored))
    await again.appendToStream('order-more', large())
  })

  it('DEV-23 a file that another server works on is refused, and free when that one was killed', async () => {
    const file = join(scratchDirectory(), 'events.db')
    const first = await childServer(['--db', file])
    const { code, text } = await runToEnd(['--port', '0', '--db', file])
    expect(code).toBe(1)
    expect(text).toContain('ADDRESS_IN_USE')
    await first.kill('SIGKILL')
    const second = await childServer(['--db', file])
    expect(await second.kill('SIGTERM')).toBe(0)
    await (await childServer(['--db', file])).kill('SIGTERM')
  })

  it('DEV-23 a path through a file, and a directory instead of a file, is told', async () => {
    const directory = scratchDirectory()
    closeSync(openSync(join(directory, 'plain'), 'w'))
    for (const file of [join(directory, 'plain', 'events.db'), directory]) {
      const { code, text } = await runToEnd(['--port', '0', '--db', file])
      expect(code).toBe(1)
      expect(text).toContain('STORE_FATAL')
    }
  })

  it('DEV-23 a file with damaged pages says so to those who read them, and the server goes on', async () => {
    const file = join(scratchDirectory(), 'events.db')
    const before = await childServer(['--db', file, '--no-projections'])
    const first = clientOf(before.connectionString)
    for (let n = 0; n < 20; n++) await first.appendToStream('order-1', numbered(200, { from: n * 200 }))
    await before.kill('SIGTERM')
    const { size } = statSync(file)
    const handle = openSync(file, 'r+')
    for (let at = 4096 * 6; at < size - 4096; at += 4096) writeSync(handle, Buffer.alloc(2048, 0xa5), 0, 2048, at)
    closeSync(handle)
    const { text } = await runUntilRead(file)
    expect(text).toContain('STORE_FATAL')
  })

  it('DEV-23 a file that was cut short is told', async () => {
    const file = join(scratchDirectory(), 'events.db')
    const before = await childServer(['--db', file, '--no-projections'])
    await clientOf(before.connectionString).appendToStream('order-1', numbered(500))
    await before.kill('SIGTERM')
    truncateSync(file, 4096)
    const { code, text } = await runUntilRead(file)
    expect(code).toBe(1)
    expect(text).toContain('STORE_FATAL')
  })
})

/** Starts on this file, and reads everything if it starts. */
async function runUntilRead(file: string): Promise<{ readonly code: number | null; readonly text: string }> {
  try {
    const server = await startDevServer({ port: 0, file, projections: false })
    const client = clientOf(server.connectionString)
    try {
      const error = await errorOf(take(client.readAll({ fromPosition: START })))
      return { code: null, text: String(error['message']) }
    } finally {
      await server.close()
    }
  } catch (error) {
    return { code: 1, text: String((error as { readonly code?: string }).code) }
  }
}

describe('clients', () => {
  it('DEV-18 connections that say nothing, and that vanish in the middle of a call, hold up no one', async () => {
    const { client, server } = await runningServer()
    const silent = Array.from({ length: 100 }, () => connect(server.port, '127.0.0.1').on('error', () => {}))
    const session = connectHttp2(`http://127.0.0.1:${server.port}`).on('error', () => {})
    const halfCall = session.request({
      ':method': 'POST',
      ':path': '/event_store.client.streams.Streams/BatchAppend',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    halfCall.on('error', () => {})
    halfCall.write(Buffer.from([0, 0, 1, 0, 0, 7])) // a message of 64 KiB that never comes
    await client.appendToStream('order-1', numbered(1))
    session.destroy()
    await client.appendToStream('order-1', numbered(1), { expectedRevision: 0n })
    for (const socket of silent) socket.destroy()
    expect(await take(client.readStream('order-1'))).toHaveLength(2)
  })

  it('DEV-24 it closes while connections say nothing and calls are open', async () => {
    const { client, server } = await runningServer()
    const silent = connect(server.port, '127.0.0.1').on('error', () => {})
    await new Promise((resolve) => silent.once('connect', resolve))
    const subscription = client.subscribeToAll({ fromPosition: START })
    const ending = errorOf(take(subscription))
    await new Promise((resolve) => subscription.once('caughtUp', resolve))
    await server.close()
    expect(await ending).toMatchObject({ type: 'unavailable' })
    silent.destroy()
  })

  it('DEV-17 ten thousand streams', async () => {
    const { client } = await runningServer({ file: join(scratchDirectory(), 'events.db') })
    const names = Array.from({ length: 10_000 }, (_, n) => `order-${n}`)
    for (let from = 0; from < names.length; from += 500)
      await Promise.all(
        names
          .slice(from, from + 500)
          .map((name) => client.appendToStream(name, numbered(1), { expectedRevision: 'no_stream' })),
      )
    expect(await take(client.readAll())).toHaveLength(names.length)
    const { nextExpectedRevision } = await client.appendToStream('order-5', numbered(1), { expectedRevision: 0n })
    expect(nextExpectedRevision).toBe(1n)
  })
})
