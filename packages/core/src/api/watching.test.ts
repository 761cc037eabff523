/** Those who watch: events, states and emits, in this process and from another. */
import { describe, expect, test } from 'vitest'
import { assign, emit, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { TerminalError } from '../definition/terminal-error.js'
import { FIRST_REVISION, toRevision } from '../record/revision.js'
import { memoryLog, memoryStore } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, startProcess, typesOf } from './process.fixture.js'

const machine = setup({
  types: {
    context: {} as { n: number },
    events: {} as { type: 'add'; by: number } | { type: 'end' },
    emitted: {} as { type: 'added'; n: number } | { type: 'even'; n: number },
  },
}).createMachine({
  context: { n: 0 },
  initial: 'counting',
  states: {
    counting: {
      on: {
        add: {
          actions: [
            assign({ n: ({ context, event }) => context.n + event.by }),
            emit(({ context }) => ({ type: 'added', n: context.n })),
            emit(({ context }) => ({ type: 'even', n: context.n - (context.n % 2) })),
          ],
        },
        end: 'ended',
      },
    },
    ended: { type: 'final' },
  },
})
const counter = defineAgent({ name: 'counter', version: 1, machine })

const failing = defineAgent({
  name: 'failing',
  version: 1,
  machine: setup({
    actors: { pay: effect(() => Promise.reject(new TerminalError('the card was refused'))) },
  }).createMachine({
    initial: 'paying',
    states: { paying: { invoke: { src: 'pay' } } },
  }),
})

async function counting() {
  const log = memoryLog()
  const time = new ManualTime()
  const process = await startProcess({ log, time, agents: [counter] })
  const agent = await process.runtime.start(counter, { id: '1' })
  const open = () => startProcess({ log, time, agents: [counter], worker: false })
  return { log, time, process, agent, open }
}

describe('HIS-1 events', () => {
  test('HIS-1 come once and in order, from any revision, then live, also from another process, until the agent ends', async () => {
    const { agent, open } = await counting()
    for (const by of [1, 2, 3]) await agent.send({ type: 'add', by })
    const there = await (await open()).runtime.attach(counter, '1')
    const seen = new Map<number, unknown[]>([0, 2, 99].map((from) => [from, []]))
    const ended: number[] = []
    for (const [from, list] of seen)
      there
        .eventsFrom(toRevision(from))
        .subscribe({ next: ({ revision }) => list.push(Number(revision)), complete: () => ended.push(from) })
    await settle()
    expect([...seen.values()]).toEqual([[0, 1, 2, 3], [2, 3], []])
    await agent.send({ type: 'add', by: 4 })
    await settle()
    expect([...seen.values()]).toEqual([[0, 1, 2, 3, 4], [2, 3, 4], []])
    await agent.send({ type: 'end' })
    await settle()
    expect(ended).toEqual(expect.arrayContaining([0, 2]))
  })

  test('HIS-1 all that is stored comes, also what was recorded after the end', async () => {
    const { log, agent, open } = await counting()
    await agent.send({ type: 'end' })
    const [first] = await eventsOf(log, 'counter-1')
    const { refold: header } = (first?.metadata ?? {}) as { refold: object }
    const refold = { ...header, body: { patch: [] } }
    const late = { id: 'late', type: 'refold.message.refused', data: {}, metadata: { refold } }
    await memoryStore(log).append('counter-1', [late], { expected: toRevision(1) })
    const there = await (await open()).runtime.attach(counter, '1')
    const seen: string[] = []
    there.eventsFrom(toRevision(0)).subscribe(({ type }) => seen.push(type))
    await settle()
    expect(seen).toEqual(['refold.started', 'end', 'refold.message.refused'])
  })

  test('SND-40 those who begin to listen to an agent that has ended are told that nothing more comes', async () => {
    const { agent, open } = await counting()
    await agent.send({ type: 'add', by: 1 })
    await agent.send({ type: 'end' })
    const there = await (await open()).runtime.attach(counter, '1')
    const over: string[] = []
    const end = (what: string) => ({ complete: () => over.push(what) })
    there.events$.subscribe(end('from now on'))
    there.eventsFrom(toRevision(2)).subscribe(end('from its end'))
    there.eventsFrom(toRevision(9)).subscribe(end('from later on'))
    const emitted = there.on('*', () => {})
    await settle()
    expect(over.toSorted()).toEqual(['from its end', 'from later on', 'from now on'])
    expect(emitted).toMatchObject({ closed: true })
  })

  test('HIS-1 a subscriber that throws or leaves harms no other', async () => {
    const { agent } = await counting()
    const seen: string[] = []
    const subscription = agent.events$.subscribe(() => subscription.unsubscribe())
    agent.events$.subscribe(({ type }) => seen.push(type))
    await agent.send({ type: 'add', by: 1 })
    await agent.send({ type: 'add', by: 1 })
    await settle()
    expect(seen).toEqual(['add', 'add'])
  })
})

describe('HIS-2 states', () => {
  test('HIS-2 the newest comes at once, then each later one, and it completes with the agent', async () => {
    const { agent } = await counting()
    const seen: number[] = []
    let complete = false
    agent.subscribe({ next: (state) => seen.push(state.context.n), complete: () => (complete = true) })
    await settle()
    await Promise.all([1, 2, 3].map((by) => agent.send({ type: 'add', by })))
    expect(seen).toEqual([0, 1, 3, 6])
    await agent.send({ type: 'end' })
    await settle()
    expect(complete).toBe(true)
  })

  test('HIS-2 completes when the runtime is closed, and errors for an agent that cannot go on', async () => {
    const { process, agent } = await counting()
    let complete = false
    agent.state$.subscribe({ complete: () => (complete = true) })
    await settle()
    await process.runtime.close()
    expect(complete).toBe(true)
  })
})

describe('HIS-7 emits', () => {
  test('HIS-7 are told in order, after the append, by type or all, in every process', async () => {
    const { process, agent, open } = await counting()
    const there = await (await open()).runtime.attach(counter, '1')
    const [here, far]: [unknown[], unknown[]] = [[], []]
    agent.on('added', ({ n }) => here.push(n))
    const all = there.on('*', (emitted) => far.push(emitted))
    let answer = (): void => {}
    process.store.faults.push({ until: new Promise<void>((resolve) => (answer = resolve)) })
    const sent = agent.send({ type: 'add', by: 3 })
    await settle()
    expect(here).toEqual([])
    answer()
    await sent
    await settle()
    expect(here).toEqual([3])
    expect(far).toEqual([
      { type: 'added', n: 3 },
      { type: 'even', n: 2 },
    ])
    all.unsubscribe()
    await agent.send({ type: 'add', by: 1 })
    await settle()
    expect([here.length, far.length]).toEqual([2, 2])
  })
})

describe('the past', () => {
  test('HIS-3 HIS-5 HIS-6 each state is what it was, the difference leads from one to the other, and looking writes nothing', async () => {
    const { log, agent, open } = await counting()
    for (const by of [1, 2]) await agent.send({ type: 'add', by })
    const there = await (await open()).runtime.attach(counter, '1')
    const past = await Promise.all(
      [0, 1, 2].map(async (revision) => (await there.stateAt(toRevision(revision))).context.n),
    )
    expect(past).toEqual([0, 1, 3])
    expect(await there.diff(FIRST_REVISION, toRevision(2))).toEqual([
      { op: 'replace', path: '/root/context/n', value: 3 },
    ])
    expect(await there.diff(toRevision(2), FIRST_REVISION)).toEqual([
      { op: 'replace', path: '/root/context/n', value: 0 },
    ])
    await expect(there.stateAt(toRevision(3))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(there.stateAt({ at: 5 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await typesOf(log, 'counter-1')).toEqual(['refold.started', 'add', 'add'])
  })

  test('HIS-4 a time gives the state after the last record at or before it', async () => {
    const { time, process, agent } = await counting()
    const at = process.clock.now()
    await time.advance(1_000)
    await agent.send({ type: 'add', by: 1 })
    expect((await agent.stateAt({ at: at + 999 })).context.n).toBe(0)
    expect((await agent.stateAt({ at: at + 1_000 })).context.n).toBe(1)
    expect((await agent.stateAt({ at: at + 9_999 })).revision).toBe(1n)
  })
})

describe('waiting', () => {
  test('ends with a state, a time, a signal, or the end of the agent', async () => {
    const { time, agent } = await counting()
    const abort = new AbortController()
    const waits = [
      agent.waitFor((state) => state.context.n === 5),
      agent.waitFor(() => false, { timeoutMs: 1_000 }),
      agent.waitFor(() => false, { signal: abort.signal }),
      agent.waitFor(() => false, { timeoutMs: 90 * 86_400_000 }),
    ]
    const ends = Promise.allSettled(waits)
    await agent.send({ type: 'add', by: 5 })
    abort.abort('enough')
    await time.advance(1_000)
    await agent.send({ type: 'end' })
    const [state, ...errors] = await ends
    expect(state).toMatchObject({ status: 'fulfilled', value: { context: { n: 5 } } })
    expect(
      errors.map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : end.status)),
    ).toEqual(['TIMEOUT', 'ABORTED', 'NOT_ACTIVE'])
    await expect(agent.waitFor(() => false, { signal: abort.signal })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('SND-69 says how the agent ended without the state', async () => {
    const { agent } = await counting()
    await agent.send({ type: 'end' })
    await expect(agent.waitFor(() => false)).rejects.toMatchObject({
      code: 'NOT_ACTIVE',
      message: 'the state does not come any more: counter-1 ended in "ended"',
    })
    const { runtime } = await startProcess({ log: memoryLog(), time: new ManualTime(), agents: [failing] })
    const failed = await runtime.start(failing, { id: '1' })
    await expect(failed.waitFor(() => false)).rejects.toMatchObject({
      code: 'NOT_ACTIVE',
      message: 'the state does not come any more: failing-1 failed: the card was refused',
      cause: { message: 'the card was refused' },
    })
  })

  test('a predicate that throws rejects the wait and harms nothing', async () => {
    const { agent } = await counting()
    const thrown = new Error('no such member')
    const waiting = agent.waitFor((state) => {
      if (state.context.n > 0) throw thrown
      return false
    })
    const rejected = waiting.catch((error: unknown) => error)
    expect((await agent.send({ type: 'add', by: 1 })).context.n).toBe(1)
    expect(await rejected).toMatchObject({ code: 'INVALID_INPUT', cause: thrown })
  })
})
