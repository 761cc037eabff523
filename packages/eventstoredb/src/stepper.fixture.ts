/** An agent of some steps, each with a body that the test sees. */
import { defineAgent, effect } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

export const STEPS = 6

export function stepper(onBody: (agent: string, step: number, key: string) => Promise<void>) {
  const call = effect(async ({ input, key }: { input: { agent: string; step: number }; key: string }) => {
    await onBody(input.agent, input.step, key)
    return input.step
  })
  const machine = setup({
    actors: { call },
    types: {
      context: {} as { agent: string; results: number[] },
      input: {} as { agent: string },
      events: {} as { type: 'note'; text: string },
    },
  }).createMachine({
    context: ({ input }) => ({ agent: input.agent, results: [] }),
    initial: 'working',
    on: { note: {} },
    output: ({ context }) => context.results,
    states: {
      working: {
        invoke: {
          src: 'call',
          input: ({ context }) => ({ agent: context.agent, step: context.results.length }),
          onDone: {
            target: 'looking',
            actions: assign({ results: ({ context, event }) => [...context.results, event.output] }),
          },
        },
      },
      looking: {
        always: [{ guard: ({ context }) => context.results.length >= STEPS, target: 'over' }, { target: 'working' }],
      },
      over: { type: 'final' },
    },
  })
  return defineAgent({ name: 'stepper', version: 1, machine, input: z.object({ agent: z.string() }) })
}
