/** Agents that never come to rest, and events that are delayed without an id of their own. */
import { defineAgent } from '@refold/core'
import { assign, raise, setup } from 'xstate'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { checkRecovery } from './check-recovery.js'

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
  'an action that always sends again': counting.createMachine({
    context: { n: 0 },
    entry: 'again',
    on: { go: { actions: ['count', 'again'] } },
  }),
}

it.each(Object.entries(ENDLESS))('REV-215 a run that %s keeps at one instant is cut', async (_what, machine) => {
  const endless = defineAgent({ name: 'endless', version: 1, machine, events: {} })
  const { runs, crashes } = await checkRecovery(endless, { runs: 1, maxRecords: 20, maxCrashes: 4 })
  expect([runs, crashes]).toEqual([1, 4])
})

it('REV-216 the name of a delayed event that has no id is no difference', async () => {
  const machine = counting.createMachine({
    context: { n: 0 },
    on: { ask: { actions: 'soon' }, go: { actions: 'count' } },
  })
  const asked = defineAgent({ name: 'asked', version: 1, machine, events: { ask: z.object({}) } })
  await expect(checkRecovery(asked, { runs: 10, seed: 1 })).resolves.toMatchObject({ runs: 10 })
})
