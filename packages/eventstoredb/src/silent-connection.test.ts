/** A network that drops what is sent, and says nothing. */
import { randomUUID } from 'node:crypto'
import { toRevision } from '@refold/core/store'
import type { NewEvent, Store } from '@refold/core/store'
import { expect, test } from 'vitest'
import { codeOf } from './code-of.fixture.js'
import { FaultProxy } from './fault-proxy.fixture.js'
import { closeAfterTest, event, openStore, startServer } from './log-servers.fixture.js'
import { loopMsOf } from './loop-time.fixture.js'

const TIMEOUT_MS = 1500
const EVENTS = 3000
const AN_APPEND = 250

test('ESDB-4 no call waits longer than its time while the connection is silent, whatever was asked before it', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  const store = openStore(proxy.connectionString, { timeoutMs: TIMEOUT_MS })
  const stream = 'boat-1'
  await store.append(stream, [event()], { expected: 'no_stream' })
  await store.directory.get(stream) // from here on it follows the log
  proxy.goSilent()
  const calls: readonly (() => Promise<unknown>)[] = [
    () => store.append(stream, [event()], { expected: toRevision(0), expectedId: randomUUID() }),
    () => firstPage(store.read(stream)),
    () => firstPage(store.readAll()),
    () => store.registers.get('light'),
    () => store.registers.put('light', 'on'),
    () => store.directory.get(stream),
  ]
  const waits = calls.map(async (call, at) => {
    const waited: number[] = []
    await new Promise((resolve) => setTimeout(resolve, at * 200))
    for (let times = 0; times < 3; times++) waited.push(await loopMsOf(codeOf(call())))
    return Math.max(...waited)
  })
  const longest = await Promise.all(waits)
  expect(longest.filter((waitedMs) => waitedMs > TIMEOUT_MS * 1.5)).toEqual([])
})

test('ESDB-4 what a call waits for before it is made is of its time: a listening that begins, the look at what it was decided on, its turn', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  const store = openStore(proxy.connectionString, { timeoutMs: TIMEOUT_MS })
  const first = event()
  await store.append('boat-1', [first], { expected: 'no_stream' })
  await store.registers.put('light', 'on')
  proxy.goSilent()
  const stop = new AbortController()
  const listening = codeOf(firstPage(store.externalAppends({ signal: stop.signal })))
  const calls = [
    () => store.append('boat-1', [event()], { expected: toRevision(0), expectedId: first.id }),
    () => store.registers.put('light', 'off'),
    () => store.registers.put('light', 'on'),
    () => store.registers.put('light', { text: 'x'.repeat(600_000) }),
    () => store.registers.remove('light'),
  ]
  const waits = calls.map(async (call) => {
    const code = codeOf(call())
    return [await loopMsOf(code), await code] as const
  })
  for (const [waitedMs, code] of await Promise.all(waits)) {
    expect(waitedMs).toBeLessThan(TIMEOUT_MS * 1.5)
    expect(code).toBe('STORE_REJECTED')
  }
  stop.abort()
  await listening
})

async function firstPage(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pages) return
}

test('ESDB-117 a question about agents waits no longer than its time, wherever the connection goes silent while the directory is first read', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  await openStore(server.connectionString).append('boat-1', [event()], { expected: 'no_stream' })
  const codes = new Set<string>()
  for (let answer = 1; answer <= 12; answer++) {
    proxy.goSilentAt(answer)
    const store = openStore(proxy.connectionString, { timeoutMs: TIMEOUT_MS })
    const asked = codeOf(found(store))
    expect(await loopMsOf(asked)).toBeLessThan(3 * TIMEOUT_MS)
    codes.add(String(await asked))
    proxy.heal()
    proxy.cut()
    await store.close()
  }
  expect([...codes].toSorted()).toEqual(['STORE_REJECTED', 'undefined'])
})

test('ESDB-75 the error of a call without an answer tells the time of the whole call, not what was left of it in the end', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  const store = openStore(proxy.connectionString, { timeoutMs: TIMEOUT_MS })
  await store.append('boat-1', [event()], { expected: 'no_stream' })
  await store.directory.get('boat-1')
  proxy.goSilent()
  const looks = [1, 2, 3].map(() => store.directory.get('boat-1')) // of a look that others began the rest is waited for
  const told = new RegExp(`^reading the end of the log: no answer within ${TIMEOUT_MS} ms$`)
  for (const outcome of await Promise.allSettled(looks))
    expect(outcome).toMatchObject({ reason: { message: expect.stringMatching(told) } })
})

test('ESDB-73 a read gives everything that is stored, also where its connection is given up while its caller takes what came', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  await fill(openStore(`esdb://127.0.0.1:${server.port}?tls=false`), 'boat-1')
  const store = openStore(proxy.connectionString, { timeoutMs: 500 })
  const revisions: bigint[] = []
  for await (const page of store.read('boat-1')) {
    if (revisions.length === 0) {
      proxy.holdAnswers()
      expect(await codeOf(store.append('boat-2', [event()], { expected: 'no_stream' }))).toBe('STORE_UNKNOWN')
      proxy.heal()
      await new Promise((resolve) => setTimeout(resolve, 2000)) // until the client that did not answer is closed
    }
    revisions.push(...page.map(({ revision }) => revision))
  }
  expect(revisions).toEqual(Array.from({ length: EVENTS }, (_, revision) => BigInt(revision)))
})

test('ESDB-74 a short log is not stored as a checkpoint because its server is far away', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  const near = openStore(`esdb://127.0.0.1:${server.port}?tls=false`)
  await near.append('boat-1', [event()], { expected: 'no_stream' })
  proxy.delayAnswers(300)
  const far = openStore(proxy.connectionString)
  await far.directory.get('boat-1')
  await far.close()
  expect(await near.registers.get('refold-directory')).toBeUndefined()
})

/** More than a connection holds that no one reads. */
async function fill(store: Store, stream: string): Promise<void> {
  for (let length = 0; length < EVENTS; length += AN_APPEND) {
    const events = Array.from({ length: AN_APPEND }, () => ({ ...event(), data: { text: 'x'.repeat(1000) } }))
    await store.append(stream, events, { expected: length === 0 ? 'no_stream' : toRevision(length - 1) })
  }
}

test('SUB-5 a subscription ends at once when its signal aborts, also while the server is still asked for what it holds', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  const store = openStore(proxy.connectionString, { timeoutMs: TIMEOUT_MS })
  await store.append('boat-1', [event()], { expected: 'no_stream' })
  proxy.goSilent()
  await codeOf(firstPage(store.read('boat-1'))) // what answers next is looked at before it is believed
  const signal = AbortSignal.timeout(50)
  const followed = (async () => {
    for await (const _ of store.subscribe({ all: true }, { signal }));
  })()
  expect(await loopMsOf(followed)).toBeLessThan(TIMEOUT_MS / 2)
})

test('ESDB-98 who asks for the last event of all is sent a few events, and not as many as a connection holds', async () => {
  const server = await startServer()
  const proxy = await FaultProxy.open({ targetPort: server.port })
  closeAfterTest(() => proxy.close())
  const store = openStore(proxy.connectionString)
  const large = (): NewEvent => ({ ...event(), data: 'x'.repeat(3_000) })
  await store.append('boat-1', Array.from({ length: 100 }, large), { expected: 'no_stream' })
  await firstPage(store.readAll({ direction: 'backwards', limit: 1 }))
  const before = proxy.answered
  await firstPage(store.readAll({ direction: 'backwards', limit: 1 }))
  await store.registers.get('light') // the last bytes of the read have come before it is answered
  expect(proxy.answered - before).toBeLessThan(40_000)
  for (let beat = 0; beat < 100; beat++) await store.registers.put('light', beat)
  const found: unknown[] = []
  for await (const page of store.readAll({ direction: 'backwards', limit: 3 }))
    found.push(...page.map(({ revision }) => revision))
  expect(found).toEqual([99n, 98n, 97n])
})

async function found(store: Store): Promise<void> {
  for await (const page of store.directory.find()) void page
}
