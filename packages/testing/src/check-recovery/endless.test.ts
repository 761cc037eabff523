/** Agents that never come to rest, and events that are delayed without an id of their own. */
import { defineAgent, effect } from '@refold/core'
import { assign, raise, setup } from 'xstate'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'
import { RecoveryDiffersError } from './recovery-errors.js'

const counting = setup({
  types: { context: {} as { n: number }, events: {} as { type: 'go' } | { type: 'ask' } },
  actions: {
    again: ({ self }) => self.send({ type: 'go' }),
    count: assign({ n: ({ context }) => context.n + 1 }),
    later: raise({ type: 'go' }, { delay: 0 }),
    soon: raise({ type: 'go' }, { delay: 10 }),
  },
})

const ENDLESS = {
  'a delay of 0': counting.createMachine({
    context: { n: 0 },
    initial: 'a',
    states: { a: { after: { 0: { target: 'a', reenter: true, actions: 'count' } } } },
  }),
  'a raise without a delay worth the name': counting.createMachine({
    context: { n: 0 },
    entry: 'later',
    on: { go: { actions: ['count', 'later'] } },
  }),
}

it.each(Object.entries(ENDLESS))('REV-215 a run that %s keeps at one instant is cut', async (_what, machine) => {
  const endless = defineAgent({ name: 'endless', version: 1, machine, events: {} })
  const { runs, crashes } = await checkRecovery(endless, { runs: 1, maxRecords: 20, maxCrashes: 4 })
  expect([runs, crashes > 1]).toEqual([1, true])
})

it('REV-216 the name of a delayed event that has no id is no difference', async () => {
  const machine = counting.createMachine({
    context: { n: 0 },
    on: { ask: { actions: 'soon' }, go: { actions: 'count' } },
  })
  const asked = defineAgent({ name: 'asked', version: 1, machine, events: { ask: z.object({}) } })
  await expect(checkRecovery(asked, { runs: 10, seed: 1 })).resolves.toMatchObject({ runs: 10 })
})

describe('REV-239 of an agent that has no end', () => {
  const endless = (machine: Parameters<typeof defineAgent>[0]['machine']) =>
    defineAgent({ name: 'endless', version: 1, machine, events: {} })

  it('a crash that ends it is found: what a custom action sends is no part of the record', async () => {
    const machine = counting.createMachine({
      context: { n: 0 },
      entry: 'again',
      on: { go: { actions: ['count', 'again'] } },
    })
    const error: unknown = await checkRecovery(endless(machine), { runs: 1, maxRecords: 20, maxCrashes: 4 }).catch(
      (thrown: unknown) => thrown,
    )
    if (!(error instanceof RecoveryDiffersError)) throw error
    expect(error.message).toMatch(/with the crash: {2}nothing/)
    expect(error.message).toContain('a custom action')
  })

  it.each([
    ['ends it', 1, false],
    ['is its beginning', 2, false],
    ['changes nothing', Infinity, true],
  ])('a second run that %s is no second one', async (_what, last, isTheSame) => {
    const asked: unknown[] = []
    const machine = setup({ actors: { look: effect<boolean, number>(async () => true) } }).createMachine({
      context: { n: 0 },
      initial: 'looking',
      states: {
        looking: {
          invoke: {
            src: 'look',
            input: ({ context }) => context.n,
            onDone: [
              {
                guard: ({ event }) => event.output,
                target: 'waiting',
                actions: assign({ n: ({ context }) => context.n + 1 }),
              },
              { target: 'over' },
            ],
          },
        },
        waiting: { after: { 1_000: 'looking' } },
        over: {},
      },
    })
    // The first time, or all but the first, it goes on and on.
    const look = (n: number): boolean => n !== 5 || asked.push(n) !== last
    const checked = checkRecovery(endless(machine), { runs: 1, maxRecords: 40, maxCrashes: 2, effects: { look } })
    if (isTheSame) await expect(checked).resolves.toMatchObject({ runs: 1 })
    else await expect(checked).rejects.toThrow('is not the same twice')
  })
})
