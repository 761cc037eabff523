import { describe, expect, it } from 'vitest'
import { and, assign, fromPromise, not, or, setup, stateIn } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { chartOf } from './chart.js'

const child = setup({}).createMachine({ id: 'child', initial: 'on', states: { on: {} } })
const chart = (): ReturnType<typeof chartOf> =>
  chartOf(
    setup({
      actors: { draft: fromPromise(async () => 1), child },
      actions: { notify: () => {} },
      guards: { isRich: () => true },
      delays: { soon: 20, later: () => 30 },
    }).createMachine({
      id: 'm',
      context: {},
      initial: 'a',
      states: {
        a: {
          tags: ['busy'],
          entry: ['notify', assign({}), () => {}],
          invoke: { src: 'draft', onDone: 'b', onError: { actions: { type: 'notify' } } },
          on: {
            GO: [
              { target: 'b', guard: 'isRich', description: 'to riches' },
              { target: 'c', guard: and(['isRich', not(stateIn({ c: 'x' }))]), reenter: true },
            ],
          },
          after: { 1000: 'b', soon: 'c' },
          always: { target: 'c', guard: () => false },
        },
        b: { invoke: { id: 'kid', src: 'child', systemId: 'kid' } },
        c: {
          type: 'parallel',
          states: { x: { id: 'x', description: 'the first' }, past: { type: 'history', history: 'deep' } },
        },
      },
    }),
  )

describe('the chart of a machine', () => {
  it('DEF-386 has the same names of guards in a program whose functions were renamed', () => {
    const chartBy = (name: string | undefined): unknown => {
      const guards = [and(['isRich', not('isRich')]), or(['isRich']), not('isRich'), stateIn('a')]
      if (name !== undefined) for (const guard of guards) Object.defineProperty(guard, 'name', { value: name })
      const always = guards.map((guard) => ({ guard, target: 'a' }))
      const machine = setup({ guards: { isRich: () => true } }).createMachine({
        initial: 'a',
        states: { a: {}, b: { always } },
      } as never)
      return chartOf(machine as unknown as AnyStateMachine)
    }
    expect(chartBy('t')).toEqual(chartBy(undefined))
  })

  it('lists the nodes in document order with what they are and do', () => {
    expect(chart()['nodes']).toEqual([
      { id: 'm', type: 'compound', initial: 'm.a' },
      {
        id: 'm.a',
        parent: 'm',
        tags: ['busy'],
        invokes: [{ src: 'draft' }],
        entry: ['notify', 'xstate.assign', '(inline)'],
      },
      { id: 'm.b', parent: 'm', invokes: [{ id: 'kid', src: 'child', systemId: 'kid' }] },
      { id: 'm.c', type: 'parallel', parent: 'm' },
      { id: 'x', key: 'x', parent: 'm.c', description: 'the first' },
      { id: 'm.c.past', type: 'history', parent: 'm.c', history: 'deep' },
    ])
  })

  it('lists the edges with the ids that a path has', () => {
    expect(chart()['edges']).toEqual([
      { id: '1.0', event: 'GO', targets: ['m.b'], guard: 'isRich', description: 'to riches' },
      { id: '1.1', event: 'GO', targets: ['m.c'], guard: 'and(isRich, not(stateIn({"c":"x"})))', reenter: true },
      { id: '1.2', event: 'xstate.done.actor.0.m.a', targets: ['m.b'] },
      { id: '1.3', event: 'xstate.error.actor.0.m.a', actions: ['notify'] },
      { id: '1.4', event: 'xstate.after.1000.m.a', targets: ['m.b'], delay: 1000 },
      { id: '1.5', event: 'xstate.after.soon.m.a', targets: ['m.c'], delay: 'soon' },
      { id: '1.6', targets: ['m.c'], guard: '(inline)' },
    ])
  })

  it('tells named delays, but for those that are computed', () => {
    expect(chart()['delays']).toEqual({ soon: 20, later: null })
  })

  it('names the sources and holds the charts of child machines', () => {
    expect(chart()['sources']).toEqual({ draft: 'promise', child: 'machine' })
    expect(chart()['machines']).toMatchObject({ child: { id: 'child', nodes: [{ id: 'child' }, { id: 'child.on' }] } })
  })
})
