/**
 * 07 Never twice: an effect that must not be repeated, killed at the worst moment.
 *
 * You learn: a crash between a payment and its record leaves no one knowing. `never-retry` then waits for someone who finds
 * out; `reconcile` finds out by itself. Neither begins a second payment silently.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs, InterruptedAttempt } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const Payment = z.object({ bank: z.url(), cents: z.number().int().positive() })
type Payment = z.infer<typeof Payment>
type Receipt = { receipt: string }

const charge = effect(async ({ input, key, signal }: EffectArgs<Payment>): Promise<Receipt> => {
  const response = await fetch(`${input.bank}/charges`, {
    method: 'POST',
    signal,
    body: JSON.stringify({ reference: key, cents: input.cents }),
  })
  if (!response.ok) throw new Error(`the bank answered ${response.status}`)
  return (await response.json()) as Receipt
})

/** Asks the bank what became of the interrupted attempt. The key names it: it is the same for every attempt. */
async function findCharge({ input, key, signal }: InterruptedAttempt<Payment>) {
  const response = await fetch(`${input.bank}/charges/${encodeURIComponent(key)}`, { signal })
  if (response.status === 404) return 'not-done'
  return response.ok ? { output: (await response.json()) as Receipt } : 'unknown'
}

const machine = setup({
  types: {
    input: {} as Payment,
    context: {} as Payment & { receipt: string; problem: string },
    output: {} as { receipt: string; problem: string },
  },
  actors: { charge },
}).createMachine({
  context: ({ input }) => ({ ...input, receipt: '', problem: '' }),
  initial: 'paying',
  states: {
    paying: {
      invoke: {
        src: 'charge',
        input: ({ context: { bank, cents } }) => ({ bank, cents }),
        onDone: { target: 'ended', actions: assign({ receipt: ({ event }) => event.output.receipt }) },
        onError: { target: 'ended', actions: assign({ problem: ({ event }) => (event.error as Error).message }) },
      },
    },
    ended: { type: 'final' },
  },
  output: ({ context: { receipt, problem } }) => ({ receipt, problem }),
})

/** For a bank that no one but a person can ask. */
export const payment = defineAgent({
  name: 'payment',
  version: 1,
  machine,
  input: Payment,
  effects: { charge: { safety: 'never-retry', output: z.object({ receipt: z.string() }) } },
})

/** The same machine, for a bank that can be asked by program. */
export const reconciledPayment = defineAgent({
  name: 'reconciled_payment',
  version: 1,
  machine,
  input: Payment,
  effects: { charge: { safety: { reconcile: findCharge }, output: z.object({ receipt: z.string() }) } },
})
