/**
 * Seeded runs: `REFOLD_SIM_SEED=<seed>` replays one, `REFOLD_SIM_RUNS=<n>` sets how many. A failure tells its seed and
 * its story.
 */
import { describe, expect, test } from 'vitest'
import { BACKINGS } from '../interleavings/backings.fixture.js'
import { randomRun } from './random-run.fixture.js'

const seed = process.env['REFOLD_SIM_SEED']
const RUNS = Number(process.env['REFOLD_SIM_RUNS'] ?? 200)
const GROUPS = 10

/** The seeds of each test. */
function groups(runs: number): readonly (readonly string[])[] {
  if (seed !== undefined) return [[seed]]
  return Array.from({ length: Math.min(GROUPS, runs) }, (_, group) =>
    Array.from({ length: Math.ceil(runs / GROUPS) }, (_each, index) => `run-${group}-${index}`),
  )
}

describe.each(BACKINGS)('on $name', ({ backing, share }) => {
  test.each(groups(RUNS * share).map((seeds, group) => ({ seeds, group })))(
    'VER-1 whatever befalls processes and store, every agent ends, no promise is broken, and all is decided again as it was (group $group)',
    async ({ seeds }) => {
      for (const each of seeds) expect(await randomRun(each, backing), each).not.toEqual([])
    },
  )

  test.each(groups((RUNS * share) / 4).map((seeds, group) => ({ seeds, group })))(
    'FRK-15 whatever befalls them, forks, and forks of forks, end as other agents do, and no promise is broken (group $group)',
    async ({ seeds }) => {
      for (const each of seeds) expect(await randomRun(`fork-${each}`, backing, { forks: true }), each).not.toEqual([])
    },
  )

  test('one seed gives one run, down to each key', async () => {
    const [once, twice] = [await randomRun('twice', backing), await randomRun('twice', backing)]
    expect(once.length).toBeGreaterThan(0)
    expect(JSON.stringify(twice)).toBe(JSON.stringify(once))
  })
})
