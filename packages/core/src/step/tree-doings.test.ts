/** Timers, actions and questions of a tree that is hydrated from JSON text between any two inputs. */
import { describe, expect, it } from 'vitest'
import { assign, cancel, createMachine, emit, enqueueActions, log, raise, sendTo, setup } from 'xstate'
import { started, TreeDriver } from './tree-driver.fixture.js'

describe('timers', () => {
  const machine = createMachine({
    context: { rang: 0 },
    initial: 'a',
    states: {
      a: {
        after: { 1000: { target: 'b', actions: assign({ rang: ({ context }) => context.rang + 1 }) } },
        on: { LEAVE: 'b' },
      },
      b: {},
    },
  })

  it('an `after` is durable, with an absolute due time', () => {
    const agent = started(machine)
    expect(agent.state?.timers).toEqual({
      '0.t0': {
        source: '0',
        target: '0',
        id: 'xstate.after.1000.(machine).a',
        node: '(machine).a',
        due: 2_000,
        event: { type: 'xstate.after.1000.(machine).a' },
      },
    })
    agent.fire()
    expect(agent.root).toMatchObject({ value: 'b', context: { rang: 1 } })
    expect(agent.state?.timers).toEqual({})
  })

  it('leaving the state removes it', () => {
    const agent = started(machine)
    agent.send('LEAVE')
    expect(agent.state?.timers).toEqual({})
  })

  it('of two with one id both fire, and cancel hits the last', () => {
    const machine = createMachine({
      context: { n: 0 },
      on: {
        SET: { actions: raise({ type: 'RING' }, { id: 'x', delay: 10 }) },
        CANCEL: { actions: cancel('x') },
        RING: { actions: assign({ n: ({ context }) => context.n + 1 }) },
      },
    })
    const agent = started(machine)
    agent.send('SET')
    agent.send('SET')
    expect(Object.values(agent.state?.timers ?? {}).map((timer) => timer.lost)).toEqual([true, undefined])
    agent.send('CANCEL')
    expect(Object.keys(agent.state?.timers ?? {})).toEqual(['1.t0'])
    agent.fire()
    expect(agent.context).toEqual({ n: 1 })
  })

  it('the event of a delayed sendTo keeps its references', () => {
    const machine = createMachine({
      context: { from: null as unknown },
      on: {
        ASK: {
          actions: sendTo(
            ({ self }) => self,
            ({ self }) => ({ type: 'ANSWER', from: self }),
            { delay: 5 },
          ),
        },
        ANSWER: { actions: assign({ from: ({ event }) => (event['from'] as { id: string }).id }) },
      },
    })
    const agent = started(machine)
    agent.send('ASK')
    agent.fire()
    expect(agent.context).toEqual({ from: 'agent' })
  })

  it('timers of an ended agent are gone', () => {
    const agent = started(
      createMachine({
        initial: 'a',
        states: { a: { entry: raise({ type: 'X' }, { delay: 9 }), on: { END: 'end' } }, end: { type: 'final' } },
      }),
    )
    agent.send('END')
    expect(agent.state?.timers).toEqual({})
  })
})

describe('actions', () => {
  it('custom ones and logs are not run by the step: it names them, to be run after the append', () => {
    const ran: unknown[] = []
    const machine = setup({ actions: { notify: (_, params: { n: number }) => void ran.push(params) } }).createMachine({
      on: {
        GO: {
          actions: [
            { type: 'notify', params: { n: 1 } },
            log('text', 'label'),
            enqueueActions(({ enqueue }) => enqueue({ type: 'notify', params: { n: 2 } })),
          ],
        },
      },
    })
    const agent = started(machine)
    const { actions } = agent.send('GO')
    expect(actions.map(({ type, params }) => ({ type, params }))).toEqual([
      { type: 'notify', params: { n: 1 } },
      { type: 'xstate.log', params: undefined },
      { type: 'notify', params: { n: 2 } },
    ])
    expect(ran).toEqual([])
    for (const action of actions) action.run()
    expect(ran).toEqual([{ n: 1 }, { n: 2 }])
    expect(agent.logged).toEqual([['label', 'text']])
  })

  it('what the root emits is data; what a child emits is heard by no one outside', () => {
    const child = createMachine({ entry: emit({ type: 'inner' }) })
    const machine = setup({ actors: { child } }).createMachine({
      invoke: { src: 'child' },
      on: { GO: { actions: emit({ type: 'outer', n: 1 } as never) } },
    })
    const agent = new TreeDriver(machine)
    expect(agent.start().emitted).toEqual([])
    expect(agent.send('GO').emitted).toEqual([{ type: 'outer', n: 1 }])
  })

  it('a reference used outside of a step sends to the runtime', () => {
    const machine = createMachine({ on: { GO: { actions: ({ self }) => self.send({ type: 'LATER' }) } } })
    const agent = started(machine)
    for (const action of agent.send('GO').actions) action.run()
    expect(agent.sent).toEqual([{ to: '0', event: { type: 'LATER' } }])
  })
})

describe('questions', () => {
  const machine = createMachine({
    initial: 'a',
    context: { n: 1 },
    states: {
      a: {
        on: {
          YES: 'b',
          NO: { guard: () => false, target: 'b' },
          THROWS: {
            target: 'b',
            guard: () => {
              throw new Error('x')
            },
          },
          FORBIDDEN: {},
        },
        after: { 5: 'b' },
      },
      b: {},
    },
    on: { 'any.*': { actions: () => {} } },
  })

  it('`can` says what would be taken, and throws nothing', () => {
    const tree = started(machine).tree()
    expect(['YES', 'NO', 'THROWS', 'FORBIDDEN', 'any.thing', 'else'].map((type) => tree.can({ type }))).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
    ])
  })

  it('the event descriptors are those of the active states, without XState’s own', () => {
    const agent = started(machine)
    expect([...agent.tree().eventDescriptors()].toSorted((one, other) => one.localeCompare(other))).toEqual([
      'any.*',
      'NO',
      'THROWS',
      'YES',
    ])
    agent.send('YES')
    expect(agent.tree().eventDescriptors()).toEqual(['any.*'])
  })
})
