/** Which places of a run a check dies at. */
import { defineAgent, effect } from '@refold/core'
import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { checkRecovery } from './check-recovery.js'
import { crashPoints, spread } from './crash-points.js'
import type { PlayedAgent } from './played-result.js'

const agent: PlayedAgent = { final: {}, history: [], records: [], emitted: [], appends: 20 }
const run = { agents: new Map([['a-1', agent]]), bodies: 10, checked: 'a-1' }

test('REV-241 of many places those that are tried lie all over the run, before and after, and not the same in each', () => {
  const points = crashPoints(run)
  expect(points).toHaveLength(60)
  const [one, other] = ['one', 'other'].map((seed) => spread(points, { most: 30, seed }))
  for (const tried of [one, other]) {
    expect(new Set(tried)).toHaveProperty('size', 30)
    for (const when of ['before', 'after'])
      expect(tried?.filter((point) => point.when === when).length).toBeGreaterThan(5)
    for (const at of ['append', 'body']) expect(tried?.filter((point) => point.at === at).length).toBeGreaterThan(8)
  }
  expect(one).not.toEqual(other)
  expect(spread(points, { most: 30, seed: 'one' })).toEqual(one)
})

test('REV-241 only a crash that came about counts: several records may come in one append', async () => {
  const machine = setup({ actors: { pay: effect(async () => 0) } }).createMachine({
    type: 'parallel',
    states: { left: { invoke: { src: 'pay' } }, right: { invoke: { src: 'pay' } } },
  })
  const effects = { pay: { safety: 'never-retry' } } as const
  const definition = defineAgent({ name: 'pays', version: 1, machine, effects, events: {} })
  const report = await checkRecovery(definition, { runs: 1, maxEvents: 0, effects: { pay: () => 0 } })
  // The start, both attempts in one append, two bodies, two outcomes: before and after each.
  expect(report.crashes).toBe(12)
})
