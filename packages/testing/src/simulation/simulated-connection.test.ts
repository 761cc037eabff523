import { memoryLog, memoryStore, toRevision } from '@refold/core'
import type { NewEvent } from '@refold/core'
import { expect, test } from 'vitest'
import { FaultPlan } from './faults.js'
import type { FaultRule } from './faults.js'
import { ProcessLife } from './process-life.js'
import { seededRandom } from './seeded-random.js'
import { SimulatedConnection } from './simulated-connection.js'
import { SimulatedDisk } from './simulated-disk.js'
import { VirtualTime } from './virtual-time.js'

function surroundings(...rules: readonly FaultRule[]) {
  const time = new VirtualTime()
  const random = seededRandom('connection')
  const faults = new FaultPlan({ random })
  faults.add(...rules)
  const disk = new SimulatedDisk({ time, random, backing })
  const connect = async (process: string) => {
    const life = new ProcessLife()
    const author = { process, incarnation: 1, worker: process }
    const store = new SimulatedConnection({
      author,
      store: await disk.open(),
      disk,
      time,
      life,
      faults,
      presence: undefined,
      onCrash: () => life.kill(),
    })
    return { life, store }
  }
  const count = async () => (await disk.readAll()).length
  return { time, disk, connect, count }
}

function backing() {
  const log = memoryLog()
  return { open: () => memoryStore(log), dispose: () => undefined }
}

const event = (type: string): NewEvent => ({ id: seededRandom(type).uuid(), type, data: {}, metadata: {} })
const outcome = (work: Promise<unknown>, into: string[]) =>
  void work.then(
    (value) => into.push(JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part))),
    (error: { code?: string }) => into.push(error.code ?? 'no code'),
  )

test('an operation takes time and then answers', async () => {
  const { time, connect } = surroundings()
  const { store } = await connect('a')
  const told: string[] = []
  outcome(store.append('s', [event('one')], { expected: 'no_stream' }), told)
  await time.settle()
  expect(told).toEqual([])
  await time.advance(10)
  expect(told).toEqual(['{"ok":true,"revision":0,"position":0}'])
})

test.each([
  { name: 'lost', fault: { kind: 'unknown', stored: false }, told: 'STORE_UNKNOWN', atOnce: 0, later: 0 },
  { name: 'stored', fault: { kind: 'unknown', stored: true }, told: 'STORE_UNKNOWN', atOnce: 1, later: 1 },
  { name: 'stored later', fault: { kind: 'unknown', storedAfterMs: 500 }, told: 'STORE_UNKNOWN', atOnce: 0, later: 1 },
  { name: 'rejected', fault: { kind: 'rejected' }, told: 'STORE_REJECTED', atOnce: 0, later: 0 },
  {
    name: 'met by a stranger',
    fault: { kind: 'stranger', type: 'theirs' },
    told: '{"ok":false,"actual":0}',
    atOnce: 1,
    later: 1,
  },
] as const)('an append that is $name', async ({ fault, told, atOnce, later }) => {
  const { time, connect, count } = surroundings({ process: 'a', fault })
  const { store } = await connect('a')
  const answers: string[] = []
  outcome(store.append('s', [event('one')], { expected: 'no_stream' }), answers)
  await time.advance(20)
  expect(answers).toEqual([told])
  expect(await count()).toBe(atOnce)
  await time.advance(1_000)
  expect(await count()).toBe(later)
})

test('a rule hits the nth operation of its process, and no other', async () => {
  const { time, connect } = surroundings({ process: 'b', nth: 2, fault: { kind: 'rejected' } })
  const [a, b] = [await connect('a'), await connect('b')]
  const told: string[] = []
  for (const [stream, { store }] of [
    ['1', a],
    ['2', a],
    ['3', b],
    ['4', b],
    ['5', b],
  ] as const) {
    outcome(store.append(stream, [event(stream)], { expected: 'no_stream' }), told)
    await time.advance(20)
  }
  expect(told.map((answer) => answer === 'STORE_REJECTED')).toEqual([false, false, false, true, false])
})

test.each([
  { when: 'before', stored: 0 },
  { when: 'after', stored: 1 },
] as const)('a process that dies $when its append gets no answer', async ({ when, stored }) => {
  const { time, connect, count } = surroundings({ process: 'a', fault: { kind: 'crash', when } })
  const { store } = await connect('a')
  const told: string[] = []
  outcome(store.append('s', [event('one')], { expected: 'no_stream' }), told)
  outcome(store.registers.get('x'), told)
  await time.advance(1_000)
  expect(told).toEqual([])
  expect(await count()).toBe(stored)
})

test('a stopped process gets its answers when it goes on, a dead one never', async () => {
  const { time, connect, count } = surroundings()
  const { store, life } = await connect('a')
  const told: string[] = []
  outcome(store.append('s', [event('one')], { expected: 'no_stream' }), told)
  life.stop()
  await time.advance(100)
  expect(told).toEqual([])
  expect(await count()).toBe(1)
  life.continue()
  expect(await Promise.resolve(told)).toHaveLength(0)
  await time.settle()
  expect(told).toHaveLength(1)
})

test('a live feed gives every event once and in order, and ends with its signal', async () => {
  const { time, connect } = surroundings()
  const [a, b] = [await connect('a'), await connect('b')]
  const ending = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const item of a.store.subscribe({ stream: 's' }, { signal: ending.signal }))
      seen.push(item.kind === 'event' ? item.event.type : item.kind)
    seen.push('end')
  })()
  const foreign: string[] = []
  const hearing = (async () => {
    for await (const news of a.store.externalAppends({ signal: ending.signal }))
      for (const { stream, revision } of news) foreign.push(`${stream}@${revision}`)
  })()
  const told: string[] = []
  outcome(b.store.append('s', [event('one'), event('two')], { expected: 'no_stream' }), told)
  await time.advance(20)
  outcome(a.store.append('s', [event('three')], { expected: toRevision(1) }), told)
  await time.advance(20)
  ending.abort()
  await Promise.all([following, hearing])
  expect(seen.filter((entry) => entry !== 'caught-up')).toEqual(['one', 'two', 'three', 'end'])
  expect(foreign).toEqual(['s@1'])
})

test('a restored backup ends where it was cut, and keeps what is in other streams', async () => {
  const { time, connect, disk } = surroundings()
  const { store } = await connect('a')
  const told: string[] = []
  outcome(store.append('s', [event('one'), event('two'), event('three')], { expected: 'no_stream' }), told)
  outcome(store.append('other', [event('kept')], { expected: 'no_stream' }), told)
  outcome(store.registers.put('name', 'value'), told)
  await time.advance(20)
  await disk.restoreBackup({ s: 1 })
  expect((await disk.readAll()).map(({ type }) => type).toSorted()).toEqual(['kept', 'one'])
  expect(await (await disk.admin()).registers.get('name')).toBe('value')
})
