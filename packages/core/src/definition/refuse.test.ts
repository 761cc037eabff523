import { describe, expect, it } from 'vitest'
import {
  and,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  log,
  raise,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { z } from 'zod'
import { agentContract } from './agent-contract.js'
import { defineAgent } from './define-agent.js'
import { refuseUnsupported } from './refuse.js'
import { sendToAgent } from './send-to-agent.js'

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

describe('DEF-264 a machine of an older copy of XState', () => {
  /** Up to 5.30 a machine had no `options`. */
  const old = (): AnyStateMachine => Object.defineProperty(createMachine({}), 'options', { value: undefined })

  it('DEF-264 is refused, as a child too', () => {
    expect(() => refuseUnsupported(old())).toThrow('machine: was made by an XState that is too old')
    const parent = setup({ actors: { child: old() } }).createMachine({ invoke: { src: 'child' } })
    expect(() => refuseUnsupported(parent as unknown as AnyStateMachine)).toThrow('machine.actors.child: was made by')
  })
})

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

  it.each([
    ['what is approved', { approvals: { GO: later } }, 'approvals.GO'],
    ['whether to retry', { effects: { work: { retry: { attempts: 2, if: later } } } }, 'effects.work.retry.if'],
    [
      'when to retry',
      { effects: { work: { retry: { attempts: 2, delayMs: laterMs } } } },
      'effects.work.retry.delayMs',
    ],
  ])('DEF-420 is refused: %s', (_what, members, path) => {
    const actors = { work: fromPromise(async () => 1) }
    const machine = setup({ actors }).createMachine({ on: { GO: {} }, invoke: { src: 'work' } })
    const given = { name: 'late', version: 1, machine, ...members } as never
    expect(() => defineAgent(given)).toThrow(expect.objectContaining({ code: 'INVALID_DEFINITION', facts: { path } }))
  })

  const other = agentContract({ name: 'other', events: { x: z.object({}) } })
  const asked = later as never
  it.each<[string, object, string]>([
    ['what `assign` is given', assign(asked), ''],
    ['a member of it', assign({ a: asked }), '.a'],
    ['what `enqueueActions` is given', enqueueActions(asked), ''],
    ['what `emit` is given', emit(asked), ''],
    ['an event that is raised', raise(asked), ''],
    ['a delay', raise({ type: 'x' }, { delay: asked }), ''],
    ['an event that is sent', sendTo('child', asked), ''],
    ['where it is sent', sendTo(asked, { type: 'x' } as never), ''],
    ['what is logged', log(asked), ''],
    ['an input', spawnChild('work' as never, { input: asked }), ''],
    ['what is cancelled', cancel(asked), ''],
    ['what is stopped', stopChild(asked), ''],
    ['parameters', { type: 'named', params: asked }, ''],
    ['a message', sendToAgent({ agent: other, id: 'x' }, asked), ''],
    ['whom it is for', sendToAgent({ agent: other, id: asked }, { type: 'x' }), ''],
  ])('DEF-27 an action is refused that has to ask, and gets a promise: %s', (_what, action, more) => {
    const implementations = { actors: { work: fromPromise(async () => 1) }, actions: { named: () => {} } }
    const path = `machine.states.a.entry[0]${more}`
    expect(refusal(inA({ entry: action }), implementations)).toEqual({ code: 'INVALID_DEFINITION', path })
    expect(refusal(inA({}), { actions: { named: action } })).toMatchObject(
      'type' in action && action.type === 'named' ? {} : { code: 'INVALID_DEFINITION' },
    )
  })

  it.each<[string, object, string]>([
    ['a context', { context: later }, 'machine.context'],
    ['an input', inA({ invoke: { src: 'work', input: later } }), 'machine.states.a.invoke[0].input'],
    ['an output', { ...inA({ type: 'final' }), output: later }, 'machine.output'],
    ['an output of a state', inA({ type: 'final', output: later }), 'machine.states.a.output'],
    [
      'parameters of a guard',
      inA({ always: { guard: { type: 'ok', params: later } } }),
      'machine.states.a.always.guard',
    ],
  ])('DEF-27 %s that is async is refused', (_what, config, path) => {
    const implementations = { actors: { work: fromPromise(async () => 1) }, guards: { ok: () => true } }
    expect(refusal(config, implementations)).toEqual({ code: 'INVALID_DEFINITION', path })
  })

  it('DEF-27 but no custom action, which runs after the append and may take its time', () => {
    expect(refusal(inA({ entry: later }), { actions: { later } })).toBeUndefined()
  })
})

describe.each(['constructor', 'prototype'])('DEF-81 the name %s', (name) => {
  const logic = fromPromise(async () => 1)
  const named = (node: object): object => ({ initial: name, states: { [name]: node } })

  it.each<[string, object, string]>([
    ['a state with states', named(inA({})), `machine.states.${name}`],
    ['a parallel state', named({ type: 'parallel', states: { b: {} } }), `machine.states.${name}`],
    ['a region', { type: 'parallel', states: { [name]: {} } }, `machine.states.${name}`],
    ['the id of a history', { ...inA({}), states: { a: {}, h: { type: 'history', id: name } } }, 'machine.states.h'],
    ['the id of an invoke', inA({ invoke: { src: 'logic', id: name } }), 'machine.states.a.invoke[0]'],
  ])('is refused of %s', (_what, config, path) => {
    expect(refusal(config, { actors: { logic } })).toEqual({ code: 'INVALID_DEFINITION', path })
  })

  it('may be that of a state without states, of an action and of a source', () => {
    const implementations = { actors: { [name]: logic }, actions: { [name]: () => {} } }
    expect(refusal(named({ entry: name, invoke: { src: name } }), implementations)).toBeUndefined()
  })
})

it.each<[string, object, string]>([
  ['an action', inA({ entry: 'toString' }), 'machine.states.a.entry[0]'],
  ['a guard', inA({ always: { guard: 'valueOf' } }), 'machine.states.a.always.guard'],
  ['a source', inA({ invoke: { src: 'toString' } }), 'machine.states.a.invoke[0]'],
])('DEF-82 %s under a name that every object inherits is not there by that', (_what, config, path) => {
  expect(refusal(config)).toEqual({ code: 'INVALID_DEFINITION', path })
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

it('DEF-224 a contract without events is refused with the place that says what is missing', () => {
  const [absent, wrong] = [{ name: 'other' }, { name: 'other', events: null }]
  for (const given of [absent, wrong])
    expect(() => agentContract(given as never)).toThrow(/^events: must be an object with a schema/)
})
