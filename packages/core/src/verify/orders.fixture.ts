/** Orders: the agent of tests of verifying, in releases that differ in one thing each. */
import { assign, emit, setup } from 'xstate'
import { z } from 'zod'
import { startProcess } from '../api/process.fixture.js'
import type { Process } from '../api/process.fixture.js'
import { defineAgent } from '../definition/define-agent.js'
import { effect } from '../definition/effect.js'
import { memoryLog } from '../store/memory-store.js'
import type { MemoryLog } from '../store/memory-store.js'

/** What a release has otherwise than the first. */
export interface Release {
  readonly version?: number
  /** From so many cents on an order is large. */
  readonly largeFrom?: number
  /** What a rush costs. */
  readonly rush?: (cents: number) => number
  /** What the effect is given. */
  readonly charge?: (cents: number) => number
  readonly remindAfterMs?: number
  /** The name of the state in which an order is checked. */
  readonly checking?: string
  /** A state more, before the others: the charts' edges have other numbers. */
  readonly isLonger?: boolean
  /** Members of `rush` that are filled in. */
  readonly note?: z.ZodType
  /** Of what is emitted. */
  readonly word?: string
  /** Takes the receipt. */
  readonly read?: (output: unknown) => string
  readonly notify?: string
}

interface Context {
  readonly cents: number
  readonly receipt: string
}

/** How often a body or a custom action ran in this process. */
export const ran = { bodies: 0, actions: 0 }

export function orderOf({
  version = 1,
  largeFrom = 10_000,
  rush = (cents) => cents + 500,
  charge = (cents) => cents,
  remindAfterMs = 60_000,
  checking = 'checking',
  isLonger = false,
  note,
  word = 'paid',
  read = (output) => (output as { receipt: string }).receipt,
  notify = 'mail',
}: Release = {}) {
  const machine = setup({
    types: {
      context: {} as Context,
      input: {} as { cents: number },
      events: {} as { type: 'rush' | 'pay' | 'ok' },
      emitted: {} as { type: string },
    },
    actors: {
      charge: effect(async ({ input }: { input: { cents: number } }) => {
        ran.bodies++
        return { receipt: `r-${input.cents}` }
      }),
    },
    guards: { isLarge: ({ context }) => context.cents >= largeFrom },
    actions: {
      addRush: assign({ cents: ({ context }) => rush(context.cents) }),
      keep: assign({ receipt: ({ event }) => read((event as unknown as { output: unknown }).output) }),
      notify: () => void ran.actions++,
    },
  }).createMachine({
    id: 'order',
    context: ({ input }) => ({ cents: input.cents, receipt: '' }),
    initial: 'cart',
    states: {
      ...(isLonger ? { before: {} } : undefined),
      cart: {
        on: { rush: { actions: 'addRush' }, pay: [{ guard: 'isLarge', target: checking }, { target: 'charging' }] },
        after: { [remindAfterMs]: { actions: { type: 'notify', params: { by: notify } } } },
      },
      [checking]: { on: { ok: 'charging' } },
      charging: {
        invoke: {
          src: 'charge',
          input: ({ context }) => ({ cents: charge(context.cents) }),
          onDone: { target: 'paid', actions: ['keep', emit({ type: word })] },
        },
      },
      paid: { type: 'final' },
    },
  })
  const payload = note === undefined ? z.object({}) : z.object({ note })
  return defineAgent({
    name: 'order',
    version,
    machine: machine as never,
    input: z.object({ cents: z.number() }),
    events: { rush: payload, pay: z.object({}), ok: z.object({}) } as never,
  })
}

/** A store in which orders were made by a release, and the process that made them. */
export async function shop(release: Release = {}): Promise<{
  readonly log: MemoryLog
  readonly process: Process
  order(cents: number, ...events: readonly string[]): Promise<string>
}> {
  const log = memoryLog()
  const definition = orderOf(release)
  const process = await startProcess({ log, agents: [definition] })
  let last = 0
  return {
    log,
    process,
    order: async (cents, ...events) => {
      const id = String(++last)
      const agent = await process.runtime.start(definition as never, { id, input: { cents } } as never)
      for (const type of events) await agent.send({ type } as never)
      await process.time.advance(1)
      return `order-${id}`
    },
  }
}
