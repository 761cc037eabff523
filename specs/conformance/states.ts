/** State nodes and transitions. */
import { and, assign, createMachine, not, or, raise, setup, stateIn } from 'xstate'
import type { Scenario } from './scenario.js'

const go = { type: 'go' }
const back = { type: 'back' }

export const states: readonly Scenario[] = [
  {
    feature: 'atomic, compound, parallel and final states',
    machine: () =>
      createMachine({
        type: 'parallel',
        states: {
          left: {
            initial: 'a',
            states: {
              a: { on: { go: 'b' } },
              b: { initial: 'c', states: { c: { on: { go: 'd' } }, d: { type: 'final' } } },
            },
          },
          right: { initial: 'x', states: { x: { on: { back: 'y' } }, y: { type: 'final' } } },
        },
      }),
    happenings: [go, back, go],
  },
  {
    feature: 'history states, shallow and deep',
    machine: () =>
      createMachine({
        initial: 'in',
        states: {
          in: {
            initial: 'a',
            states: {
              a: { on: { go: 'b' } },
              b: { initial: 'c', states: { c: { on: { go: 'd' } }, d: {} } },
              shallow: { type: 'history' },
              deep: { type: 'history', history: 'deep' },
            },
            on: { back: '#out' },
          },
          out: { id: 'out', on: { go: '#(machine).in.deep', back: '#(machine).in.shallow' } },
        },
      }),
    happenings: [go, go, back, go, back, back],
  },
  {
    feature: 'wildcards, targets and reenter',
    machine: () =>
      setup({ types: { context: {} as { entered: number; any: number } } }).createMachine({
        context: { entered: 0, any: 0 },
        initial: 'a',
        states: {
          a: {
            entry: assign({ entered: ({ context }) => context.entered + 1 }),
            on: {
              go: 'a',
              back: { target: 'a', reenter: true },
              'order.*': { actions: assign({ any: ({ context }) => context.any + 1 }) },
              '*': { actions: assign({ any: ({ context }) => context.any + 10 }) },
            },
          },
        },
      }),
    happenings: [go, back, { type: 'order.paid' }, { type: 'whatever' }],
  },
  {
    feature: 'always and raise',
    machine: () =>
      setup({ types: { context: {} as { n: number } } }).createMachine({
        context: { n: 0 },
        initial: 'a',
        states: {
          a: {
            on: {
              go: { actions: [raise({ type: 'count' }), raise({ type: 'count' })] },
              count: { actions: assign({ n: ({ context }) => context.n + 1 }) },
            },
            always: { guard: ({ context }) => context.n >= 2, target: 'b' },
          },
          b: { always: { actions: assign({ n: 100 }), target: 'c' } },
          c: {},
        },
      }),
    happenings: [go],
  },
  {
    feature: 'guards and their combinators',
    machine: () =>
      setup({
        types: { context: {} as { n: number } },
        guards: { many: ({ context }) => context.n > 1, few: ({ context }) => context.n < 5 },
      }).createMachine({
        context: { n: 0 },
        initial: 'a',
        states: {
          a: {
            on: {
              go: [
                { guard: and(['many', 'few']), target: 'b' },
                { guard: or([not('many'), stateIn('#b')]), actions: assign({ n: ({ context }) => context.n + 1 }) },
              ],
            },
          },
          b: { id: 'b' },
        },
      }),
    happenings: [go, go, go],
  },
  {
    feature: 'entry, exit and transition actions in their order',
    machine: () => {
      const log = (text: string) =>
        assign({ log: ({ context }: { context: { log: string[] } }) => [...context.log, text] })
      return createMachine({
        context: { log: [] as string[] },
        initial: 'a',
        states: {
          a: { entry: log('into a'), exit: log('out of a'), on: { go: { target: 'b', actions: log('on the way') } } },
          b: { entry: log('into b'), initial: 'c', states: { c: { entry: log('into c') } } },
        },
      } as never)
    },
    happenings: [go],
  },
  {
    feature: 'onDone of states, and output',
    machine: () =>
      createMachine({
        context: { got: null },
        initial: 'a',
        states: {
          a: {
            initial: 'b',
            states: { b: { on: { go: 'c' } }, c: { type: 'final', output: { n: 7 } } },
            onDone: { target: 'end', actions: assign({ got: ({ event }) => event.output }) },
          },
          end: { type: 'final', output: 'ended' },
        },
        output: ({ context }: { context: object }) => context,
      } as never),
    happenings: [go],
  },
  {
    feature: 'tags',
    machine: () =>
      createMachine({ initial: 'a', states: { a: { tags: ['busy', 'red'], on: { go: 'b' } }, b: { tags: 'idle' } } }),
    happenings: [go],
  },
  {
    feature: 'after, named and computed delays',
    machine: () =>
      setup({
        types: { context: {} as { n: number } },
        delays: { named: 20_000, computed: ({ context }) => context.n * 10_000 },
      }).createMachine({
        context: { n: 3 },
        initial: 'a',
        states: {
          a: { after: { 60_000: 'late', named: 'b' } },
          b: { after: { computed: 'c' } },
          c: { after: { 600_000: 'late' }, on: { go: 'd' } },
          d: {},
          late: {},
        },
      }),
    happenings: [10_000, 20_000, 40_000, go, 900_000],
  },
]
