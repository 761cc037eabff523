import { describe, expect, it } from 'vitest'
import { createMachine, fromCallback, fromEventObservable, fromObservable, fromPromise, fromTransition } from 'xstate'
import { EMPTY } from 'rxjs'
import { effect } from './effect.js'
import { isMachine, kindOfLogic } from './logic-kind.js'

describe('kindOfLogic', () => {
  it.each([
    ['machine', createMachine({})],
    ['transition', fromTransition((state: number) => state, 0)],
    ['promise', fromPromise(async () => 1)],
    ['promise', effect(async () => 1)],
    ['callback', fromCallback(() => {})],
    ['observable', fromObservable(() => EMPTY)],
    ['observable', fromEventObservable(() => EMPTY)],
  ] as const)('knows a %s', (kind, logic) => {
    expect(kindOfLogic(logic)).toBe(kind)
    expect(isMachine(logic)).toBe(kind === 'machine')
  })

  it('takes logic written by hand that wants its scope at once for a callback', () => {
    const byHand = {
      ...fromPromise(async () => 1),
      getInitialSnapshot: (scope: { self: { id: string } }) => ({ status: 'active', id: scope.self.id }),
    }
    expect(kindOfLogic(byHand as never)).toBe('callback')
  })

  it('runs none of the bodies', () => {
    const body = (): never => {
      throw new Error('the body ran')
    }
    expect([fromPromise(body), fromCallback(body), fromObservable(body)].map(kindOfLogic)).toEqual([
      'promise',
      'callback',
      'observable',
    ])
  })
})
