/** Actors. */
import {
  assign,
  fromCallback,
  fromEventObservable,
  fromObservable,
  fromPromise,
  fromTransition,
  sendTo,
  setup,
} from 'xstate'
import type { AnyActorRef } from 'xstate'
import { of } from '../record-format/observable.js'
import type { Scenario } from './scenario.js'

const go = { type: 'go' }

const child = setup({
  types: {
    input: {} as { start: number },
    context: {} as { n: number },
    events: {} as { type: 'add' },
    output: {} as number,
  },
}).createMachine({
  context: ({ input }) => ({ n: input.start }),
  initial: 'counting',
  states: {
    counting: {
      on: { add: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
      always: { guard: ({ context }) => context.n >= 3, target: 'full' },
    },
    full: { type: 'final' },
  },
  output: ({ context }) => context.n,
})

export const actors: readonly Scenario[] = [
  {
    feature: 'fromPromise, with input, onDone and onError',
    machine: () =>
      setup({
        types: { context: {} as { got: unknown[] } },
        actors: {
          half: fromPromise(async ({ input }: { input: number }) => {
            if (input % 2 === 1) throw new Error('odd')
            return input / 2
          }),
        },
      }).createMachine({
        context: { got: [] },
        initial: 'even',
        states: {
          even: {
            invoke: {
              src: 'half',
              input: 8,
              onDone: {
                target: 'odd',
                actions: assign({ got: ({ context, event }) => [...context.got, event.output] }),
              },
            },
          },
          odd: {
            invoke: {
              src: 'half',
              input: 7,
              onError: {
                target: 'end',
                actions: assign({ got: ({ context, event }) => [...context.got, (event.error as Error).message] }),
              },
            },
          },
          end: {},
        },
      }),
    happenings: [],
  },
  {
    feature: 'fromCallback',
    machine: () =>
      setup({
        types: { context: {} as { heard: number } },
        actors: { bell: fromCallback(({ sendBack, receive }) => receive(() => sendBack({ type: 'ring' }))) },
      }).createMachine({
        context: { heard: 0 },
        invoke: { id: 'bell', src: 'bell' },
        on: {
          go: { actions: sendTo('bell', { type: 'push' }) },
          ring: { actions: assign({ heard: ({ context }) => context.heard + 1 }) },
        },
      }),
    happenings: [go, go],
  },
  {
    feature: 'fromObservable and fromEventObservable',
    machine: () =>
      setup({
        types: { context: {} as { values: unknown[]; events: number } },
        actors: {
          values: fromObservable(() => of(1, 2)),
          events: fromEventObservable(() => of({ type: 'tick' }, { type: 'tick' })),
        },
      }).createMachine({
        context: { values: [], events: 0 },
        initial: 'a',
        on: { tick: { actions: assign({ events: ({ context }) => context.events + 1 }) } },
        states: {
          a: { invoke: { src: 'events', onDone: 'b' } },
          b: {
            invoke: {
              src: 'values',
              onSnapshot: {
                guard: ({ event }) => event.snapshot.status === 'active',
                actions: assign({
                  values: ({ context, event }) => [...context.values, event.snapshot.context ?? null],
                }),
              },
              onDone: 'c',
            },
          },
          c: {},
        },
      }),
    happenings: [],
  },
  {
    feature: 'fromTransition',
    machine: () =>
      setup({
        types: { context: {} as { seen: unknown[] } },
        actors: { count: fromTransition((n: number) => n + 1, 0) },
      }).createMachine({
        context: { seen: [] },
        invoke: {
          id: 'count',
          src: 'count',
          onSnapshot: { actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context] }) },
        },
        on: { go: { actions: sendTo('count', { type: 'add' }) } },
      }),
    happenings: [go, go],
  },
  {
    feature: 'child machines, with input, onSnapshot and onDone',
    machine: () =>
      setup({ types: { context: {} as { seen: number[]; got: number } }, actors: { child } }).createMachine({
        context: { seen: [], got: 0 },
        initial: 'a',
        states: {
          a: {
            invoke: {
              id: 'child',
              src: 'child',
              input: { start: 1 },
              onSnapshot: {
                actions: assign({ seen: ({ context, event }) => [...context.seen, event.snapshot.context.n] }),
              },
              onDone: { target: 'b', actions: assign({ got: ({ event }) => event.output }) },
            },
            on: { go: { actions: sendTo('child', { type: 'add' }) } },
          },
          b: { type: 'final' },
        },
      }),
    happenings: [go, go],
  },
  {
    feature: 'systemId and system.get',
    machine: () =>
      setup({ types: { context: {} as { got: number } }, actors: { child } }).createMachine({
        context: { got: 0 },
        invoke: {
          src: 'child',
          systemId: 'counter',
          input: { start: 1 },
          onDone: { actions: assign({ got: ({ event }) => event.output }) },
        },
        on: { go: { actions: sendTo(({ system }) => system.get('counter') as AnyActorRef, { type: 'add' }) } },
      }),
    happenings: [go, go],
  },
  {
    feature: 'references to actors in context',
    machine: () =>
      setup({ types: { context: {} as { refs: AnyActorRef[]; got: number[] } }, actors: { child } }).createMachine({
        context: ({ spawn }) => ({
          refs: [
            spawn('child', { id: 'one', input: { start: 1 } }),
            spawn('child', { id: 'two', input: { start: 2 } }),
          ],
          got: [],
        }),
        on: {
          go: { actions: sendTo(({ context }) => context.refs[1] as AnyActorRef, { type: 'add' }) },
          'xstate.done.actor.*': {
            actions: assign({
              got: ({ context, event }) => [...context.got, (event as unknown as { output: number }).output],
            }),
          },
        },
      }),
    happenings: [go],
  },
]
