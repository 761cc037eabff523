/**
 * The agents under load: rounds of work with retries, pauses by a timer, a payment that must not be repeated, a delivery
 * that can be asked after, and a child machine; notes come from outside at any time.
 */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent, effect } from '@refold/core'
import { assign, setup } from 'xstate'
import { z } from 'zod'

/** In [0, 1): what a body does depends on its key and attempt only. */
function fate(...parts) {
  return createHash('sha256').update(parts.join(' ')).digest().readUInt32BE() / 2 ** 32
}

/** 5 to 50 ms. Some bodies hear that they are aborted, some do not; some attempts fail. */
async function perform({ key, attempt, signal, failing = 0, patience = 1 }) {
  const durationMs = (5 + 45 * fate(key, attempt, 'duration')) * patience
  await sleep(durationMs, undefined, fate(key, 'deaf') < 0.5 ? { signal } : {})
  if (fate(key, attempt, 'failing') < failing) throw new Error('failed this time')
}

const parcel = ({ patience }) =>
  setup({
    types: { input: {}, context: {}, output: {} },
    actors: {
      pack: effect(async ({ input, ...args }) => {
        await perform({ ...args, patience })
        return `parcel of ${input.agent}`
      }),
    },
  }).createMachine({
    context: ({ input }) => ({ agent: input.agent, parcel: '' }),
    initial: 'packing',
    states: {
      packing: {
        invoke: {
          src: 'pack',
          input: ({ context }) => ({ agent: context.agent }),
          onDone: { target: 'packed', actions: assign({ parcel: ({ event }) => event.output }) },
        },
      },
      packed: { type: 'final' },
    },
    output: ({ context }) => context.parcel,
  })

const actorsWith = ({ patience }) => ({
  work: effect(async ({ input, ...args }) => {
    await perform({ ...args, patience, failing: 0.1 })
    return `${input.agent} ${input.round}${'.'.repeat(input.padding)}`
  }),
  charge: effect(async ({ input, ...args }) => {
    await perform({ ...args, patience })
    return { receipt: `receipt of ${input.agent}` }
  }),
  ship: effect(async ({ input, ...args }) => {
    await perform({ ...args, patience })
    return `shipped to ${input.agent}`
  }),
  parcel: parcel({ patience }),
})

/** Invokes the actor for the agent, keeps what comes out under that name, and goes on. */
function oneAfterTheOther({ src, keep, next }) {
  return {
    invoke: {
      src,
      input: ({ context }) => ({ agent: context.agent }),
      onDone: { target: next, actions: assign({ [keep]: ({ event }) => event.output }) },
    },
  }
}

const machineWith = (options) =>
  setup({
    types: { input: {}, context: {}, events: {}, output: {} },
    actors: actorsWith(options),
    guards: {
      isWorkDone: ({ context }) => context.results.length >= context.rounds,
      wantsRest: ({ context }) => context.results.length % 3 === 0,
    },
    delays: { rest: 30 },
  }).createMachine({
    context: ({ input }) => ({ ...input, results: [], notes: [] }),
    initial: 'choosing',
    on: { note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.nonce] }) } },
    states: {
      choosing: {
        always: [
          { guard: 'isWorkDone', target: 'packing' },
          { guard: 'wantsRest', target: 'resting' },
          { target: 'working' },
        ],
      },
      resting: { after: { rest: 'working' } },
      working: {
        invoke: {
          src: 'work',
          input: ({ context: { agent, results, padding } }) => ({ agent, padding, round: results.length }),
          onDone: {
            target: 'choosing',
            actions: assign({ results: ({ context, event }) => [...context.results, event.output] }),
          },
        },
      },
      packing: oneAfterTheOther({ src: 'parcel', keep: 'parcel', next: 'charging' }),
      charging: oneAfterTheOther({ src: 'charge', keep: 'receipt', next: 'shipping' }),
      shipping: oneAfterTheOther({ src: 'ship', keep: 'shipped', next: 'done' }),
      done: { type: 'final' },
    },
  })

/** `findShipped` tells what became of a delivery; `patience` makes bodies take that many times as long. */
export function loadAgent({ findShipped, patience = 1 }) {
  return defineAgent({
    name: 'job',
    version: 1,
    machine: machineWith({ patience }),
    input: z.object({ agent: z.string(), rounds: z.number().int(), padding: z.number().int().default(0) }),
    events: { note: z.object({ nonce: z.string() }) },
    effects: {
      work: { retry: { attempts: 20, delayMs: 20, factor: 1 } },
      charge: { safety: 'never-retry' },
      ship: { safety: { reconcile: ({ key }) => findShipped(key) } },
    },
  })
}
