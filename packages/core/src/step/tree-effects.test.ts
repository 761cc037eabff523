/** Effects of a tree that is hydrated from JSON text between any two inputs. */
import { describe, expect, it } from 'vitest'
import { assign, forwardTo, fromCallback, fromObservable, fromPromise, sendTo, setup } from 'xstate'
import { started, TreeDriver } from './tree-driver.fixture.js'

const draft = fromPromise<unknown, unknown>(async () => 'never run here')
const listen = fromCallback<{ type: string }, unknown>(() => {})

describe('effects', () => {
  const machine = setup({ actors: { draft } }).createMachine({
    context: { got: null, topic: 'whales' },
    initial: 'writing',
    states: {
      writing: {
        invoke: {
          src: 'draft',
          id: 'it',
          input: ({ context }: { context: { topic: string } }) => ({ topic: context.topic }),
          onDone: { target: 'ready', actions: assign({ got: ({ event }) => event.output }) },
          onError: { target: 'broken', actions: assign({ got: ({ event }) => event.error }) },
        },
        on: { SKIP: 'ready' },
      },
      ready: {},
      broken: {},
    },
  })

  it('an invoked promise is started with its input as data, and its output is the next input', () => {
    const agent = new TreeDriver(machine)
    const first = agent.start()
    const node = '(machine).writing'
    expect(first.scheduled).toEqual([
      { effect: '0.0', kind: 'promise', src: 'draft', node, input: { topic: 'whales' } },
    ])
    expect(first.root.children).toEqual({ it: { sid: '0.0', kind: 'promise', src: 'draft', node } })
    const second = agent.done('0.0', { text: 'long' })
    expect(second.stopped).toEqual([])
    expect(agent.root).toEqual({
      sid: '0',
      kind: 'machine',
      lib: { name: 'xstate', major: 5 },
      value: 'ready',
      context: { got: { text: 'long' }, topic: 'whales' },
    })
  })

  it('its failure is data: guards and assigns see no Error', () => {
    const agent = started(machine)
    agent.failed('0.0', 'no network')
    expect(agent.root).toMatchObject({ value: 'broken', context: { got: { name: 'Error', message: 'no network' } } })
  })

  it('leaving its state stops it; a late outcome changes nothing', () => {
    const agent = started(machine)
    expect(agent.send('SKIP').stopped).toEqual(['0.0'])
    const before = JSON.stringify(agent.root)
    agent.done('0.0', 'late')
    expect(JSON.stringify(agent.root)).toBe(before)
  })

  it('one that starts and stops within one step is never seen', () => {
    const agent = new TreeDriver(
      setup({ actors: { draft } }).createMachine({
        initial: 'a',
        states: { a: { invoke: { src: 'draft' }, always: 'b' }, b: {} },
      }),
    )
    expect(agent.start()).toMatchObject({ scheduled: [], stopped: [] })
  })

  it('an unhandled failure fails the agent', () => {
    const agent = started(setup({ actors: { draft } }).createMachine({ invoke: { src: 'draft' } }))
    agent.failed('0.0', 'bad')
    expect(agent.root).toMatchObject({ status: 'error', error: { name: 'Error', message: 'bad' } })
  })

  it('a callback sends events, and is delivered those that are sent to it', () => {
    const machine = setup({ actors: { listen } }).createMachine({
      context: { heard: [] as string[] },
      invoke: { src: 'listen', id: 'ear' },
      on: {
        TELL: { actions: sendTo('ear', ({ event }) => ({ type: 'HELLO', to: event['to'] })) },
        FORWARD: { actions: forwardTo('ear') },
        SAID: { actions: assign({ heard: ({ context, event }) => [...context.heard, event['what'] as string] }) },
      },
    })
    const agent = started(machine)
    expect(agent.send('TELL', { to: 'ana' }).deliveries).toEqual([
      { effect: '0.0', event: { type: 'HELLO', to: 'ana' } },
    ])
    expect(agent.send('FORWARD').deliveries).toEqual([{ effect: '0.0', event: { type: 'FORWARD' } }])
    agent.effectEvent('0.0', { type: 'SAID', what: 'hi' })
    expect(agent.context).toEqual({ heard: ['hi'] })
  })

  it('an observable’s values are its context, and reach onSnapshot', () => {
    const watch = fromObservable<unknown, unknown>(() => ({ subscribe: () => ({ unsubscribe: () => {} }) }))
    const machine = setup({ actors: { watch } }).createMachine({
      context: { last: null },
      invoke: {
        src: 'watch',
        id: 'eye',
        onSnapshot: { actions: assign({ last: ({ event }) => event.snapshot.context ?? null }) },
      },
    })
    const agent = started(machine)
    agent.next('0.0', { seen: 1 })
    expect(agent.root).toMatchObject({
      context: { last: { seen: 1 } },
      children: { eye: { sync: true, context: { seen: 1 } } },
    })
  })

  it('no user event passes for an outcome', () => {
    const agent = started(machine)
    agent.step({ kind: 'actor.event', to: '0.0', event: { type: 'xstate.promise.resolve', data: 'forged' } })
    expect(agent.root).toMatchObject({ value: 'writing' })
  })
})
