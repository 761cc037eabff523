/**
 * 02 Effects and retries: a service that fails now and then.
 *
 * You learn: a policy per effect (attempts, waits, time-out), the idempotency key, and `step`, which remembers a part of
 * an effect so that the next attempt does not pay for it again.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const Forecast = z.object({ place: z.string(), sky: z.string() })

const forecast = effect(async ({ input, signal, key, step }: EffectArgs<{ service: string; city: string }>) => {
  // A step's result is a record of its own: when what follows fails, the next attempt gets it without a call.
  const place = await step('locate', (locating) =>
    getText(`${input.service}/locate?city=${encodeURIComponent(input.city)}`, locating),
  )
  const sky = await getText(`${input.service}/sky?place=${encodeURIComponent(place)}`, { key, signal })
  return { place, sky }
})

/** The key is the same for every attempt of one effect, so the service can tell a repetition from a new request. */
async function getText(url: string, { key, signal }: { key: string; signal: AbortSignal }): Promise<string> {
  const response = await fetch(url, { signal, headers: { 'idempotency-key': key } })
  if (!response.ok) throw new Error(`the service answered ${response.status}`)
  return response.text()
}

const machine = setup({
  types: {
    input: {} as { service: string; city: string },
    context: {} as { service: string; city: string; sky: string; problem: string },
    output: {} as { sky: string; problem: string },
  },
  actors: { forecast },
}).createMachine({
  context: ({ input }) => ({ ...input, sky: '', problem: '' }),
  initial: 'asking',
  states: {
    asking: {
      invoke: {
        src: 'forecast',
        input: ({ context }) => ({ service: context.service, city: context.city }),
        onDone: { target: 'told', actions: assign({ sky: ({ event }) => event.output.sky }) },
        // Comes after the last attempt. What was thrown is stored as data: a name, a message, a code, a cause.
        onError: { target: 'told', actions: assign({ problem: ({ event }) => (event.error as Error).message }) },
      },
    },
    told: { type: 'final' },
  },
  output: ({ context }) => ({ sky: context.sky, problem: context.problem }),
})

/** Asks a weather service about a city. */
export const weather = defineAgent({
  name: 'weather',
  version: 1,
  machine,
  input: z.object({ service: z.string(), city: z.string() }),
  effects: {
    forecast: {
      retry: { attempts: 4, delayMs: 20, factor: 2 },
      timeoutMs: 5_000,
      concurrency: 8,
      output: Forecast,
    },
  },
})
