/** What may not be recorded is thrown out of the step, and the tree is not used again. */
import { describe, expect, it } from 'vitest'
import {
  assign,
  createMachine,
  emit,
  fromCallback,
  fromPromise,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
} from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { createTree } from './tree.js'
import { started, TreeDriver } from './tree-driver.fixture.js'

interface Box {
  box: { list: number[] }
}
const wrong = (code: string, facts?: object): unknown =>
  expect.objectContaining({ code, ...(facts && { facts: expect.objectContaining(facts) }) })
const onGo = (actions: unknown, rest: object = {}): AnyStateMachine =>
  createMachine({ context: { box: { list: [1] } }, on: { GO: { actions } }, ...rest } as never)

describe('a step refuses', () => {
  it('a throw in the root’s transition, with its cause', () => {
    const cause = new Error('no')
    const agent = started(
      onGo(
        assign(() => {
          throw cause
        }),
      ),
    )
    expect(() => agent.send('GO')).toThrow(expect.objectContaining({ code: 'EVENT_REFUSED', cause }))
  })

  it('a throw in the first snapshot', () => {
    const machine = createMachine({
      context: () => {
        throw new Error('no')
      },
    })
    expect(() => new TreeDriver(machine).start()).toThrow(wrong('EVENT_REFUSED'))
  })

  it('a chart that is none', () => {
    const wrong = createMachine({ initial: 'gone', states: { a: {} } } as never)
    const code = { code: 'EVENT_REFUSED', message: expect.stringContaining('"gone" not found') }
    expect(() => new TreeDriver(wrong).start()).toThrow(expect.objectContaining(code))
    const machine = setup({ actors: { wrong } }).createMachine({ on: { GO: { actions: spawnChild('wrong') } } })
    const agent = started(machine)
    expect(() => agent.send('GO')).toThrow(expect.objectContaining(code))
  })

  it('a throw of the root although a child stands between', () => {
    const child = createMachine({ on: { GO: { actions: sendParent({ type: 'BAD' }) } } })
    const machine = setup({ actors: { child } }).createMachine({
      invoke: { src: 'child', id: 'c' },
      on: {
        GO: { actions: sendTo('c', { type: 'GO' }) },
        BAD: {
          actions: assign(() => {
            throw new Error('no')
          }),
        },
      },
    })
    const agent = started(machine)
    expect(() => agent.step({ kind: 'actor.event', to: '0.0', event: { type: 'GO' } })).toThrow(wrong('EVENT_REFUSED'))
  })

  it.each<[string, unknown]>([
    ['context', ({ context }: { context: Box }) => (context.box.list.push(2), {})],
    ['context, by a member', ({ context }: { context: Box }) => (((context.box as { more?: number }).more = 1), {})],
    ['an event', ({ event }: { event: { list: number[] } }) => (event.list.push(2), {})],
  ])('an assign that writes to %s', (_, assignment) => {
    const agent = started(onGo(assign(assignment as never)))
    expect(() => agent.send('GO', { list: [] })).toThrow(wrong('MUTATED'))
  })

  it('a guard that writes to context', () => {
    const machine = onGo([], {
      on: { GO: { guard: ({ context }: { context: Box }) => context.box.list.pop() === 1, actions: () => {} } },
    })
    expect(() => started(machine).send('GO')).toThrow(wrong('MUTATED'))
  })

  it('a child that writes to its context: the child does not fail for it', () => {
    const machine = setup({
      actors: { child: onGo(assign(({ context }: { context: Box }) => (context.box.list.push(2), {}))) },
    }).createMachine({
      invoke: { src: 'child', id: 'c', onError: { actions: () => {} } },
      on: { GO: { actions: sendTo('c', { type: 'GO' }) } },
    })
    expect(() => started(machine).send('GO')).toThrow(wrong('MUTATED'))
  })

  it('endless eventless transitions', () => {
    const machine = createMachine({
      initial: 'a',
      states: { a: { on: { GO: 'b' } }, b: { always: 'c' }, c: { always: 'b' } },
    })
    expect(() => started(machine).send('GO')).toThrow(wrong('LOOPS_FOREVER'))
  })

  it('endless raises, in a child too', () => {
    const endless = { on: { GO: { actions: raise({ type: 'GO' }) } } }
    expect(() => started(createMachine(endless)).send('GO')).toThrow(wrong('LOOPS_FOREVER'))
    const machine = setup({ actors: { child: createMachine(endless) } }).createMachine({
      invoke: { src: 'child', id: 'c' },
      on: { GO: { actions: sendTo('c', { type: 'GO' }) } },
    })
    expect(() => started(machine).send('GO')).toThrow(wrong('LOOPS_FOREVER'))
  })

  it('actors that answer each other without end', () => {
    const child = createMachine({ on: { PING: { actions: sendParent({ type: 'PONG' }) } } })
    const ping = sendTo('c', { type: 'PING' })
    const machine = setup({ actors: { child } }).createMachine({
      invoke: { src: 'child', id: 'c' },
      on: { GO: { actions: ping }, PONG: { actions: ping } },
    })
    expect(() => started(machine).send('GO')).toThrow(wrong('LOOPS_FOREVER'))
  })

  it.each<[string, unknown, string]>([
    ['context', assign({ at: () => ({ when: new Date(0) }) }), '/context/at/when'],
    ['a delayed event', raise({ type: 'X', big: 1n } as never, { delay: 1 }), '/timers/1.t0/event/big'],
    ['a delay', raise({ type: 'X' }, { delay: Number.NaN }), '/timers/1.t0/due'],
    ['an emitted event', emit({ type: 'x', set: new Set() }), '/emit/set'],
    ['an emitted reference', emit(({ self }: { self: unknown }) => ({ type: 'x', self })), '/emit/self'],
    ['what a callback is sent', sendTo('ear', { type: 'X', f: () => {} }), '/deliver/0.0/f'],
  ])('what is not JSON in %s', (_, actions, path) => {
    const machine = setup({ actors: { listen: fromCallback(() => {}) } }).createMachine({
      context: {},
      invoke: { src: 'listen', id: 'ear' },
      on: { GO: { actions: actions as never } },
    })
    expect(() => started(machine).send('GO')).toThrow(wrong('NOT_SERIALIZABLE', { path }))
  })

  it('what is not JSON in an effect’s input', () => {
    const machine = setup({ actors: { draft: fromPromise<unknown, unknown>(async () => 1) } }).createMachine({
      invoke: { src: 'draft', input: () => ({ m: new Map() }) },
    })
    expect(() => new TreeDriver(machine).start()).toThrow(wrong('NOT_SERIALIZABLE', { path: '/input/m' }))
  })

  it('inline logic that cannot be found again', () => {
    const inline = fromPromise(async () => 1)
    expect(() => started(onGo(spawnChild(inline as never, { id: 'x' }))).send('GO')).toThrow(
      wrong('NOT_RESTORABLE', { path: '/children/x' }),
    )
    expect(() =>
      started(onGo(assign(({ spawn }: { spawn: (logic: unknown) => unknown }) => ({ ref: spawn(inline) })))).send('GO'),
    ).toThrow(wrong('NOT_RESTORABLE'))
  })

  it('but not logic that `setup` names, or that stands in an invoke', () => {
    const named = fromPromise(async () => 1)
    const machine = setup({ actors: { named } }).createMachine({
      invoke: { src: fromPromise(async () => 2) as never, id: 'in' },
      on: { GO: { actions: spawnChild(named as never, { id: 'x' }) } },
    })
    const agent = started(machine)
    agent.send('GO')
    expect(agent.root.children).toMatchObject({ in: { src: 'xstate.invoke.0.(machine)' }, x: { src: 'named' } })
  })
})

describe('after a refusal', () => {
  it('the tree is not stepped again, and the documents are as before', () => {
    const machine = onGo(
      assign(() => {
        throw new Error('no')
      }),
    )
    const tree = createTree({ machine }, { agentId: 'a', onActorSend: () => {}, onLog: () => {} })
    tree.step({ kind: 'started', input: undefined }, { now: 0, revision: 0 })
    expect(() => tree.step({ kind: 'event', event: { type: 'GO' } }, { now: 0, revision: 1 })).toThrow(
      wrong('EVENT_REFUSED'),
    )
    expect(() => tree.step({ kind: 'event', event: { type: 'GO' } }, { now: 0, revision: 1 })).toThrow(
      wrong('INVARIANT'),
    )
  })
})
