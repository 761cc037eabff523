/** The same machines under XState's own interpreter and as agents that are killed after every step. */
import { describe, expect, test } from 'vitest'
import { actions } from './conformance/actions.js'
import { actors } from './conformance/actors.js'
import { playDurably, playLive, playPlain } from './conformance/scenario.js'
import { states } from './conformance/states.js'
import { play } from './scenes/play.js'

describe.each([
  ['state nodes and transitions', states],
  ['actions', actions],
  ['actors', actors],
])('%s', (_group, scenarios) => {
  test.each(scenarios)('STEP-1 STEP-3 equal to XState with a crash after every step: $feature', (scenario) =>
    play(scenario.feature, async (simulation) => {
      const plain = await playPlain(scenario)
      const durable = await playDurably(simulation, scenario)
      expect(durable).toEqual(plain)
    }),
  )

  test.each(scenarios)('STEP-2 the live state is byte for byte the folded one: $feature', (scenario) =>
    play(scenario.feature, async (simulation) => {
      const { live, folded } = await playLive(simulation, scenario)
      expect(live.length).toBeGreaterThan(0)
      expect(live).toEqual(folded)
    }),
  )
})
