import { describe, expect, it } from 'vitest'
import { and, assign, fromPromise, not, setup, stateIn } from 'xstate'
import { chartOf, fingerprintOf } from './chart.js'

const child = setup({}).createMachine({ id: 'child', initial: 'on', states: { on: {} } })
const chart = (patch: object = {}): ReturnType<typeof chartOf> =>
  chartOf(
    setup({
      actors: { draft: fromPromise(async () => 1), child },
      actions: { notify: () => {} },
      guards: { isRich: () => true },
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
              { target: 'b', guard: 'isRich' },
              { target: 'c', guard: and(['isRich', not(stateIn({ c: 'x' }))]), reenter: true },
            ],
          },
          after: { 1000: 'b' },
          always: { target: 'c', guard: () => false },
        },
        b: { invoke: { src: 'child' } },
        c: { type: 'parallel', states: { x: {}, past: { type: 'history', history: 'deep' } } },
      },
      ...patch,
    }),
  )

describe('the chart of a machine', () => {
  it('lists the nodes in document order with what they are and do', () => {
    expect(chart()['nodes']).toEqual([
      { id: 'm', order: 0, key: 'm', type: 'compound', initial: 'm.a' },
      {
        id: 'm.a',
        order: 1,
        key: 'a',
        type: 'atomic',
        parent: 'm',
        tags: ['busy'],
        invokes: [{ id: '0.m.a', src: 'draft' }],
        entry: ['notify', 'xstate.assign', '(inline)', 'xstate.raise'],
        exit: ['xstate.cancel'],
      },
      { id: 'm.b', order: 2, key: 'b', type: 'atomic', parent: 'm', invokes: [{ id: '0.m.b', src: 'child' }] },
      { id: 'm.c', order: 3, key: 'c', type: 'parallel', parent: 'm' },
      { id: 'm.c.x', order: 4, key: 'x', type: 'atomic', parent: 'm.c' },
      { id: 'm.c.past', order: 5, key: 'past', type: 'history', parent: 'm.c', history: 'deep' },
    ])
  })

  it('lists the edges with the ids that a path has', () => {
    expect(chart()['edges']).toEqual([
      { id: '1.0', source: 'm.a', event: 'GO', targets: ['m.b'], guard: 'isRich' },
      {
        id: '1.1',
        source: 'm.a',
        event: 'GO',
        targets: ['m.c'],
        guard: 'and(isRich, not(stateIn({"c":"x"})))',
        reenter: true,
      },
      { id: '1.2', source: 'm.a', event: 'xstate.done.actor.0.m.a', targets: ['m.b'] },
      { id: '1.3', source: 'm.a', event: 'xstate.error.actor.0.m.a', actions: ['notify'] },
      { id: '1.4', source: 'm.a', event: 'xstate.after.1000.m.a', targets: ['m.b'], delay: 1000 },
      { id: '1.5', source: 'm.a', event: '', targets: ['m.c'], guard: '(inline)' },
    ])
  })

  it('names the sources and holds the charts of child machines', () => {
    expect(chart()['sources']).toEqual({ draft: 'promise', child: 'machine' })
    expect(chart()['machines']).toMatchObject({ child: { id: 'child', nodes: [{ id: 'child' }, { id: 'child.on' }] } })
  })

  it('has a fingerprint that changes with the chart and not with the order of keys', () => {
    expect(fingerprintOf(chart())).toMatch(/^[0-9a-f]{16}$/)
    expect(fingerprintOf(chart())).toBe(fingerprintOf(chart()))
    expect(fingerprintOf(chart({ on: { X: '.b' } }))).not.toBe(fingerprintOf(chart()))
    expect(fingerprintOf({ a: 1, b: [1, { c: 2, d: 3 }] })).toBe(fingerprintOf({ b: [1, { d: 3, c: 2 }], a: 1 }))
    expect(fingerprintOf({ a: [1, 2] })).not.toBe(fingerprintOf({ a: [2, 1] }))
  })
})
