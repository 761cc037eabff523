/** Callbacks and observables: effects that send many events, and get some. */
import { Subject } from 'rxjs'
import type { Observable } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { assign, fromCallback, fromObservable, sendTo, setup } from 'xstate'
import { defineAgent } from '../definition/define-agent.js'
import { memoryLog } from '../store/memory-store.js'
import { ManualTime, settle } from './manual-time.fixture.js'
import { eventsOf, outcomeOf, outliveLease, startProcess, typesOf } from './process.fixture.js'

type Tick = { type: 'tick'; n: number }
type Ask = { type: 'ask'; text: string }

interface Bodies {
  readonly began: number[]
  readonly heard: unknown[]
  readonly disposed: number[]
  sendBack: (event: unknown) => void
}

function chatter(policy?: { concurrency?: number; perSecond?: number }) {
  const bodies: Bodies = { began: [], heard: [], disposed: [], sendBack: () => {} }
  const machine = setup({
    types: {
      context: {} as { ticks: number[]; failed: unknown },
      events: {} as Tick | Ask | { type: 'leave' } | { type: 'enter' },
    },
    actors: {
      chat: fromCallback<Ask>(({ sendBack, receive }) => {
        const n = bodies.began.push(bodies.began.length)
        bodies.sendBack = sendBack as (event: unknown) => void
        receive((event) => bodies.heard.push(event.text))
        return () => bodies.disposed.push(n)
      }),
    },
  }).createMachine({
    context: { ticks: [], failed: null },
    initial: 'on',
    states: {
      on: {
        entry: sendTo('chat', { type: 'ask', text: 'on entry' }),
        exit: sendTo('chat', { type: 'ask', text: 'goodbye' }),
        invoke: {
          id: 'chat',
          src: 'chat',
          onError: { target: 'off', actions: assign({ failed: ({ event }) => event.error }) },
        },
        on: {
          tick: { actions: assign({ ticks: ({ context, event }) => [...context.ticks, event.n] }) },
          ask: { actions: sendTo('chat', ({ event }) => event) },
          leave: 'off',
        },
      },
      off: { on: { enter: 'on' } },
    },
  })
  const definition = defineAgent({
    name: 'chatter',
    version: 1,
    machine,
    ...(policy === undefined ? undefined : { effects: { chat: policy } }),
  })
  return { bodies, definition }
}

async function began(policy?: { concurrency?: number; perSecond?: number }) {
  const log = memoryLog()
  const time = new ManualTime()
  const { bodies, definition } = chatter(policy)
  const process = await startProcess({ log, agents: [definition], time })
  const agent = await process.runtime.start(definition, { id: '1' })
  await settle()
  return { log, time, bodies, definition, process, agent }
}

describe('EFF-7 a callback', () => {
  test('EFF-7 each event that it sends is an input and a record', async () => {
    const { log, bodies, agent } = await began()
    bodies.sendBack({ type: 'tick', n: 1 })
    bodies.sendBack({ type: 'tick', n: 2 })
    await settle()
    expect(agent.getSnapshot().context.ticks).toEqual([1, 2])
    const records = (await eventsOf(log, 'chatter-1')).slice(1)
    expect(records.map(({ type, data }) => ({ type, data }))).toEqual(
      [1, 2].map((n) => ({ type: 'refold.effect.event', data: { src: 'chat', event: { type: 'tick', n } } })),
    )
  })

  test('EFF-7 an event sent to it in the very record that starts it is heard', async () => {
    const { bodies } = await began()
    expect(bodies.heard).toEqual(['on entry'])
  })

  test('EFF-7 it hears an event after the append, and not before', async () => {
    const { process, bodies, agent } = await began()
    let answer = (): void => {}
    process.store.faults.push({ until: new Promise<void>((resolve) => (answer = resolve)) })
    const sent = agent.send({ type: 'ask', text: 'now' })
    await settle()
    expect(bodies.heard).toEqual(['on entry'])
    answer()
    await sent
    expect(bodies.heard).toEqual(['on entry', 'now'])
  })

  test('EFF-7 it hears what the record that ends it sends, before it is cleaned up', async () => {
    const { bodies, agent } = await began()
    await agent.send({ type: 'leave' })
    await settle()
    expect(bodies.heard).toEqual(['on entry', 'goodbye'])
    expect(bodies.disposed).toEqual([1])
  })

  test('EFF-7 it hears what another process made the chart send', async () => {
    const { log, time, bodies, definition } = await began()
    const sender = await startProcess({ log, agents: [definition], time, worker: false })
    const there = await sender.runtime.attach(definition, '1')
    await there.send({ type: 'ask', text: 'from afar' })
    await there.send({ type: 'ask', text: 'again' })
    await settle()
    expect(bodies.heard).toEqual(['on entry', 'from afar', 'again'])
  })

  test('EFF-7 events that come before its body has begun wait for it', async () => {
    const log = memoryLog()
    const { bodies, definition } = chatter({ concurrency: 1 })
    const process = await startProcess({ log, agents: [definition] })
    const first = await process.runtime.start(definition, { id: '1' })
    const second = await process.runtime.start(definition, { id: '2' })
    await second.send({ type: 'ask', text: 'for the second' })
    await settle()
    expect(bodies.heard).toEqual(['on entry'])
    await first.send({ type: 'leave' })
    await settle()
    expect(bodies.heard).toEqual(['on entry', 'goodbye', 'on entry', 'for the second'])
  })

  test('EFF-370 it hears what came while the agent was paused, in its order, when it has begun again', async () => {
    const { bodies, agent } = await began()
    await agent.pause()
    await settle()
    await agent.send({ type: 'ask', text: 'one' })
    await settle()
    await agent.send({ type: 'ask', text: 'two' })
    await settle()
    await agent.resume()
    await settle()
    expect(bodies.began).toHaveLength(2)
    expect(bodies.heard).toEqual(['on entry', 'one', 'two'])
  })

  test('EFF-4 it is cleaned up when the chart leaves it, and what it calls back afterwards changes nothing', async () => {
    const { log, bodies, agent } = await began()
    const { sendBack } = bodies
    await agent.send({ type: 'leave' })
    expect(bodies.disposed).toEqual([1])
    sendBack({ type: 'tick', n: 9 })
    await settle()
    expect(await typesOf(log, 'chatter-1')).toEqual(['refold.started', 'leave'])
  })

  test('EFF-12 one that was left gives its slot back at once', async () => {
    const { bodies, agent } = await began({ concurrency: 1 })
    await agent.send({ type: 'leave' })
    await agent.send({ type: 'enter' })
    await settle()
    expect(bodies.began).toHaveLength(2)
  })

  test('EFF-13 it is begun again after a takeover', async () => {
    const { log, time, bodies, definition, process } = await began()
    process.die()
    await startProcess({ log, agents: [definition], time })
    await outliveLease(time)
    expect(bodies.began).toHaveLength(2)
  })

  test.each([[{ type: 'tick', n: 1n }], [{ n: 1 }], ['tick'], [undefined]])(
    'EFF-8 when it sends %o it fails, and nothing is thrown into its body',
    async (event) => {
      const { bodies, agent } = await began()
      expect(() => bodies.sendBack(event)).not.toThrow()
      await settle()
      expect(agent.getSnapshot().context.failed).toMatchObject({ code: 'OUTCOME_UNSTORABLE' })
      expect(bodies.disposed).toEqual([1])
    },
  )
})

describe('an observable', () => {
  function watcher(source: Observable<unknown>) {
    const machine = setup({
      types: { context: {} as { values: unknown[]; failed: unknown }, events: {} as { type: 'leave' } },
      actors: { watch: fromObservable(() => source) },
    }).createMachine({
      context: { values: [], failed: null },
      initial: 'watching',
      states: {
        watching: {
          on: { leave: 'left' },
          invoke: {
            src: 'watch',
            onSnapshot: {
              actions: assign({
                values: ({ context, event }) =>
                  event.snapshot.context === undefined ? context.values : [...context.values, event.snapshot.context],
              }),
            },
            onDone: 'complete',
            onError: { target: 'broken', actions: assign({ failed: ({ event }) => event.error }) },
          },
        },
        complete: {},
        broken: {},
        left: {},
      },
    })
    return defineAgent({ name: 'watcher', version: 1, machine })
  }

  async function watching(source: Observable<unknown>) {
    const log = memoryLog()
    const definition = watcher(source)
    const process = await startProcess({ log, agents: [definition] })
    const agent = await process.runtime.start(definition, { id: '1' })
    await settle()
    return { log, process, agent }
  }

  test('EFF-7 each of its values is an input and a record, and its end is its outcome', async () => {
    const source = new Subject<number>()
    const { log, agent } = await watching(source)
    source.next(1)
    source.next(2)
    source.complete()
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ value: 'complete', context: { values: [1, 2] } })
    expect(await typesOf(log, 'watcher-1')).toEqual([
      'refold.started',
      'refold.effect.event',
      'refold.effect.event',
      'refold.effect.done',
    ])
  })

  test('EFF-8 a value that is not JSON fails it, and ends no process', async () => {
    const source = new Subject<unknown>()
    const { agent } = await watching(source)
    source.next(() => 'a function')
    await settle()
    expect(agent.getSnapshot()).toMatchObject({ value: 'broken', context: { failed: { code: 'OUTCOME_UNSTORABLE' } } })
    expect(source.observed).toBe(false)
  })

  test('EFF-4 it is unsubscribed from when the chart leaves it', async () => {
    const source = new Subject<unknown>()
    const { agent, process } = await watching(source)
    await agent.send({ type: 'leave' })
    expect(source.observed).toBe(false)
    expect(await outcomeOf(process.runtime.close())).toEqual({ value: undefined })
  })
})
