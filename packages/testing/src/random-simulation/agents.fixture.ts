/** The agents of the random simulation: every kind of effect, timers, approvals, events that come early, child machines, retries, callbacks. */
import { defineAgent, effect } from '@refold/core'
import { assign, emit, fromCallback, raise, sendParent, setup } from 'xstate'
import type { AgentDefinition } from '@refold/core'
import { z } from 'zod'
import type { ProcessEffects } from '../simulation/process-effects.js'
import { seededRandom } from '../simulation/seeded-random.js'

export const NAMES = ['order', 'family', 'poll'] as const

/** How an interrupted attempt of each source is to be treated. */
export function safetyOf(src: string): 'idempotent' | 'reconcilable' | 'never-retry' {
  return src === 'charge' ? 'never-retry' : src === 'ship' ? 'reconcilable' : 'idempotent'
}

export function randomAgents(effects: ProcessEffects): readonly AgentDefinition[] {
  return [order(effects), family(effects), poll(effects)]
}

interface Request {
  agent: string
  visit: number
}
const identity = z.object({ agent: z.string() })
const note = z.object({ nonce: z.string() })
function withNonce({
  context,
  event,
}: {
  readonly context: { readonly notes: readonly string[] }
  readonly event: { readonly nonce: string }
}): string[] {
  return [...context.notes, event.nonce]
}

/** Takes its time and fails now and then: what it does depends on the key and the attempt only. */
function unreliable(effects: ProcessEffects, { src, failing }: { readonly src: string; readonly failing: number }) {
  return effect(
    effects.body<Request, { of: string }>(src, async ({ key, attempt, input, sleep, perform }) => {
      const fate = seededRandom(`${key} ${attempt}`)
      await sleep(fate.between(0, 900))
      if (fate.chance(failing)) throw new Error(`${src} failed`)
      const result = perform({ of: `${src} ${input.visit}` })
      await sleep(fate.between(0, 400))
      return result
    }),
  )
}

const RETRY = { attempts: 6, delayMs: 300, factor: 2 }

function order(effects: ProcessEffects): AgentDefinition {
  const input = ({ context }: { context: Request }): Request => ({ agent: context.agent, visit: context.visit })
  const machine = setup({
    types: {
      input: {} as { agent: string },
      context: {} as Request & { notes: string[]; draft: string; receipt: string },
      events: {} as
        | { type: 'note'; nonce: string }
        | { type: 'approve'; nonce: string }
        | { type: 'rush'; nonce: string },
      emitted: {} as { type: 'shipped'; agent: string },
    },
    actors: {
      draft: unreliable(effects, { src: 'draft', failing: 0.3 }),
      charge: unreliable(effects, { src: 'charge', failing: 0.1 }),
      ship: unreliable(effects, { src: 'ship', failing: 0.2 }),
    },
  }).createMachine({
    context: ({ input: given }) => ({ agent: given.agent, visit: 1, notes: [], draft: '', receipt: '' }),
    initial: 'drafting',
    on: { note: { actions: assign({ notes: withNonce }) } },
    states: {
      drafting: {
        invoke: {
          src: 'draft',
          input,
          onDone: { target: 'review', actions: assign({ draft: ({ event }) => event.output.of }) },
          onError: 'failed',
        },
      },
      review: {
        on: { approve: { target: 'charging', actions: assign({ notes: withNonce }) } },
        after: {
          9_000: {
            target: 'drafting',
            guard: ({ context }) => context.visit < 4,
            actions: assign({ visit: ({ context }) => context.visit + 1 }),
          },
        },
      },
      charging: {
        invoke: {
          src: 'charge',
          input,
          onDone: { target: 'shipping', actions: assign({ receipt: ({ event }) => event.output.of }) },
          onError: 'failed',
        },
      },
      shipping: {
        on: { rush: { guard: ({ context }) => context.notes.length % 2 === 0, actions: assign({ notes: withNonce }) } },
        invoke: { src: 'ship', input, onDone: 'shipped', onError: 'failed' },
      },
      shipped: { type: 'final', entry: emit(({ context }) => ({ type: 'shipped' as const, agent: context.agent })) },
      failed: { type: 'final' },
    },
    output: ({ context }) => ({ receipt: context.receipt }),
  })
  return defineAgent({
    name: 'order',
    version: 1,
    machine,
    input: identity,
    events: { note, approve: note, rush: { schema: note, defer: true } },
    effects: {
      draft: { retry: RETRY },
      charge: { safety: 'never-retry' },
      ship: { retry: RETRY, safety: { reconcile: effects.reconcile<{ of: string }>('ship') } },
    },
  })
}

function leg(effects: ProcessEffects) {
  return setup({
    types: { input: {} as Request, context: {} as Request, output: {} as string },
    actors: { fetch: unreliable(effects, { src: 'fetch', failing: 0.2 }) },
  }).createMachine({
    context: ({ input }) => ({ ...input }),
    initial: 'resting',
    states: {
      resting: { after: { 400: 'fetching' } },
      fetching: {
        entry: sendParent({ type: 'under.way' }),
        invoke: {
          src: 'fetch',
          input: ({ context }) => ({ agent: context.agent, visit: context.visit }),
          onDone: 'fetched',
          onError: { target: 'resting', actions: assign({ visit: ({ context }) => context.visit + 10 }) },
        },
      },
      fetched: { type: 'final' },
    },
    output: ({ context }) => `leg ${context.visit}`,
  })
}

function family(effects: ProcessEffects): AgentDefinition {
  const { clock } = effects
  const pulse = fromCallback<{ type: 'slower' }, { everyMs: number }>(({ sendBack, input, receive }) => {
    let everyMs = input.everyMs
    let cancel = clock.setTimer(beat, everyMs)
    function beat(): void {
      sendBack({ type: 'tick' })
      cancel = clock.setTimer(beat, everyMs)
    }
    receive(() => (everyMs *= 2))
    return () => cancel()
  })
  const machine = setup({
    types: {
      input: {} as { agent: string },
      context: {} as { agent: string; notes: string[]; ticks: number; legs: string[]; started: number },
      events: {} as { type: 'note'; nonce: string } | { type: 'tick' } | { type: 'under.way' } | { type: 'enough' },
    },
    actors: { leg: leg(effects), pulse },
  }).createMachine({
    context: ({ input }) => ({ agent: input.agent, notes: [], ticks: 0, legs: [], started: 0 }),
    type: 'parallel',
    on: {
      note: { actions: assign({ notes: withNonce }) },
      'under.way': { actions: assign({ started: ({ context }) => context.started + 1 }) },
    },
    states: {
      trip: {
        initial: 'first',
        states: {
          first: {
            invoke: {
              src: 'leg',
              input: ({ context }) => ({ agent: context.agent, visit: 1 }),
              onDone: {
                target: 'second',
                actions: assign({ legs: ({ context, event }) => [...context.legs, event.output] }),
              },
            },
          },
          second: {
            invoke: {
              src: 'leg',
              input: ({ context }) => ({ agent: context.agent, visit: 2 }),
              onDone: {
                target: 'there',
                actions: assign({ legs: ({ context, event }) => [...context.legs, event.output] }),
              },
            },
          },
          there: { type: 'final' },
        },
      },
      heart: {
        initial: 'beating',
        states: {
          beating: {
            invoke: { src: 'pulse', id: 'pulse', input: { everyMs: 700 } },
            on: {
              tick: [
                { guard: ({ context }) => context.ticks >= 4, actions: raise({ type: 'enough' }) },
                { actions: assign({ ticks: ({ context }) => context.ticks + 1 }) },
              ],
              enough: 'still',
            },
          },
          still: { type: 'final' },
        },
      },
    },
  })
  return defineAgent({
    name: 'family',
    version: 1,
    machine,
    input: identity,
    events: { note },
    effects: { 'leg.fetch': { retry: RETRY } },
  })
}

function poll(effects: ProcessEffects): AgentDefinition {
  const machine = setup({
    types: {
      input: {} as { agent: string },
      context: {} as Request & { notes: string[] },
      events: {} as { type: 'note'; nonce: string },
    },
    actors: { look: unreliable(effects, { src: 'look', failing: 0.25 }) },
  }).createMachine({
    context: ({ input }) => ({ agent: input.agent, visit: 1, notes: [] }),
    initial: 'looking',
    on: { note: { actions: assign({ notes: withNonce }) } },
    states: {
      looking: {
        invoke: {
          src: 'look',
          input: ({ context }) => ({ agent: context.agent, visit: context.visit }),
          onDone: [{ guard: ({ context }) => context.visit >= 4, target: 'ready' }, { target: 'waiting' }],
          onError: 'waiting',
        },
      },
      waiting: {
        after: { 1_500: { target: 'looking', actions: assign({ visit: ({ context }) => context.visit + 1 }) } },
      },
      ready: { type: 'final' },
    },
  })
  return defineAgent({
    name: 'poll',
    version: 1,
    machine,
    input: identity,
    events: { note },
    effects: { look: { retry: { attempts: 2, delayMs: 500 }, concurrency: 2 } },
  })
}
