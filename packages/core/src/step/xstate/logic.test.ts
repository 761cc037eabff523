/** XState's releases are held to what the step knows of its logic. */
import { describe, expect, it } from 'vitest'
import {
  createMachine,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  setup,
} from 'xstate'
import { kindOf, logicOf, nameOfLogic, streamsEvents } from './logic.js'

const observable = (): never => ({ subscribe: () => ({ unsubscribe: () => {} }) }) as never

describe('the kind of logic', () => {
  it.each([
    ['machine', createMachine({})],
    ['promise', fromPromise(async () => 1)],
    ['callback', fromCallback(() => {})],
    ['observable', fromObservable(observable)],
    ['observable', fromEventObservable(observable)],
    ['transition', fromTransition((state: number) => state, 0)],
    ['unknown', { transition: () => 0, getInitialSnapshot: () => 0 }],
    ['unknown', undefined],
  ])('%s', (kind, logic) => {
    expect(kindOf(logic)).toBe(kind)
  })

  it('tells streams of events from streams of values', () => {
    expect([
      streamsEvents(fromEventObservable(observable)),
      streamsEvents(fromObservable(observable)),
      streamsEvents(fromPromise(async () => 1)),
    ]).toEqual([true, false, false])
  })
})

describe('logic is found again', () => {
  const [one, two] = [fromPromise(async () => 1), fromPromise(async () => 2)]
  const machine = setup({ actors: { one } }).createMachine({
    id: 'm',
    initial: 'a.b',
    states: { 'a.b': { invoke: [{ src: 'one' }, { src: two as never }] } },
  })

  it('by its name, and inline logic by its place, dots in names included', () => {
    expect(logicOf(machine, 'one')).toBe(one)
    expect(logicOf(machine, 'xstate.invoke.1.m.a.b')).toBe(two)
    expect([
      logicOf(machine, 'three'),
      logicOf(machine, 'xstate.invoke.7.m.a.b'),
      logicOf(machine, 'xstate.invoke.0.gone'),
    ]).toEqual([undefined, undefined, undefined])
  })

  it('under the name that `setup` gives it', () => {
    expect([nameOfLogic(machine, one), nameOfLogic(machine, two)]).toEqual(['one', undefined])
  })
})
