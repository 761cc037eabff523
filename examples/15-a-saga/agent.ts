/**
 * 15 A saga: a trip of three bookings, and undo steps that run exactly for what was completed.
 *
 * You learn: what is done is remembered in the context by the very record that says it is done, so after a crash anywhere the
 * list is right, and going back is walking it from its end. A cancellation waits for the step under way, because a
 * step that is aborted may have happened. The payment is never begun twice; if no one can tell, a person decides.
 */
import { defineAgent, effect } from '@refold/core'
import type { CancelEvent, EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { call } from './agency.js'

const STEPS = ['flight', 'hotel', 'payment'] as const
type Step = (typeof STEPS)[number]
interface Done {
  step: Step
  /** What the agency calls it. */
  reference: string
}

type StepInput = { agency: string; step: Step }
const make = ({ input, key, signal }: EffectArgs<StepInput>): Promise<string> =>
  call(input.agency, { what: 'make', step: input.step, key, signal })

const machine = setup({
  types: {
    input: {} as { agency: string },
    context: {} as { agency: string; done: Done[]; why: string },
    events: {} as CancelEvent,
    output: {} as { done: Done[]; why: string },
  },
  actors: {
    book: effect(make),
    pay: effect(make),
    undo: effect(({ input, key, signal }: EffectArgs<{ agency: string } & Done>) =>
      call(input.agency, { what: 'undo', step: input.step, reference: input.reference, key, signal }),
    ),
  },
  actions: {
    completed: assign({
      done: ({ context }, reference: string) => [...context.done, { step: nextOf(context), reference }],
    }),
    because: assign({ why: (_, why: string) => why }),
  },
  guards: {
    toGoBack: ({ context }) => context.why !== '',
    isComplete: ({ context }) => context.done.length === STEPS.length,
    isPayment: ({ context }) => nextOf(context) === 'payment',
    isUndone: ({ context }) => context.done.length === 0,
  },
}).createMachine({
  context: ({ input }) => ({ ...input, done: [], why: '' }),
  initial: 'going',
  states: {
    going: {
      // Noted here, heeded between two steps: never in the middle of one.
      on: {
        'refold.cancel': { actions: { type: 'because', params: ({ event }) => event.reason ?? 'it was cancelled' } },
      },
      initial: 'next',
      states: {
        next: {
          always: [
            { guard: 'toGoBack', target: '#undoing' },
            { guard: 'isComplete', target: '#booked' },
            { guard: 'isPayment', target: 'paying' },
            { target: 'booking' },
          ],
        },
        booking: {
          invoke: {
            src: 'book',
            input: ({ context }) => ({ agency: context.agency, step: nextOf(context) }),
            onDone: { target: 'next', actions: { type: 'completed', params: ({ event }) => event.output } },
            onError: { target: 'next', actions: { type: 'because', params: ({ event }) => messageOf(event.error) } },
          },
        },
        paying: {
          invoke: {
            src: 'pay',
            input: ({ context }) => ({ agency: context.agency, step: nextOf(context) }),
            onDone: { target: 'next', actions: { type: 'completed', params: ({ event }) => event.output } },
            onError: { target: 'next', actions: { type: 'because', params: ({ event }) => messageOf(event.error) } },
          },
        },
      },
    },
    undoing: {
      id: 'undoing',
      always: { guard: 'isUndone', target: 'undone' },
      // There is no way back from here, and it has begun already.
      on: { 'refold.cancel': { actions: [] } },
      invoke: {
        src: 'undo',
        input: ({ context }) => ({ agency: context.agency, ...lastOf(context) }),
        onDone: {
          target: 'undoing',
          reenter: true,
          actions: assign({ done: ({ context }) => context.done.slice(0, -1) }),
        },
      },
    },
    booked: { id: 'booked', type: 'final' },
    undone: { type: 'final' },
  },
  output: ({ context: { done, why } }) => ({ done, why }),
})

function nextOf({ done }: { done: readonly Done[] }): Step {
  return STEPS[done.length] ?? 'payment'
}

function lastOf({ done }: { done: readonly Done[] }): Done {
  return done.at(-1) ?? { step: 'flight', reference: '' }
}

function messageOf(error: unknown): string {
  return (error as { message: string }).message
}

/** Books all of a trip, or nothing of it. */
export const trip = defineAgent({
  name: 'tour',
  version: 1,
  machine,
  input: z.object({ agency: z.url() }),
  events: {},
  effects: {
    book: { retry: { attempts: 2, delayMs: 10 } },
    pay: { safety: 'never-retry' },
    undo: { retry: { attempts: 100, delayMs: 10, maxDelayMs: 60_000 } },
  },
})
