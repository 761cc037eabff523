import { describe, expect, it } from 'vitest'
import { fromPromise, setup } from 'xstate'
import { logicOf, nameOfLogic } from './logic.js'

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
