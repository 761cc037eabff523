/**
 * 12 Three workers: they share the agents of one store, and one of them is killed under load.
 *
 * You learn: workers need no coordinator. Each opens the same store; when one dies, the others take its agents over, at once
 * on the same machine and after its lease elsewhere. `onTakeover` tells who took what from whom, and why.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

/** Steps of one errand. */
export const STEPS = 5

const walk = effect(async ({ input, key, signal }: EffectArgs<{ log: string }>) => {
  await sleep(40, undefined, { signal })
  appendFileSync(input.log, `${key} ${process.pid}\n`)
})

const machine = setup({
  types: { input: {} as { log: string }, context: {} as { log: string; steps: number } },
  actors: { walk },
  guards: { hasArrived: ({ context }) => context.steps === STEPS },
}).createMachine({
  context: ({ input }) => ({ log: input.log, steps: 0 }),
  initial: 'walking',
  states: {
    walking: {
      always: { guard: 'hasArrived', target: 'back' },
      invoke: {
        src: 'walk',
        input: ({ context: { log } }) => ({ log }),
        onDone: { target: 'walking', reenter: true, actions: assign({ steps: ({ context }) => context.steps + 1 }) },
      },
    },
    back: { type: 'final' },
  },
})

/** Goes somewhere in five steps. */
export const errand = defineAgent({ name: 'errand', version: 1, machine, input: z.object({ log: z.string() }) })
