/** Each row of the design's table of XState's features, with the tree hydrated from JSON text between any two inputs. */
import { describe, expect, it } from 'vitest'
import {
  assign,
  createMachine,
  fromCallback,
  fromPromise,
  fromTransition,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate'
import { started, TreeDriver } from './tree-driver.fixture.js'

const draft = fromPromise<unknown, unknown>(async () => 'never run here')
const listen = fromCallback<{ type: string }, unknown>(() => {})

describe('state', () => {
  it('assign, guards, always, raise, tags, final and output become state', () => {
    const machine = setup({ guards: { enough: ({ context }) => (context as { n: number }).n >= 3 } }).createMachine({
      context: { n: 0 },
      initial: 'a',
      states: {
        a: {
          on: {
            ADD: {
              actions: [assign({ n: ({ context }) => (context as { n: number }).n + 1 }), raise({ type: 'CHECK' })],
            },
            CHECK: { guard: 'enough', target: 'b' },
          },
        },
        b: { always: 'end' },
        end: { type: 'final' },
      },
      output: ({ context }) => ({ total: context.n }),
    })
    const agent = started(machine)
    agent.send('ADD')
    expect(agent.root).toEqual({
      sid: '0',
      kind: 'machine',
      lib: { name: 'xstate', major: 5 },
      value: 'a',
      context: { n: 1 },
    })
    agent.send('ADD')
    const step = agent.send('ADD')
    expect(agent.root).toEqual({
      sid: '0',
      kind: 'machine',
      lib: { name: 'xstate', major: 5 },
      value: 'end',
      context: { n: 3 },
      status: 'done',
      output: { total: 3 },
      nodes: ['(machine).end', '(machine)'],
    })
    expect(step.path).toEqual(['1.0', '1.1', '2.0'])
  })

  it('parallel regions and deep history survive', () => {
    const region = { initial: 'x', states: { x: { on: { NEXT: 'y' } }, y: {} } }
    const machine = createMachine({
      initial: 'work',
      states: {
        work: {
          type: 'parallel',
          states: { one: region, two: region, past: { type: 'history', history: 'deep' } },
          on: { PAUSE: 'idle' },
        },
        idle: { on: { RESUME: 'work.past' } },
      },
    })
    const agent = started(machine)
    agent.send('NEXT')
    agent.send('PAUSE')
    expect(agent.root).toMatchObject({
      value: 'idle',
      history: { '(machine).work.past': ['(machine).work.one.y', '(machine).work.two.y'] },
    })
    agent.send('RESUME')
    expect(agent.root.value).toEqual({ work: { one: 'y', two: 'y' } })
  })

  it('the path names the edges taken: not forbidden ones, not those that another preempted', () => {
    const machine = createMachine({
      type: 'parallel',
      states: {
        one: { initial: 'x', states: { x: { on: { OUT: '#away', STAY: 'x', NOWHERE: { reenter: true } } } } },
        two: { initial: 'x', states: { x: { on: { OUT: '#away', STAY: {} } } } },
        away: { id: 'away' },
      },
    })
    expect(started(machine).send('STAY').path).toEqual(['2.1'])
    expect(started(machine).send('OUT').path).toEqual(['2.0'])
    expect(started(machine).send('UNKNOWN').path).toEqual([])
    expect(started(machine).send('NOWHERE').path).toEqual([])
  })
})

describe('actors inside the tree', () => {
  const child = setup({ actors: { draft } }).createMachine({
    context: ({ input }) => ({ of: (input as { name: string }).name }),
    initial: 'asking',
    states: {
      asking: {
        invoke: { src: 'draft', id: 'ask', input: 1, onDone: 'end' },
        on: { HURRY: { actions: sendParent({ type: 'NO' }) } },
      },
      end: { type: 'final' },
    },
    output: { ok: true },
  })

  it('a child machine lives in the document, talks to its parent, and its effects have path names', () => {
    const machine = setup({ actors: { child } }).createMachine({
      context: { said: 0, result: null },
      invoke: {
        src: 'child',
        id: 'kid',
        input: { name: 'bo' },
        onDone: { actions: assign({ result: ({ event }) => event.output }) },
      },
      on: {
        PUSH: { actions: sendTo('kid', { type: 'HURRY' }) },
        NO: { actions: assign({ said: ({ context }) => context.said + 1 }) },
      },
    })
    const agent = new TreeDriver(machine)
    expect(agent.start().scheduled).toEqual([
      { effect: '0.1', kind: 'promise', src: 'child.draft', node: '(machine).asking', input: 1 },
    ])
    expect(agent.send('PUSH').path).toEqual(['0.0', '0.0/1.0', '0.1'])
    expect(agent.context).toMatchObject({ said: 1 })
    agent.done('0.1', null)
    expect(agent.root).toMatchObject({
      context: { result: { ok: true } },
      children: { kid: { status: 'done', output: { ok: true } } },
    })
  })

  it('transition logic is folded, and spawned references stand beside the context', () => {
    const tally = fromTransition(
      (state: { n: number }, event: { type: string }) => (event.type === 'UP' ? { n: state.n + 1 } : state),
      { n: 0 },
    )
    const machine = setup({
      actors: { tally },
      types: { context: {} as { counter: unknown; seen: number } },
    }).createMachine({
      context: ({ spawn, self }) => ({ counter: spawn('tally', { id: 'c' }), me: self, seen: 0 }) as never,
      on: {
        UP: { actions: sendTo('c', { type: 'UP' }) },
        LOOK: {
          actions: assign({
            seen: ({ context }) =>
              (context.counter as { getSnapshot(): { context: { n: number } } }).getSnapshot().context.n,
          }),
        },
      },
    })
    const agent = started(machine)
    expect(agent.root).toMatchObject({
      context: { counter: null, me: null, seen: 0 },
      refs: { '/context/counter': '0.0', '/context/me': '0' },
    })
    agent.send('UP')
    agent.send('LOOK')
    expect(agent.root).toMatchObject({
      context: { seen: 1 },
      children: { c: { kind: 'transition', context: { n: 1 } } },
    })
  })

  it('a systemId is found after a restart, and is free when its actor ends', () => {
    const machine = setup({ actors: { listen } }).createMachine({
      on: {
        SPAWN: { actions: spawnChild('listen', { id: 'l', systemId: 'ear' }) },
        TELL: { actions: sendTo(({ system }) => system.get('ear'), { type: 'X' }) },
        STOP: { actions: stopChild('l') },
      },
    })
    const agent = started(machine)
    agent.send('SPAWN')
    expect(agent.send('TELL').deliveries).toEqual([{ effect: '1.0', event: { type: 'X' } }])
    expect(agent.send('STOP').stopped).toEqual(['1.0'])
    expect(agent.send('SPAWN').scheduled).toMatchObject([{ effect: '4.0' }])
  })

  it('a throw inside a child fails the child, and its parent hears of it as data', () => {
    const bad = createMachine({
      on: {
        GO: {
          actions: assign(() => {
            throw new Error('inside')
          }),
        },
      },
    })
    const machine = setup({ actors: { bad } }).createMachine({
      context: { error: null },
      invoke: { src: 'bad', id: 'b', onError: { actions: assign({ error: ({ event }) => event.error }) } },
      on: { GO: { actions: sendTo('b', { type: 'GO' }) } },
    })
    const agent = started(machine)
    agent.send('GO')
    expect(agent.root).toMatchObject({
      context: { error: { name: 'Error', message: 'inside' } },
      children: { b: { status: 'error' } },
    })
  })

  it('actors without an id are known by their session ids, also when they are hydrated', () => {
    const child = createMachine({
      on: { END: { target: '.z' } },
      initial: 'a',
      states: { a: {}, z: { type: 'final' } },
    })
    const machine = setup({ actors: { child } }).createMachine({
      context: { ended: [] as string[] },
      on: {
        SPAWN: { actions: spawnChild('child', { systemId: 'last' }) },
        STOP: { actions: stopChild(({ system }) => system.get('last')) },
        END: { actions: sendTo(({ system }) => system.get('last'), { type: 'END' }) },
        'xstate.done.actor.*': { actions: assign({ ended: ({ context, event }) => [...context.ended, event.type] }) },
      },
    })
    const agent = started(machine)
    agent.send('SPAWN')
    expect(agent.root.children).toEqual({
      undefined: {
        sid: '1.0',
        kind: 'machine',
        src: 'child',
        unnamed: true,
        spawned: true,
        systemId: 'last',
        value: 'a',
        context: {},
      },
    })
    expect(agent.state?.unlisted).toEqual({})
    agent.send('STOP')
    agent.send('SPAWN')
    agent.send('END')
    expect(agent.context).toEqual({ ended: ['xstate.done.actor.3.0'] })
  })

  it('transition logic that throws when it begins fails, and its parent hears of it', () => {
    const bad = fromTransition(
      (state: number) => state,
      () => {
        throw new Error('no')
      },
    )
    const machine = setup({ actors: { bad } }).createMachine({
      context: { error: null },
      invoke: { src: 'bad', id: 'b', onError: { actions: assign({ error: ({ event }) => event.error }) } },
      on: { GO: {} },
    })
    const agent = started(machine)
    agent.send('GO')
    expect(agent.root).toMatchObject({
      context: { error: { name: 'Error', message: 'no' } },
      children: { b: { status: 'error' } },
    })
  })

  it('an actor whose id another took over lives on beside the tree', () => {
    const machine = setup({ actors: { listen } }).createMachine({
      context: { heard: 0 },
      on: {
        SPAWN: { actions: spawnChild('listen', { id: 'same' }) },
        HEARD: { actions: assign({ heard: ({ context }) => context.heard + 1 }) },
      },
    })
    const agent = started(machine)
    agent.send('SPAWN')
    agent.send('SPAWN')
    expect(agent.state?.unlisted).toEqual({
      '1.0': { id: 'same', parent: '0', actor: { sid: '1.0', kind: 'callback', src: 'listen', spawned: true } },
    })
    agent.effectEvent('1.0', { type: 'HEARD' })
    expect(agent.context).toEqual({ heard: 1 })
  })
})
