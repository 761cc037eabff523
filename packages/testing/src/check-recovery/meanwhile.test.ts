/** Events, cancellations and timers that come while effects are under way. */
import { defineAgent, effect } from '@refold/core'
import { assign, setup } from 'xstate'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { RunBlockedError } from './recovery-errors.js'

const nothing = { statesNeverEntered: [], effectsNeverCalled: [], eventsNeverAccepted: [] }
const reconcile = async (): Promise<'not-done'> => 'not-done'
type Safety = 'idempotent' | 'never-retry' | { readonly reconcile: typeof reconcile }

/** Each state is left in a way that the outcome of its effect would forestall. */
function payment(safety: Safety) {
  return defineAgent({
    name: 'payment',
    version: 1,
    events: { stop: z.object({}), again: z.object({}), note: z.object({ text: z.string().max(3) }) },
    effects: { pay: { safety } },
    machine: setup({
      types: {
        context: {} as { notes: string[] },
        events: {} as { type: 'stop' } | { type: 'again' } | { type: 'note'; text: string },
      },
      actors: { pay: effect<number, number>(async () => 0) },
    }).createMachine({
      context: { notes: [] },
      initial: 'paying',
      on: { note: { actions: assign({ notes: ({ context, event }) => [...context.notes, event.text] }) } },
      states: {
        paying: {
          invoke: { src: 'pay', input: ({ context }) => context.notes.length, onDone: 'paid' },
          on: { stop: 'stopped', again: { target: 'paying', reenter: true } },
          after: { 60_000: 'late' },
        },
        paid: { on: { again: 'paying' } },
        stopped: {},
        late: {},
      },
    }),
  })
}

const pay = (notes: number): number => notes

describe('REV-243 what comes while an effect is under way is played, with a crash at each place of it', () => {
  test.each<[string, Safety]>([
    ['idempotent', 'idempotent'],
    ['never-retry', 'never-retry'],
    ['reconcilable', { reconcile }],
  ])('REV-243 of an effect that is %s', async (_what, safety) => {
    const checked = checkRecovery(payment(safety), { effects: { pay }, runs: 25, seed: 1 })
    await expect(checked).resolves.toMatchObject(nothing)
  })

  test('REV-243 a mistake that only such an event meets is found, and told so', async () => {
    const machine = setup({
      types: { context: {} as { list: number[] } },
      actors: { pay: effect(async () => 0) },
    }).createMachine({
      context: { list: [] },
      initial: 'paying',
      states: {
        paying: {
          invoke: { src: 'pay', onDone: 'paid' },
          on: {
            stop: {
              target: 'stopped',
              actions: assign(({ context }) => ({ list: (context.list.push(1), context.list) })),
            },
          },
        },
        paid: {},
        stopped: {},
      },
    })
    const stopped = defineAgent({ name: 'stopped', version: 1, machine, events: { stop: z.object({}) } })
    const error: unknown = await checkRecovery(stopped, { effects: { pay: () => 0 }, seed: 1 }).catch(
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof RunBlockedError)) throw error
    expect(error.scenario.script).toEqual([{ event: { type: 'stop' }, meanwhile: true }])
    expect(error.message).toContain('{"type":"stop"}, while effects are under way')
  })
})

test('REV-244 a doubt is settled before the outcome of what was asked for later, as without the crash', async () => {
  const machine = setup({ actors: { pay: effect(async () => 0), look: effect(async () => 0) } }).createMachine({
    initial: 'both',
    states: {
      both: {
        type: 'parallel',
        states: {
          left: { invoke: { src: 'pay', onDone: '#paid' } },
          right: { invoke: { src: 'look', onDone: '#seen' } },
        },
      },
      paid: { id: 'paid' },
      seen: { id: 'seen' },
    },
  })
  const effects = { pay: { safety: 'never-retry' } } as const
  const definition = defineAgent({ name: 'both', version: 1, machine, effects, events: {} })
  const checked = checkRecovery(definition, { effects: { pay: () => 1, look: () => 2 }, runs: 2 })
  await expect(checked).resolves.toMatchObject({ statesNeverEntered: ['seen'] })
})

test('REV-7 what an attempt cost is no difference: who tells the outcome of a doubt does not say it', async () => {
  const print = effect(async ({ usage }) => {
    usage({ costUsd: 2 })
    return 'printed'
  })
  const machine = setup({ actors: { print } }).createMachine({ invoke: { src: 'print' } })
  const effects = { print: { safety: 'never-retry' } } as const
  const definition = defineAgent({ name: 'prints', version: 1, machine, effects, events: {} })
  await expect(checkRecovery(definition, { effects: { print: 'real' }, runs: 2 })).resolves.toMatchObject({ runs: 2 })
})
