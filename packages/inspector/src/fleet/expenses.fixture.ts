/** A fleet for tests: expenses that a person approves, and a payment that never runs twice. */
import { createRuntime, defineAgent, effect, memoryLog, memoryStore } from '@refold/core'
import type { MemoryLog, Runtime, Store } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'
import { AskedEvents } from './asked-events.js'
import { GoneOwners } from './gone-owners.js'
import { Placement } from './placement.js'
import type { Survey } from './survey.js'

const DAY_MS = 86_400_000

/** `hang`: the body of the payment does not end. `fails`: what takes its outcome throws. */
export interface ExpenseInput {
  readonly cents: number
  readonly hang?: boolean
  readonly fails?: boolean
  /** Secret. */
  readonly card?: string
}

export function expenseAgent({ version = 1, more = {} }: { readonly version?: number; readonly more?: object } = {}) {
  const machine = setup({
    types: {
      input: {} as ExpenseInput,
      context: {} as ExpenseInput & { notes: number; receipt: string },
      events: {} as { type: 'approve'; by: string } | { type: 'reject'; why: string } | { type: 'note' },
    },
    actors: {
      charge: effect<string, ExpenseInput>(async ({ input, signal }) => {
        if (input.hang === true)
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        return 'receipt'
      }),
    },
    guards: { isSmall: ({ context }) => context.cents < 100_000 },
  }).createMachine({
    context: ({ input }) => ({ ...input, notes: 0, receipt: '' }),
    initial: 'open',
    on: { note: { actions: assign({ notes: ({ context }) => context.notes + 1 }) } },
    states: {
      open: {
        initial: 'review',
        states: {
          review: {
            on: { approve: { guard: 'isSmall', target: '#paying' }, reject: '#refused' },
            after: { [DAY_MS]: 'reminded' },
          },
          reminded: { on: { approve: '#paying' } },
        },
      },
      paying: {
        id: 'paying',
        invoke: {
          src: 'charge',
          input: ({ context }) => context,
          onDone: {
            target: 'paid',
            actions: assign(({ context, event }) => {
              if (context.fails === true) throw new Error('the outcome is not understood')
              return { receipt: event.output }
            }),
          },
          onError: 'refused',
        },
      },
      paid: { type: 'final' },
      refused: { id: 'refused', type: 'final' },
      ...more,
    },
  })
  return defineAgent({
    name: 'expense',
    version,
    machine,
    input: z.object({
      cents: z.number(),
      hang: z.boolean().optional(),
      fails: z.boolean().optional(),
      card: z.string().meta({ secret: true }).optional(),
    }),
    events: {
      approve: z.object({ by: z.string() }),
      reject: z.object({ why: z.string() }),
      note: z.object({}),
    },
    effects: { charge: { safety: 'never-retry', output: z.string() } },
    approvals: {
      approve: ({ context: { cents, card } }) => ({ cents, ...(card === undefined ? undefined : { card }) }),
    },
  })
}

export const expense = expenseAgent()

const quiet = { onReport: () => {} }

/** A worker that performs expenses. */
export function worker(log: MemoryLog, agents = [expense]): Promise<Runtime> {
  return createRuntime({
    store: memoryStore(log),
    agents,
    worker: { closeGraceMs: 1, releaseOnSignal: false },
    ...quiet,
  })
}

/** Waits for a person. */
export async function asking(on: Runtime, id: string, input: ExpenseInput = { cents: 10 }) {
  return on.start(expense, { id, input })
}

/** Approved by someone: its payment begins. */
export async function approved(on: Runtime, id: string, input: ExpenseInput) {
  const agent = await asking(on, id, input)
  await agent.send({ type: 'approve', by: 'ana' }, { by: 'ana', approval: await agent.approval('approve') })
  return agent
}

/** One of each: `asks`, `paid`, `doubt`, `blocked`, `paused`, `stopped`. No worker is left. */
export async function fleet(): Promise<MemoryLog> {
  const log = memoryLog()
  const on = await worker(log)
  await asking(on, 'asks')
  await (await approved(on, 'paid', { cents: 20 })).done()
  await approved(on, 'doubt', { cents: 30, hang: true })
  const blocked = await approved(on, 'blocked', { cents: 40, fails: true })
  await blocked.waitFor(({ condition }) => condition === 'blocked')
  await (await asking(on, 'paused')).pause({ by: 'ana' })
  await (await asking(on, 'stopped')).cancel()
  await on.close()
  const next = await worker(log) // finds the payment that was interrupted
  await next.recovered
  await (await next.attach(expense, 'doubt')).waitFor(({ condition }) => condition === 'in-doubt')
  await next.close()
  return log
}

export function surveyOf(store: Store, agents?: readonly (typeof expense)[]): Survey {
  const placement = new Placement(agents === undefined ? { store } : { store, agents })
  return { store, asked: new AskedEvents({ store }), placement, gone: new GoneOwners(store.presence) }
}
