/** Scripts that lead along the chart. */
import { defineAgent, effect } from '@refold/core'
import { describeDefinition } from '@refold/core/definition'
import { assign, setup } from 'xstate'
import type { AnyStateMachine } from 'xstate'
import { expect, it, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { routesOf } from './routes.js'

const work = effect(async () => 1)

function routesIn(machine: AnyStateMachine, types: readonly string[]): readonly string[] {
  const { chart } = describeDefinition(defineAgent({ name: 'walked', version: 1, machine }))
  return routesOf(chart, types).map((route) =>
    route.map((point) => ('event' in point ? point.event : 'wait')).join(' '),
  )
}

test('each transition has the shortest way, over what comes by itself and what is waited for', () => {
  const machine = setup({ actors: { work } }).createMachine({
    initial: 'idle',
    on: { stop: '.over' },
    states: {
      idle: { on: { begin: 'busy', detour: 'aside' } },
      aside: { on: { begin: 'busy', 'part.*': 'idle' } },
      busy: { invoke: { src: 'work', onDone: 'both', onError: 'idle' } },
      both: {
        type: 'parallel',
        states: {
          one: { initial: 'x', states: { x: { after: { 10: 'y' } }, y: { on: { last: 'z' } }, z: { type: 'final' } } },
          two: { initial: 'x', states: { x: { on: { other: 'y', hidden: 'y' } }, y: { on: { other: '#past' } } } },
          past: { id: 'past', type: 'history' },
        },
      },
      over: {},
    },
  })
  expect(routesIn(machine, ['begin', 'detour', 'part.a', 'last', 'other', 'stop'])).toEqual([
    'stop',
    'detour begin',
    'detour part.a',
    'begin wait last',
    'begin other other',
  ])
})

test('a chart without an end and one without a transition end the search', () => {
  expect(routesIn(setup({}).createMachine({}), ['go'])).toEqual([])
  expect(routesIn(setup({}).createMachine({ on: { '*': { actions: () => {} } } }), ['go'])).toEqual(['go'])
  const round = setup({}).createMachine({
    initial: 'a',
    states: { a: { always: { guard: () => false, target: 'b' } }, b: { on: { go: 'a' } } },
  })
  expect(routesIn(round, ['go'])).toEqual(['go'])
  const alone = setup({}).createMachine({ initial: 'a', states: { a: { always: 'b' }, b: {} } })
  expect(routesIn(alone, [])).toEqual([])
})

/** Three certain events of four lead to the mistake; the others lead back, or nowhere. */
function mistaken() {
  const back = { a: 'start', b: 'start', c: 'start', d: 'start' }
  const on = (right: string, target: string) => ({ ...back, [right]: target })
  return defineAgent({
    name: 'mistaken',
    version: 1,
    events: { a: z.object({}), b: z.object({}), c: z.object({}), d: z.object({}) },
    machine: setup({ types: { context: {} as { list: number[] } } }).createMachine({
      context: { list: [] },
      initial: 'start',
      states: {
        start: { on: on('b', 'first') },
        first: { on: on('d', 'second') },
        second: {
          on: {
            a: {
              actions: assign(({ context }) => {
                context.list.push(1)
                return { list: context.list }
              }),
            },
          },
        },
      },
    }),
  })
}

it.each([1, 2, 3, 4, 5])('REV-217 a mistake behind two certain events is found with seed %i', async (seed) => {
  await expect(checkRecovery(mistaken(), { seed })).rejects.toMatchObject({
    name: 'RunBlockedError',
    scenario: { script: [{ event: { type: 'b' } }, { event: { type: 'd' } }, { event: { type: 'a' } }] },
  })
})
