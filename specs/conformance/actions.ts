/** Actions. */
import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  forwardTo,
  fromTransition,
  log,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stopChild,
} from 'xstate'
import type { Scenario } from './scenario.js'

const go = { type: 'go' }
const add = (n: number) => assign({ n: ({ context }: { context: { n: number } }) => context.n + n })

const echo = setup({ types: { events: {} as { type: 'ask'; n: number } } }).createMachine({
  on: { ask: { actions: sendParent(({ event }) => ({ type: 'answer', n: event.n * 2 })) } },
})

export const actions: readonly Scenario[] = [
  {
    feature: 'assign',
    machine: () =>
      createMachine({
        context: { n: 0, list: [1] },
        on: { go: { actions: [assign({ n: 5 }), assign(({ context }) => ({ list: [...context.list, context.n] }))] } },
      } as never),
    happenings: [go, go],
  },
  {
    feature: 'sendTo, sendParent and forwardTo inside the tree',
    machine: () =>
      setup({ types: { context: {} as { answers: number[] } }, actors: { echo } }).createMachine({
        context: { answers: [] },
        invoke: { id: 'echo', src: 'echo' },
        on: {
          go: { actions: [sendTo('echo', { type: 'ask', n: 1 }), sendTo('echo', { type: 'ask', n: 2 })] },
          ask: { actions: forwardTo('echo') },
          answer: {
            actions: assign({
              answers: ({ context, event }) => [...context.answers, (event as unknown as { n: number }).n],
            }),
          },
        },
      }),
    happenings: [go, { type: 'ask', n: 21 } as never],
  },
  {
    feature: 'delayed raise and sendTo, and cancel',
    machine: () =>
      setup({ types: { context: {} as { n: number; answers: number[] } }, actors: { echo } }).createMachine({
        context: { n: 0, answers: [] },
        invoke: { id: 'echo', src: 'echo' },
        on: {
          go: {
            actions: [
              raise({ type: 'one' }, { delay: 10_000, id: 'one' }),
              raise({ type: 'ten' }, { delay: 20_000, id: 'ten' }),
              sendTo('echo', { type: 'ask', n: 4 }, { delay: 30_000 }),
            ],
          },
          stop: { actions: cancel('ten') },
          one: { actions: add(1) as never },
          ten: { actions: add(10) as never },
          answer: {
            actions: assign({
              answers: ({ context, event }) => [...context.answers, (event as unknown as { n: number }).n],
            }),
          },
        },
      }),
    happenings: [go, 15_000, { type: 'stop' }, 30_000],
  },
  {
    feature: 'emit',
    machine: () =>
      setup({ types: { emitted: {} as { type: 'told'; n: number } } }).createMachine({
        entry: emit({ type: 'told', n: 0 }),
        on: { go: { actions: [emit({ type: 'told', n: 1 }), emit({ type: 'told', n: 2 })] } },
      }),
    happenings: [go, go],
  },
  {
    feature: 'enqueueActions',
    machine: () =>
      setup({ types: { context: {} as { n: number } } }).createMachine({
        context: { n: 0 },
        initial: 'a',
        on: {
          go: {
            actions: enqueueActions(({ context, enqueue, check }) => {
              enqueue.assign({ n: context.n + 1 })
              if (check(({ context: now }) => now.n === 1)) enqueue.raise({ type: 'enough' })
            }),
          },
        },
        states: { a: { on: { enough: 'b' } }, b: {} },
      }),
    happenings: [go, go],
  },
  {
    feature: 'spawnChild, stopChild, and spawn in assign',
    machine: () =>
      setup({
        types: { context: {} as { ref: unknown; answers: number[] } },
        actors: { echo, count: fromTransition((n: number) => n + 1, 0) },
      }).createMachine({
        context: { ref: null, answers: [] },
        on: {
          go: {
            actions: [
              spawnChild('echo', { id: 'child' }),
              assign({ ref: ({ spawn }) => spawn('count', { id: 'counter' }) }),
            ],
          },
          ask: { actions: sendTo('child', ({ event }) => event) },
          stop: { actions: stopChild('child') },
          answer: {
            actions: assign({
              answers: ({ context, event }) => [...context.answers, (event as unknown as { n: number }).n],
            }),
          },
        },
      }),
    happenings: [go, { type: 'ask', n: 3 } as never, { type: 'stop' }, go, { type: 'ask', n: 4 } as never],
  },
  {
    feature: 'setup and machine.provide before the definition',
    machine: () =>
      setup({ types: { context: {} as { n: number } }, actions: { change: assign({ n: 1 }) } })
        .createMachine({ context: { n: 0 }, on: { go: { actions: 'change' } } })
        .provide({ actions: { change: assign({ n: 2 }) } }),
    happenings: [go],
  },
  {
    feature: 'log changes nothing',
    machine: () =>
      createMachine({
        initial: 'a',
        states: { a: { on: { go: { target: 'b', actions: log('on the way') } } }, b: {} },
      }),
    happenings: [go],
  },
]
