/**
 * 10 Property-testing recovery: does your own agent survive a crash at every instant?
 *
 * You learn: `checkRecovery` makes inputs and events from the agent's own schemas, kills it at every append and every effect,
 * and compares what it becomes with the run that never crashed. A difference is shrunk to a short story with its seed;
 * so is one between two runs without any crash, where something outside of the agent decides.
 * Effects get stubs, so that a check costs nothing; `'real'` runs a body that costs nothing itself.
 */
import { defineAgent, effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

/** Numbers an order: here from what it is given, so that every attempt gives the same number. */
const number = effect(
  async ({ input }: EffectArgs<{ item: string; nth: number }>) => `${input.item.length}-${input.nth}`,
)

/** The same from a counter in the memory of the process. A crash forgets it, and other agents count on: this agent is broken. */
let counter = 0
const numberFromMemory = effect(
  async ({ input }: EffectArgs<{ item: string; nth: number }>) => `${input.item.length}-${++counter}`,
)

const machine = setup({
  types: {
    input: {} as { most: number },
    context: {} as { most: number; item: string; numbers: readonly string[] },
    events: {} as { type: 'order'; item: string } | { type: 'close' },
    output: {} as { numbers: readonly string[] },
  },
  actors: { number },
  guards: { isFull: ({ context }) => context.numbers.length >= context.most },
  delays: { patience: 60_000 },
}).createMachine({
  context: ({ input }) => ({ most: input.most, item: '', numbers: [] }),
  initial: 'open',
  states: {
    open: {
      always: { guard: 'isFull', target: 'closed' },
      on: { order: { target: 'numbering', actions: assign({ item: ({ event }) => event.item }) }, close: 'closed' },
      after: { patience: 'closed' },
    },
    numbering: {
      invoke: {
        src: 'number',
        input: ({ context }) => ({ item: context.item, nth: context.numbers.length + 1 }),
        onDone: {
          target: 'open',
          actions: assign({ numbers: ({ context, event }) => [...context.numbers, event.output] }),
        },
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => ({ numbers: context.numbers }),
})

const shared = {
  version: 1,
  input: z.object({ most: z.number().int().min(1).max(4) }),
  events: { order: z.object({ item: z.string().max(20) }), close: z.object({}) },
} as const

/** Takes orders and numbers them. */
export const orders = defineAgent({ ...shared, name: 'orders', machine })

/** The same, and broken. */
export const forgetfulOrders = defineAgent({
  ...shared,
  name: 'forgetful_orders',
  machine: machine.provide({ actors: { number: numberFromMemory } }),
})
