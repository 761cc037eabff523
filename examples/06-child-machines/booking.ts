/** A machine of its own: books one thing, and can take it back. The trip runs two of them. */
import { effect } from '@refold/core'
import type { EffectArgs } from '@refold/core'
import { assign, sendParent, setup } from 'xstate'

/** What one booking books; `isFull` plays a provider that has nothing left. */
export interface Wanted {
  readonly what: string
  readonly isFull: boolean
}

/** What the provider gave, or why it gave nothing. */
export interface Booked {
  readonly what: string
  readonly reference: string
  readonly problem: string
}

/** The idempotency key as the reference: a repetition after a crash books the same seat, not a second one. */
const reserve = effect(async ({ input, key }: EffectArgs<Wanted>) => {
  if (input.isFull) throw new Error(`there is no ${input.what} left`)
  return `${input.what}:${key}`
})

const release = effect(async ({ input }: EffectArgs<{ reference: string }>) => `${input.reference} released`)

/** Reserves; then waits until the trip says `keep` or `undo`. */
export const booking = setup({
  types: {
    input: {} as Wanted,
    context: {} as Wanted & Booked,
    events: {} as { type: 'keep' } | { type: 'undo' },
    output: {} as Booked,
  },
  actors: { reserve, release },
}).createMachine({
  context: ({ input }) => ({ ...input, reference: '', problem: '' }),
  initial: 'reserving',
  states: {
    reserving: {
      invoke: {
        src: 'reserve',
        input: ({ context: { what, isFull } }) => ({ what, isFull }),
        onDone: { target: 'reserved', actions: assign({ reference: ({ event }) => event.output }) },
        onError: { target: 'failed', actions: assign({ problem: ({ event }) => (event.error as Error).message }) },
      },
    },
    reserved: {
      entry: sendParent({ type: 'reserved' }),
      on: { keep: 'kept', undo: 'releasing' },
    },
    releasing: {
      invoke: {
        src: 'release',
        input: ({ context }) => ({ reference: context.reference }),
        onDone: { target: 'failed', actions: assign({ reference: '', problem: ({ event }) => event.output }) },
      },
    },
    kept: { type: 'final' },
    failed: { type: 'final' },
  },
  output: ({ context: { what, reference, problem } }) => ({ what, reference, problem }),
})
