import { describe, expect, it } from 'vitest'
import { createMachine, fromCallback, fromPromise, setup, spawnChild } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { isCompatible, incompatibilitiesOf } from './compatibility.js'
import { hydrateTree } from './tree.js'
import type { TreeState } from './tree.js'
import { started } from './tree-driver.fixture.js'

const work = (implementation: unknown, states: object): AnyStateMachine =>
  setup({ actors: { draft: implementation as never } }).createMachine({
    initial: Object.keys(states)[0],
    states,
  } as never) as unknown as AnyStateMachine
const promise = fromPromise(async () => 1)
const busy = { a: { invoke: { src: 'draft', id: 'it' }, after: { 1000: 'b' } }, b: {} }
const stateOf = (machine: AnyStateMachine): TreeState => started(machine).state as TreeState
const missing = (machine: AnyStateMachine, state: TreeState): string[] =>
  incompatibilitiesOf({ machine }, state).map(({ what }) => what)

describe('the places of what is pending', () => {
  const state = stateOf(work(promise, busy))

  it('are all there in an unchanged chart', () => {
    expect(missing(work(promise, busy), state)).toEqual([])
    expect(isCompatible({ machine: work(promise, busy) }, state)).toBe(true)
  })

  it('an active state that is gone', () => {
    expect(missing(work(promise, { b: {} }), state)).toContain('state "a"')
  })

  it('RCV-115 what waits in an active state that is gone, each by its name', () => {
    const renamed = work(promise, { z: busy.a, b: {} })
    for (const isPlaced of [false, true])
      expect(incompatibilitiesOf({ machine: renamed }, state, { isPlaced }).map(({ what }) => what)).toEqual([
        'state "a"',
        'actor "it": state "(machine).a" invoked it as "draft", and there is no such state today',
        'timer 0.t0 of "xstate.after.1000.(machine).a"',
      ])
  })

  it('a level that was added below an active state', () => {
    expect(missing(work(promise, { ...busy, a: { ...busy.a, initial: 'x', states: { x: {} } } }), state)).toEqual([
      'state "a"',
    ])
  })

  it('an invocation that its state does not have any more', () => {
    const unnamed = { a: { invoke: { src: 'draft' }, on: { go: 'b' } }, b: { invoke: { src: 'draft' } } }
    const invoking = stateOf(work(promise, unnamed))
    expect(missing(work(promise, unnamed), invoking)).toEqual([])
    const silent = { a: { on: { go: 'b' } }, b: { invoke: { src: 'draft' } } }
    expect(missing(work(promise, silent), invoking)).toEqual([
      expect.stringMatching(
        /^actor "0\..*a": state ".*a" invoked it as "draft", and no active state invokes it today$/,
      ),
    ])
  })

  it('an invocation with an id of its own that is gone, though the logic is there', () => {
    expect(missing(work(promise, { ...busy, a: { after: { 1000: 'b' } } }), state)).toEqual([
      'actor "it": state "(machine).a" invoked it as "draft", and no active state invokes it today',
    ])
  })

  it('an `onDone` that is gone: the outcome would be ignored', () => {
    const chart = (invoke: object): AnyStateMachine =>
      work(promise, { a: { invoke: { src: 'draft', id: 'it', ...invoke } }, b: {} })
    const waiting = stateOf(chart({ onDone: 'b' }))
    expect(missing(chart({ onDone: 'b' }), waiting)).toEqual([])
    expect(missing(chart({ onError: 'b' }), waiting)).toEqual(['actor "it": no state takes its outcome any more'])
    expect(missing(chart({}), stateOf(chart({})))).toEqual([])
    // A state around it, or a wildcard, takes it as well.
    for (const taker of ['xstate.done.actor.it', 'xstate.done.actor.*', '*']) {
      const around = work(promise, { a: { invoke: { src: 'draft', id: 'it' }, on: { [taker]: 'b' } }, b: {} })
      expect(missing(around, waiting), taker).toEqual([])
    }
  })

  it('the taker of a spawned actor, in whichever state', () => {
    const chart = (on: object): AnyStateMachine =>
      work(promise, { a: { entry: spawnChild('draft', { id: 'it' }), on: { go: 'b' } }, b: { on } })
    const agent = started(chart({ 'xstate.done.actor.it': 'a' }))
    agent.send('go')
    const state = agent.state as TreeState
    expect(missing(chart({ 'xstate.done.actor.it': 'a' }), state)).toEqual([])
    expect(missing(chart({}), state)).toEqual(['actor "it": no state takes its outcome any more'])
    expect(missing(chart({}), stateOf(chart({})))).toEqual([])
  })

  it('of a callback no one waits for the end', () => {
    const listen = fromCallback(() => {})
    const chart = (invoke: object): AnyStateMachine => work(listen, { a: { invoke: { src: 'draft', ...invoke } } })
    expect(missing(chart({}), stateOf(chart({ onDone: {} })))).toEqual([])
  })

  it('of what has ended, no one asks', () => {
    const chart = (invoke: object): AnyStateMachine =>
      work(promise, { a: { invoke: { src: 'draft', id: 'it', ...invoke } } })
    const agent = started(chart({ onDone: { actions: [] } }))
    agent.done('0.0')
    expect(missing(chart({}), agent.state as TreeState)).toEqual([])
  })

  it('logic that is gone, or of another kind', () => {
    const gone = createMachine({
      initial: 'a',
      states: { a: { after: { 1000: 'b' } }, b: {} },
    }) as unknown as AnyStateMachine
    expect(missing(gone, state)).toEqual(['actor "it": no logic "draft"'])
    expect(
      missing(
        work(
          fromCallback(() => {}),
          busy,
        ),
        state,
      ),
    ).toEqual(['actor "it": logic "draft" is no promise any more'])
  })

  it('an `after` with another delay', () => {
    expect(missing(work(promise, { ...busy, a: { ...busy.a, after: { 2000: 'b' } } }), state)).toEqual([
      'timer 0.t0 of "xstate.after.1000.(machine).a", and "(machine).a" has delays of 2000 today',
    ])
  })

  it('a remembered state that is gone', () => {
    const chart = (names: string[]): AnyStateMachine =>
      createMachine({
        initial: 'in',
        states: {
          in: {
            initial: names[0] as string,
            states: { ...Object.fromEntries(names.map((name) => [name, {}])), past: { type: 'history' } },
            on: { OUT: 'out' },
          },
          out: {},
        },
      } as never)
    const agent = started(chart(['x']))
    agent.send('OUT')
    expect(missing(chart(['y']), agent.state as TreeState)).toEqual(['remembered state "(machine).in.x"'])
  })

  it('a child of an unlisted actor is looked for, too', () => {
    const child = setup({ actors: { draft: promise } }).createMachine({ invoke: { src: 'draft', id: 'it' } })
    const chart = (inner: unknown): AnyStateMachine =>
      setup({ actors: { child: inner as never } }).createMachine({
        on: { SPAWN: { actions: spawnChild('child' as never, { id: 'same' } as never) } },
      })
    const agent = started(chart(child))
    agent.send('SPAWN')
    agent.send('SPAWN')
    const other = createMachine({})
    expect(missing(chart(other), agent.state as TreeState)).toEqual([
      'actor "it": no logic "draft"',
      'actor "it": no logic "draft"',
    ])
  })

  it('RCV-155 an invocation of an active state whose name one of another region has taken', () => {
    const chart = (src: string): AnyStateMachine =>
      setup({ actors: { charge: promise, draft: promise, mail: promise } }).createMachine({
        type: 'parallel',
        states: {
          paying: { initial: 'now', states: { now: { invoke: { id: 'it', src, onDone: 'over' } }, over: {} } },
          writing: {
            initial: 'now',
            states: { now: { invoke: { id: 'it', src: 'draft', onDone: 'over' } }, over: {} },
          },
        },
      } as never) as unknown as AnyStateMachine
    const state = stateOf(chart('charge'))
    expect(Object.keys(state.effects)).toHaveLength(2)
    expect(missing(chart('charge'), state)).toEqual([])
    expect(missing(chart('mail'), state)).toEqual([
      'actor "it": state "(machine).paying.now" invoked it as "charge", and state "(machine).paying.now" invokes "mail" under this id, state "(machine).writing.now" invokes "draft" under this id today',
    ])
  })

  it('a tree is not hydrated without them', () => {
    const machine = work(promise, { b: {} })
    const options = { agentId: 'a', onActorSend: () => {}, onLog: () => {} }
    expect(() => hydrateTree({ machine }, state, options)).toThrow(
      expect.objectContaining({
        code: 'NEEDS_MIGRATION',
        facts: { missing: expect.arrayContaining([{ kind: 'state', actor: '0', what: 'state "a"' }]) },
      }),
    )
  })
})
