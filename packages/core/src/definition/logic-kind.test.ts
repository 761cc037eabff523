/** XState's releases are held to what Refold knows of its logic. */
import { EMPTY } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createMachine, fromCallback, fromEventObservable, fromObservable, fromPromise, fromTransition } from 'xstate'
import { effect } from './effect.js'
import { isMachine, kindOfLogic, streamsEvents } from './logic-kind.js'

const wantsItsScope = {
  ...fromPromise(async () => 1),
  getInitialSnapshot: (scope: { self: { id: string } }) => ({ status: 'active', name: scope.self.id.length }),
}

describe('the kind of logic', () => {
  it.each([
    ['machine', createMachine({})],
    ['promise', fromPromise(async () => 1)],
    ['promise', effect(async () => 1)],
    ['promise', { ...fromPromise(async () => 1) }],
    ['callback', fromCallback(() => {})],
    ['observable', fromObservable(() => EMPTY)],
    ['observable', fromEventObservable(() => EMPTY)],
    ['transition', fromTransition((state: number) => state, 0)],
    ['unknown', { transition: () => 0, getInitialSnapshot: () => 0 }],
    ['unknown', { config: () => 0, transition: () => 0, getInitialSnapshot: () => ({}), start: () => {} }],
    ['unknown', Object.assign({}, createMachine({}))],
    ['unknown', wantsItsScope],
    ['unknown', undefined],
  ])('%s', (kind, logic) => {
    expect(kindOfLogic(logic)).toBe(kind)
    expect(isMachine(logic)).toBe(kind === 'machine')
  })

  it('tells streams of events from streams of values', () => {
    const logics = [fromEventObservable(() => EMPTY), fromObservable(() => EMPTY), fromPromise(async () => 1)]
    expect(logics.map(streamsEvents)).toEqual([true, false, false])
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
