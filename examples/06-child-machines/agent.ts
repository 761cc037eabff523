/**
 * 06 Child machines: a trip is a flight and a hotel, booked at the same time; if one fails, the other is taken back.
 *
 * You learn: invoked machines live inside the agent, in one stream: parent and children are always at the same instant of
 * their history, also after a crash. Their effects have policies of their own, under `child.effect`.
 */
import { defineAgent } from '@refold/core'
import { assign, enqueueActions, sendTo, setup } from 'xstate'
import { z } from 'zod'
import { booking } from './booking.js'
import type { Booked } from './booking.js'

const machine = setup({
  types: {
    input: {} as { flightIsFull: boolean; hotelIsFull: boolean },
    context: {} as { flightIsFull: boolean; hotelIsFull: boolean; reserved: number; results: readonly Booked[] },
    events: {} as { type: 'reserved' },
    children: {} as { flight: 'booking'; hotel: 'booking' },
    output: {} as { isBooked: boolean; results: readonly Booked[] },
  },
  actors: { booking },
  guards: {
    bothReserved: ({ context }) => context.reserved === 2,
    bothAnswered: ({ context }) => context.reserved + context.results.length === 2,
    bothEnded: ({ context }) => context.results.length === 2,
  },
}).createMachine({
  context: ({ input }) => ({ ...input, reserved: 0, results: [] }),
  invoke: [
    { id: 'flight', src: 'booking', input: ({ context }) => ({ what: 'flight', isFull: context.flightIsFull }) },
    { id: 'hotel', src: 'booking', input: ({ context }) => ({ what: 'hotel', isFull: context.hotelIsFull }) },
  ],
  initial: 'reserving',
  on: {
    reserved: { actions: assign({ reserved: ({ context }) => context.reserved + 1 }) },
    'xstate.done.actor.*': {
      actions: assign({ results: ({ context, event }) => [...context.results, event.output as Booked] }),
    },
  },
  states: {
    reserving: {
      always: [
        { guard: 'bothReserved', target: 'keeping' },
        { guard: 'bothAnswered', target: 'undoing' },
      ],
    },
    keeping: {
      entry: [sendTo('flight', { type: 'keep' }), sendTo('hotel', { type: 'keep' })],
      always: { guard: 'bothEnded', target: 'ended' },
    },
    undoing: {
      entry: enqueueActions(({ context, enqueue }) => {
        const failed = context.results.map(({ what }) => what)
        for (const child of ['flight', 'hotel'] as const) {
          if (!failed.includes(child)) enqueue.sendTo(child, { type: 'undo' })
        }
      }),
      always: { guard: 'bothEnded', target: 'ended' },
    },
    ended: { type: 'final' },
  },
  output: ({ context: { results } }) => ({ isBooked: results.every(({ problem }) => problem === ''), results }),
})

/** Books a flight and a hotel, or neither. */
export const trip = defineAgent({
  name: 'trip',
  version: 1,
  machine,
  input: z.object({ flightIsFull: z.boolean().default(false), hotelIsFull: z.boolean().default(false) }),
  events: {},
  effects: {
    'booking.reserve': { timeoutMs: 30_000 },
    'booking.release': { retry: { attempts: 10 } },
  },
})
