import { describe, expect, it } from 'vitest'
import { and, createMachine, fromPromise, raise, setup, spawnChild } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { refuseUnsupported } from './refuse.js'

const refusal = (config: object, implementations: object = {}): { code: string; path: unknown } | undefined => {
  const machine = createMachine(config as never).provide(implementations) as unknown as AnyStateMachine
  try {
    refuseUnsupported(machine)
    return undefined
  } catch (error) {
    const { code, facts } = error as { code: string; facts: { path: unknown } }
    return { code, path: facts.path }
  }
}
const inA = (node: object): object => ({ initial: 'a', states: { a: node } })

describe('DEF-17 what has to answer at once, and is async', () => {
  const later = async (): Promise<boolean> => false
  const laterMs = async (): Promise<number> => 5

  it.each<[string, object, object, string]>([
    ['a guard', inA({ on: { GO: { guard: later } } }), {}, 'machine.states.a.on.GO.guard'],
    ['a guard by its name', inA({ on: { GO: { guard: 'later' } } }), { guards: { later } }, 'setup.guards.later'],
    [
      'a guard inside of another',
      inA({ always: { guard: and([later as never]) } }),
      {},
      'machine.states.a.always.guard[0]',
    ],
    ['a delay', inA({ after: { LATER: 'a' } }), { delays: { LATER: laterMs } }, 'setup.delays.LATER'],
    [
      'a delay of an action',
      inA({ entry: raise({ type: 'x' }, { delay: laterMs as never }) }),
      {},
      'machine.states.a.entry[0]',
    ],
  ])('is refused: %s', (_what, config, implementations, path) => {
    expect(refusal(config, implementations)).toEqual({ code: 'INVALID_DEFINITION', path })
  })
})

describe('DEF-2 logic that is spawned in place of a name', () => {
  const logic = fromPromise(async () => 1)

  it('is refused where the chart shows it', () => {
    expect(refusal(inA({ entry: spawnChild(logic) }))).toEqual({
      code: 'NOT_RESTORABLE',
      path: 'machine.states.a.entry[0]',
    })
  })

  it('is taken when it has a name', () => {
    expect(refusal(inA({ entry: spawnChild(logic) }), { actors: { logic } })).toBeUndefined()
  })
})

describe('a machine that cannot be made durable is refused with the place', () => {
  it.each<[string, object, string, string]>([
    ['an action without implementation', inA({ entry: 'nope' }), 'INVALID_DEFINITION', 'machine.states.a.entry[0]'],
    [
      'an action of a transition',
      inA({ on: { GO: { actions: { type: 'nope' } } } }),
      'INVALID_DEFINITION',
      'machine.states.a.on.GO.actions',
    ],
    ['a guard', inA({ on: { GO: { guard: 'nope' } } }), 'INVALID_DEFINITION', 'machine.states.a.on.GO.guard'],
    [
      'a guard inside of another',
      inA({ always: { guard: and([() => true, 'nope']) } }),
      'INVALID_DEFINITION',
      'machine.states.a.always.guard[1]',
    ],
    ['a named delay', inA({ after: { soon: 'a' } }), 'INVALID_DEFINITION', 'machine.states.a.after.soon'],
    ['a negative delay', inA({ after: { '-5': 'a' } }), 'INVALID_DEFINITION', 'machine.states.a.after.-5'],
    [
      'a delay of raise',
      inA({ entry: raise({ type: 'X' }, { delay: 'soon' as never }) }),
      'INVALID_DEFINITION',
      'machine.states.a.entry[0]',
    ],
    ['an invoked source', inA({ invoke: { src: 'nope' } }), 'INVALID_DEFINITION', 'machine.states.a.invoke[0]'],
    ['a spawned source', inA({ exit: spawnChild('nope' as never) }), 'INVALID_DEFINITION', 'machine.states.a.exit[0]'],
    [
      'two states of one id',
      { initial: 'a', states: { a: { id: 'x' }, b: { id: 'x' } } },
      'INVALID_DEFINITION',
      'machine',
    ],
    [
      'a context that is not JSON',
      { context: { at: { when: new Date(0) } } },
      'NOT_SERIALIZABLE',
      'machine.context/at/when',
    ],
  ])('%s', (_, config, code, path) => {
    expect(refusal(config)).toEqual({ code, path })
  })

  it('logic written by hand, whose actor no one could restore', () => {
    const logic = { transition: (state: unknown) => state, getInitialSnapshot: () => ({ status: 'active' }) }
    expect(refusal(inA({}), { actors: { odd: logic } })).toEqual({ code: 'NOT_RESTORABLE', path: 'machine.actors.odd' })
  })

  it.each([
    ['logic of XState that was changed by hand', { ...fromPromise(async () => 1), getInitialSnapshot: () => ({}) }],
    ['a copy of a machine', Object.assign({}, createMachine({}))],
  ])('%s', (_, logic) => {
    expect(refusal(inA({}), { actors: { odd: logic } })).toEqual({ code: 'NOT_RESTORABLE', path: 'machine.actors.odd' })
  })

  it('a chart that XState itself finds wrong only when it runs', () => {
    const wrong = { initial: 'gone', states: { a: {} } }
    expect(refusal(wrong)).toEqual({ code: 'INVALID_DEFINITION', path: 'machine' })
    expect(refusal(inA({}), { actors: { child: createMachine(wrong as never) } })).toEqual({
      code: 'INVALID_DEFINITION',
      path: 'machine.actors.child',
    })
  })

  it('the same in a child machine', () => {
    const child = createMachine({ initial: 'a', states: { a: { entry: 'nope' } } })
    expect(refusal(inA({}), { actors: { child } })).toEqual({
      code: 'INVALID_DEFINITION',
      path: 'machine.actors.child.states.a.entry[0]',
    })
  })

  it('a delay of setup that is no number of milliseconds', () => {
    expect(refusal(inA({}), { delays: { soon: Number.NaN } })).toEqual({
      code: 'INVALID_DEFINITION',
      path: 'machine.delays.soon',
    })
  })

  it('but nothing of a machine whose parts are all there', () => {
    const machine = setup({
      actions: { notify: () => {} },
      guards: { ok: () => true },
      delays: { soon: 10, later: () => 20 },
    }).createMachine({
      context: { list: [{ n: 1 }] },
      initial: 'a',
      states: {
        a: {
          entry: 'notify',
          after: { soon: 'a', later: 'a', 30: 'a' },
          on: { GO: { guard: 'ok', actions: { type: 'notify' } } },
        },
      },
    })
    expect(() => refuseUnsupported(machine as unknown as AnyStateMachine)).not.toThrow()
  })

  it('the context literal stays the user’s: it is not frozen', () => {
    const context = { list: [1] }
    expect(refusal({ context })).toBeUndefined()
    expect(Object.isFrozen(context.list)).toBe(false)
  })
})
