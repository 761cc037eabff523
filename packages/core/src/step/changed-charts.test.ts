/** A deploy under an agent that waits: no outcome may go to another handler than the one that asked for it. */
import { describe, expect, it } from 'vitest'
import { createMachine, fromPromise, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { incompatibilitiesOf } from './compatibility.js'
import type { TreeState } from './tree.js'
import { started } from './tree-driver.fixture.js'

const promise = fromPromise(async () => 1)
const actors = { draft: promise, review: fromPromise(async () => 2), pay: fromPromise(async () => 3) }
type Invocation = string | { readonly [key: string]: unknown }

const chart = (...invokes: readonly Invocation[]): AnyStateMachine =>
  setup({ actors }).createMachine({
    id: 'm',
    initial: 'a',
    states: { a: { invoke: invokes.map((each) => (typeof each === 'string' ? { src: each } : each)) }, b: {} },
  } as never) as unknown as AnyStateMachine

function missing(today: AnyStateMachine, before: AnyStateMachine): string[] {
  const state = started(before).state as TreeState
  return incompatibilitiesOf({ machine: today }, state).map(({ what }) => what)
}

describe('an unnamed invocation', () => {
  it('REC-10 before which another was inserted', () => {
    expect(missing(chart('review', 'draft'), chart('draft'))).toEqual([
      'actor "0.m.a": state "m.a" invoked it as "draft", and state "m.a" invokes "review" under this id today',
    ])
  })

  it('before which another of the same source was inserted', () => {
    expect(missing(chart('draft', 'draft'), chart('draft'))).toEqual([
      'actor "0.m.a": it was one of 1 unnamed "draft" of its state, and there are 2 today: which of them it is cannot be told',
    ])
    expect(missing(chart('draft', 'draft'), chart('draft', 'draft'))).toEqual([])
    expect(missing(chart('draft', 'review'), chart('draft'))).toEqual([])
    expect(missing(chart('draft', { src: 'draft', id: 'named' }), chart('draft'))).toEqual([])
  })

  it('whose order was swapped', () => {
    expect(missing(chart('review', 'draft'), chart('draft', 'review'))).toEqual([
      'actor "0.m.a": state "m.a" invoked it as "draft", and state "m.a" invokes "review" under this id today',
      'actor "1.m.a": state "m.a" invoked it as "review", and state "m.a" invokes "draft" under this id today',
    ])
  })

  it('before which inline logic was inserted, whether it was inline itself or not', () => {
    const inline = { src: promise }
    expect(missing(chart(inline, 'pay'), chart('pay'))).toEqual([
      'actor "0.m.a": state "m.a" invoked it as "pay", and state "m.a" invokes "xstate.invoke.0.m.a" under this id today',
    ])
    expect(missing(chart(inline, inline), chart(inline))).toEqual([
      expect.stringMatching(
        /^actor "0.m.a": it was one of 1 unnamed "xstate.invoke.0.m.a" of its state, and there are 2/,
      ),
    ])
    expect(missing(chart(inline, inline), chart(inline, inline))).toEqual([])
  })

  it('of a child machine', () => {
    const inside = (...invokes: readonly string[]): AnyStateMachine =>
      setup({ actors: { child: chart(...invokes) as never } }).createMachine({
        invoke: { src: 'child', id: 'kid' },
      } as never) as unknown as AnyStateMachine
    expect(missing(inside('draft'), inside('draft'))).toEqual([])
    expect(missing(inside('review', 'draft'), inside('draft'))).toEqual([
      'actor "0.m.a": state "m.a" invoked it as "draft", and state "m.a" invokes "review" under this id today',
    ])
  })
})

describe('an invocation of a child machine', () => {
  const kid = createMachine({ initial: 'on', states: { on: {} } })
  const parent = (kids: object, ...invokes: readonly object[]): AnyStateMachine =>
    setup({ actors: kids }).createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { invoke: invokes as never } },
    } as never) as unknown as AnyStateMachine
  const kids = { mail: kid, charge: kid }

  it('REC-10 is another one with another source, whether it has an id or not, and whatever the machines have in common', () => {
    const [mail, charge] = [{ src: 'mail' }, { src: 'charge' }]
    expect(missing(parent(kids, mail, charge), parent(kids, charge))).toEqual([
      'actor "0.m.a": state "m.a" invoked it as "charge", and state "m.a" invokes "mail" under this id today',
    ])
    const named = parent(kids, { ...charge, id: 'it' })
    expect(missing(parent(kids, { ...mail, id: 'it' }), named)).toEqual([
      'actor "it": state "m.a" invoked it as "charge", and state "m.a" invokes "mail" under this id today',
    ])
    expect(missing(parent(kids, mail, { ...charge, id: 'it' }), named)).toEqual([])
  })

  it('has no place where its source is another kind of logic', () => {
    expect(missing(parent({ ...kids, charge: promise }, { src: 'charge' }), parent(kids, { src: 'charge' }))).toEqual([
      'actor "0.m.a": logic "charge" is no machine any more',
    ])
  })
})

describe('an invocation with an id of its own', () => {
  it('goes where its id goes in its state, but not with another source', () => {
    const named = { src: 'draft', id: 'it' }
    expect(missing(chart('review', named), chart(named))).toEqual([])
    expect(missing(chart({ ...named, src: 'pay' }), chart(named))).toEqual([
      'actor "it": state "m.a" invoked it as "draft", and state "m.a" invokes "pay" under this id today',
    ])
  })

  it('is no other state’s', () => {
    const parallel = (here: object, there: object): AnyStateMachine =>
      setup({ actors }).createMachine({
        id: 'm',
        type: 'parallel',
        states: { here, there },
      })
    const invoke = { src: 'draft', id: 'it' }
    expect(missing(parallel({ invoke }, {}), parallel({ invoke }, {}))).toEqual([])
    expect(missing(parallel({}, { invoke }), parallel({ invoke }, {}))).toEqual([
      'actor "it": state "m.here" invoked it as "draft", and state "m.there" invokes "draft" under this id today',
    ])
  })
})

describe('an `after`', () => {
  const waiting = (after: object, delays: object = {}): AnyStateMachine =>
    setup({ delays }).createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { after }, b: {} },
    } as never) as unknown as AnyStateMachine

  it('keeps its timer when a named delay is another one', () => {
    expect(missing(waiting({ soon: 'b' }, { soon: 9 }), waiting({ soon: 'b' }, { soon: 5 }))).toEqual([])
  })

  it('is another one with another number, and it is told which there are', () => {
    expect(missing(waiting({ 2000: 'b', 3000: 'b' }), waiting({ 1000: 'b' }))).toEqual([
      'timer 0.t0 of "xstate.after.1000.m.a", and "m.a" has delays of 2000, 3000 today',
    ])
    expect(missing(waiting({}), waiting({ 1000: 'b' }))).toEqual(['timer 0.t0 of "xstate.after.1000.m.a"'])
  })
})

describe('an unchanged chart', () => {
  it('has a place for all that a history state remembers and parallel states hold', () => {
    const made = (): AnyStateMachine =>
      setup({ actors }).createMachine({
        id: 'm',
        type: 'parallel',
        states: {
          one: {
            initial: 'x',
            states: {
              x: {
                invoke: [{ src: 'draft' }, { src: 'draft' }, { src: 'review', id: 'it' }],
                after: { 10: 'y' },
                on: { OUT: 'away' },
              },
              y: {},
              past: { type: 'history', history: 'deep' },
              away: { on: { BACK: 'past' } },
            },
          },
          two: { invoke: [{ src: promise }, { src: 'draft' }] },
        },
      } as never) as unknown as AnyStateMachine
    const agent = started(made())
    const isFine = (): void => expect(incompatibilitiesOf({ machine: made() }, agent.state as TreeState)).toEqual([])
    isFine()
    agent.send('OUT')
    isFine()
    agent.send('BACK')
    isFine()
    agent.fire()
    isFine()
  })

  it('has a place for an actor without a chart', () => {
    expect(missing(createMachine({}), createMachine({}))).toEqual([])
  })
})
