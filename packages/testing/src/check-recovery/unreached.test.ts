/** A pass says nothing of what no run came to: the report does. */
import { defineAgent, effect } from '@refold/core'
import type { CancelEvent } from '@refold/core'
import fc from 'fast-check'
import { assign, raise, setup } from 'xstate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { CheckFindingsError } from './recovery-errors.js'

const pay = effect<number, number>(async () => 0)
const safe = defineAgent({
  name: 'safe',
  version: 1,
  events: { unlock: z.object({ pin: z.string() }), knock: z.object({}) },
  machine: setup({
    types: { events: {} as { type: 'unlock'; pin: string } | { type: 'knock' } },
    actors: { pay },
  }).createMachine({
    initial: 'locked',
    on: { knock: { actions: () => {} } },
    states: {
      locked: { on: { unlock: { guard: ({ event }) => event.pin === '4711', target: 'open' } } },
      open: {
        initial: 'paying',
        states: { paying: { invoke: { src: 'pay', input: 1, onDone: 'paid' } }, paid: { type: 'final' } },
        onDone: 'end',
      },
      end: { type: 'final' },
    },
  }),
})
const options = { effects: { pay: () => 0 }, runs: 15, seed: 1 }
const nothing = { statesNeverEntered: [], effectsNeverCalled: [], eventsNeverAccepted: [] }

test('REV-154 states, effects and events that no run came to are told, and fail the check where that is asked for', async () => {
  const report = await checkRecovery(safe, options)
  expect(report).toMatchObject({
    runs: 15,
    statesNeverEntered: ['open', 'end'],
    effectsNeverCalled: ['pay'],
    eventsNeverAccepted: ['unlock'],
  })
  expect(report.crashes).toBeGreaterThan(15)
  const failed: unknown = await checkRecovery(safe, { ...options, unreached: 'fail' }).catch(
    (thrown: unknown) => thrown,
  )
  if (!(failed instanceof CheckFindingsError)) throw failed
  expect(failed.report).toEqual(report)
  expect(failed.message.split('\n')).toEqual([
    'safe survives every crash, but:',
    '- states never entered: open, end',
    '- effects never called: pay',
    '- events never accepted: unlock',
  ])
})

test('REV-154 what payloads lead to is reached, and the check passes', async () => {
  const events = { unlock: fc.record({ pin: fc.constantFrom('4711', '0000') }) }
  await expect(checkRecovery(safe, { ...options, events, unreached: 'fail' })).resolves.toMatchObject(nothing)
})

const child = setup({ actors: { pay } }).createMachine({
  type: 'parallel',
  states: {
    left: { initial: 'on', states: { on: { always: 'off' }, off: { type: 'final' } } },
    right: {
      initial: 'on',
      states: {
        on: { invoke: { src: 'pay', input: 1, onDone: 'off', onError: 'lost' } },
        off: { type: 'final' },
        lost: {},
      },
    },
  },
})
const family = defineAgent({
  name: 'family',
  version: 1,
  events: {},
  machine: setup({ actors: { child, other: child } }).createMachine({
    initial: 'first',
    states: {
      // entered and left within one record
      first: { entry: raise({ type: 'next' }), on: { next: 'second' } },
      second: { always: 'third' },
      third: { initial: 'a', states: { a: {}, last: { type: 'history' } }, invoke: { src: 'child' } },
      fourth: { invoke: { src: 'other' } },
    },
  }),
})

test('REV-154 states that are entered only within a record count, and child machines have theirs', async () => {
  const effects = { 'child.pay': () => 0, 'other.pay': () => 0 }
  await expect(checkRecovery(family, { effects, runs: 1 })).resolves.toMatchObject({
    statesNeverEntered: ['fourth', 'child: right.lost', 'other'],
    effectsNeverCalled: ['other.pay'],
    eventsNeverAccepted: [],
  })
})

/** Undoes what it has booked when it is cancelled; `undoes` says how. */
function trip(undoes: (booked: readonly string[]) => readonly string[]) {
  return defineAgent({
    name: 'trip',
    version: 1,
    events: { book: z.object({}) },
    machine: setup({
      types: { context: {} as { booked: readonly string[] }, events: {} as { type: 'book' } | CancelEvent },
      actors: { call: effect<string, string>(async () => '') },
    }).createMachine({
      context: { booked: [] },
      initial: 'open',
      states: {
        open: { on: { book: 'booking', 'refold.cancel': 'undoing' } },
        booking: {
          invoke: {
            src: 'call',
            input: 'book',
            onDone: {
              target: 'open',
              actions: assign({ booked: ({ context, event }) => [...context.booked, event.output] }),
            },
          },
        },
        undoing: {
          always: { guard: ({ context }) => context.booked.length === 0, target: 'undone' },
          invoke: {
            src: 'call',
            input: 'undo',
            onDone: {
              target: 'undoing',
              reenter: true,
              actions: assign({ booked: ({ context }) => undoes(context.booked) }),
            },
          },
        },
        undone: { type: 'final' },
      },
    }),
  })
}
const cancelling = { effects: { call: (what: string) => what }, runs: 30, seed: 2, unreached: 'fail' } as const

test('REV-194 a chart that handles its cancellation is cancelled: all that follows is reached, and survives', async () => {
  await expect(
    checkRecovery(
      trip((booked) => booked.slice(0, -1)),
      cancelling,
    ),
  ).resolves.toMatchObject(nothing)
}, 60_000)

test('REV-194 what goes wrong after a cancellation is told with the line that cancels', async () => {
  let undone = 0
  const outside = trip((booked) => (undone++ % 2 === 0 ? [...booked, 'again'] : []))
  const failed: unknown = await checkRecovery(outside, cancelling).catch((thrown: unknown) => thrown)
  expect(failed).toMatchObject({ scenario: { script: expect.arrayContaining([{ cancel: true }]) as unknown } })
  expect((failed as Error).message).toContain('is cancelled, with a day to end by itself')
}, 60_000)
