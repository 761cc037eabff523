/**
 * 11 A ten-step plan: it dies in step five, and another process goes on at step five.
 *
 * You learn: nothing has to be done for it. The steps are effects; each outcome is a record in the store, and the process that opens
 * the store next folds the records and begins what has no outcome yet.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const STEPS = 10
const FATAL = 5

/** Writes what it does into a log of its own, beside Refold. The first time that step five is reached, its process dies. */
const perform = effect(async ({ input: { step, log } }: EffectArgs<{ step: number; log: string }>) => {
  const isFatal = step === FATAL && !linesOf(log).some((line) => line.startsWith(`step ${FATAL} `))
  appendFileSync(log, `step ${step} in process ${process.pid}${isFatal ? ', which dies here' : ''}\n`)
  if (isFatal) process.kill(process.pid, 'SIGKILL')
  return `result ${step}`
})

const machine = setup({
  types: {
    input: {} as { log: string },
    context: {} as { log: string; step: number; results: string[] },
    output: {} as { results: string[] },
  },
  actors: { perform },
  guards: { planIsDone: ({ context }) => context.step > STEPS },
}).createMachine({
  context: ({ input }) => ({ log: input.log, step: 1, results: [] }),
  initial: 'performing',
  states: {
    performing: {
      always: { guard: 'planIsDone', target: 'done' },
      invoke: {
        src: 'perform',
        input: ({ context: { step, log } }) => ({ step, log }),
        onDone: {
          target: 'performing',
          reenter: true,
          actions: assign({
            step: ({ context }) => context.step + 1,
            results: ({ context, event }) => [...context.results, event.output],
          }),
        },
      },
    },
    done: { type: 'final' },
  },
  output: ({ context }) => ({ results: context.results }),
})

/** Ten steps, one after the other. */
export const plan = defineAgent({ name: 'plan', version: 1, machine, input: z.object({ log: z.string() }) })

/** What the steps have written so far. */
export function linesOf(log: string): readonly string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
}
