/**
 * Agents that do nothing but write to each other: a hub sends tokens around a ring, and starts errands as detached
 * children; it ends when every token has come home and every errand has been reported.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { agentContract, defineAgent, effect, sendToAgent, startAgent } from '@refold/core'
import { assign, enqueueActions, setup } from 'xstate'
import { z } from 'zod'

export const RING = ['0', '1', '2', '3']
export const TOKENS = 5
export const HOPS = 6
export const ERRANDS = ['x', 'y', 'z']

const ring = agentContract({ name: 'relay', events: { pass: z.object({ token: z.number(), hops: z.number() }) } })
const home = agentContract({ name: 'hub', events: { home: z.object({ token: z.number() }), begin: z.object({}) } })

/** Passes a token on, or home. */
export const relay = defineAgent({
  ...ring,
  version: 1,
  input: z.object({ place: z.number() }),
  machine: setup({
    types: { input: {}, context: {}, events: {} },
    actions: {
      passOn: sendToAgent(
        { agent: ring, id: ({ context }) => RING[(context.place + 1) % RING.length] },
        ({ event }) => ({ type: 'pass', token: event.token, hops: event.hops - 1 }),
      ),
      sendHome: sendToAgent({ agent: home, id: '1' }, ({ event }) => ({ type: 'home', token: event.token })),
    },
  }).createMachine({
    context: ({ input }) => ({ place: input.place, seen: [] }),
    on: {
      pass: {
        actions: [
          assign({ seen: ({ context, event }) => [...context.seen, `${event.token}/${event.hops}`] }),
          enqueueActions(({ event, enqueue }) => enqueue(event.hops > 0 ? 'passOn' : 'sendHome')),
        ],
      },
    },
  }),
})

/** A moment of work. */
export const errand = defineAgent({
  name: 'errand',
  version: 1,
  machine: setup({
    types: { output: {} },
    actors: {
      walk: effect(async () => {
        await sleep(5)
        return 'walked'
      }),
    },
  }).createMachine({
    initial: 'walking',
    states: { walking: { invoke: { src: 'walk', onDone: 'back' } }, back: { type: 'final' } },
    output: () => 'back again',
  }),
})

export const hub = defineAgent({
  ...home,
  version: 1,
  machine: setup({
    types: { context: {}, events: {}, output: {} },
    guards: {
      isAllHome: ({ context }) => context.tokens.length === TOKENS && context.reports.length === ERRANDS.length,
    },
  }).createMachine({
    context: { tokens: [], reports: [] },
    initial: 'waiting',
    states: {
      waiting: {
        on: {
          begin: {
            target: 'open',
            actions: enqueueActions(({ enqueue }) => {
              for (const id of ERRANDS) enqueue(startAgent({ agent: errand, id }, { done: 'returned' }))
              for (let token = 0; token < TOKENS; token++)
                enqueue(sendToAgent({ agent: ring, id: RING[token % 2] }, { type: 'pass', token, hops: HOPS }))
            }),
          },
        },
      },
      open: {
        always: { guard: 'isAllHome', target: 'closed' },
        on: {
          home: { actions: assign({ tokens: ({ context, event }) => [...context.tokens, event.token] }) },
          returned: { actions: assign({ reports: ({ context, event }) => [...context.reports, event.agent.id] }) },
        },
      },
      closed: { type: 'final' },
    },
    output: ({ context }) => ({ tokens: context.tokens.toSorted(), reports: context.reports.toSorted() }),
  }),
})
